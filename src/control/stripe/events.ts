/**
 * What an event is about is looked up at Stripe, and brought up to date here. Which event it was hardly matters: each of
 * them says only that something of its object changed.
 */
import type Stripe from 'stripe';
import { z } from 'zod';
import { saveCard } from './customers.ts';
import { errors } from './errors.ts';
import { idOf } from './identifier.ts';
import type { StripeParts } from './parts.ts';
import { paymentOfSession, updatePayment } from './queries.ts';
import { settleIntent } from './settlement.ts';
import { refreshInvoice, refreshSubscription } from './subscriptions.ts';

/** `unknown`: nothing of ours is known by that id, yet or ever. `foreign`: such things never concern us. */
export type Outcome = 'settled' | 'unknown' | 'foreign';

type Handler = (parts: StripeParts, objectId: string) => Promise<Outcome>;

const handlers: readonly (readonly [RegExp, Handler])[] = [
  [/^checkout\.session\./, refreshSession],
  [/^payment_intent\./, settleIntent],
  [/^charge\.dispute\./, refreshDispute],
  [/^(refund\.|charge\.refund\.)/, refreshRefund],
  [/^charge\./, refreshCharge],
  [/^setup_intent\.succeeded$/, refreshSetup],
  [/^customer\.subscription\./, refreshSubscription],
  [/^invoice\.(paid|payment_succeeded)$/, refreshInvoice],
];

/** Parked events are given up after this long: another program may use the same account of Stripe. */
const parkedMsMax = 3 * 86_400_000;
const retryFirstMs = 60_000;
const retryMsMax = 3_600_000;

const payload = z.object({ eventId: z.string() });

/** The job of an event. Throws what should be tried again. */
export async function processEvent(parts: StripeParts, given: unknown): Promise<void> {
  const { eventId } = payload.parse(given);
  const { store, clock } = parts;
  const event = await store.db.selectFrom('stripe_events').selectAll().where('id', '=', eventId).executeTakeFirst();
  if (event === undefined || event.state === 'done' || event.state === 'ignored') return;
  const outcome = await handle(parts, event.type, event.object_id);
  const isOver = clock.nowMs() - event.received_at.getTime() > parkedMsMax;
  if (outcome === 'unknown' && !isOver) {
    await store.db
      .updateTable('stripe_events')
      .set({ state: 'parked' })
      .where('id', '=', eventId)
      .where('state', '=', 'received')
      .execute();
    return;
  }
  await store.db
    .updateTable('stripe_events')
    .set({ state: outcome === 'settled' ? 'done' : 'ignored', ended_at: new Date(clock.nowMs()) })
    .where('id', '=', eventId)
    .execute();
}

/** It is looked at again after a pause that grows with each try. */
export async function postponeEvent({ store, clock }: StripeParts, eventId: string, tries: number): Promise<void> {
  const pauseMs = Math.min(retryFirstMs * 2 ** tries, retryMsMax);
  await store.db
    .updateTable('stripe_events')
    .set({ tries: tries + 1, next_at: new Date(clock.nowMs() + pauseMs) })
    .where('id', '=', eventId)
    .execute();
}

async function handle(parts: StripeParts, type: string, objectId: string): Promise<Outcome> {
  const handler = handlers.find(([pattern]) => pattern.test(type))?.[1];
  if (handler === undefined) return 'foreign';
  try {
    return await handler(parts, objectId);
  } catch (error) {
    // Signed, and not there: of another account whose secret we share, or deleted since.
    if (error instanceof errors.StripeInvalidRequestError && error.code === 'resource_missing') return 'unknown';
    throw error;
  }
}

/** Brings an order up to date with its page. */
export async function refreshSession(parts: StripeParts, sessionId: string): Promise<Outcome> {
  const { store, stripe } = parts;
  const payment = await paymentOfSession(store.db, sessionId);
  if (payment === undefined) return 'unknown';
  const session = await stripe.checkout.sessions.retrieve(sessionId);
  if (session.client_reference_id !== payment.id || session.livemode !== parts.livemode) {
    const reason = 'the page at Stripe is for another order';
    await updatePayment(store.db, payment, payment.state === 'open' ? { state: 'refused', reason } : {}, parts.clock);
    return 'settled';
  }
  if (session.status === 'expired') {
    await updatePayment(store.db, payment, payment.state === 'open' ? { state: 'expired' } : {}, parts.clock);
    return 'settled';
  }
  const intent = idOf(session.payment_intent);
  if (intent !== undefined) return settleIntent(parts, intent);
  const setup = idOf(session.setup_intent);
  const subscription = idOf(session.subscription);
  if (setup !== undefined) await refreshSetup(parts, setup);
  if (subscription !== undefined) await refreshSubscription(parts, subscription);
  const isDone = session.status === 'complete';
  await updatePayment(store.db, payment, isDone ? { state: 'paid' } : {}, parts.clock);
  return 'settled';
}

async function refreshCharge(parts: StripeParts, chargeId: string): Promise<Outcome> {
  const { payment_intent: intent } = await parts.stripe.charges.retrieve(chargeId);
  return settleMaybe(parts, intent);
}

async function refreshRefund(parts: StripeParts, refundId: string): Promise<Outcome> {
  const { payment_intent: intent } = await parts.stripe.refunds.retrieve(refundId);
  return settleMaybe(parts, intent);
}

async function refreshDispute(parts: StripeParts, disputeId: string): Promise<Outcome> {
  const { payment_intent: intent } = await parts.stripe.disputes.retrieve(disputeId);
  return settleMaybe(parts, intent);
}

async function settleMaybe(parts: StripeParts, intent: string | Stripe.PaymentIntent | null): Promise<Outcome> {
  const id = idOf(intent);
  return id === undefined ? 'foreign' : settleIntent(parts, id);
}

/** A card that was saved on a page of ours; of a top-up too, when its owner agreed. */
async function refreshSetup(parts: StripeParts, setupId: string): Promise<Outcome> {
  const setup = await parts.stripe.setupIntents.retrieve(setupId);
  const [customer, card] = [idOf(setup.customer), idOf(setup.payment_method)];
  if (setup.status !== 'succeeded' || customer === undefined || card === undefined) return 'settled';
  await saveCard(parts, customer, card);
  return 'settled';
}
