/**
 * Charges of a saved card while nobody is there. The order is kept before Stripe hears of it, and its number makes the
 * idempotency key: workers at the same time, a lost answer and a restart all lead to the same charge.
 */
import type Stripe from 'stripe';
import type { StripePayment } from '../../store/schema/stripe.ts';
import type { Store } from '../../store/store.ts';
import { findInvoice } from '../invoices/records.ts';
import { centsFromNano } from './amount.ts';
import { countDecline, giveUp } from './declines.ts';
import { errors } from './errors.ts';
import { idOf } from './identifier.ts';
import { currency, type StripeParts } from './parts.ts';
import { lockPayment, paymentOf, updatePayment } from './queries.ts';
import { settleIntent } from './settlement.ts';

type Db = Store['db'];

/** Stripe may forget an idempotency key after 24 hours (https://docs.stripe.com/api/idempotent_requests). */
const keyTrustedMs = 23 * 3_600_000;

/** Asks Stripe for the charge of an order, for the first time or again: the key is the same for ever. */
export async function chargeOrder(parts: StripeParts, paymentId: string): Promise<void> {
  const payment = await paymentOf(parts.store.db, paymentId);
  if (payment === undefined || payment.state !== 'open') return;
  const intentId = payment.intent_id ?? (await intentFor(parts, payment));
  if (intentId === undefined) return;
  await linkIntent(parts.store.db, payment, intentId);
  await settleIntent(parts, intentId);
}

/** Undefined: it ended without one, or nobody knows yet. Throws what should be tried again. */
async function intentFor(parts: StripeParts, payment: StripePayment): Promise<string | undefined> {
  if (payment.invoice_id === null) {
    return askForCharge(parts, payment, 'Automatic top-up', `automatic:${payment.organization_id}:${payment.crossing}`);
  }
  const invoice = await findInvoice(parts.store.db, payment.invoice_id);
  if (invoice?.status === 'open') {
    return askForCharge(parts, payment, `Invoice ${invoice.number}`, `invoice:${invoice.id}:${payment.attempt}`);
  }
  // Somebody else paid or credited it while an answer was lost: the charge may have been made, and is not made now.
  return (await findCharge(parts, payment)) ?? end(parts, payment, 'the invoice is not open any more');
}

async function end({ store, clock }: StripeParts, payment: StripePayment, reason: string): Promise<undefined> {
  await updatePayment(store.db, payment, { state: 'failed', reason }, clock);
  return undefined;
}

/** `key`: unique, and the same for ever. */
async function askForCharge(
  parts: StripeParts,
  payment: StripePayment,
  description: string,
  key: string,
): Promise<string | undefined> {
  const { stripe, clock } = parts;
  const isOld = clock.nowMs() - payment.created_at.getTime() > keyTrustedMs;
  const made = isOld ? await findCharge(parts, payment) : undefined;
  if (made !== undefined) return made;
  try {
    const intent = await stripe.paymentIntents.create(chargeOf(payment, description), {
      idempotencyKey: `tollgate:${key}`,
    });
    return intent.id;
  } catch (error) {
    if (error instanceof errors.StripeCardError) return declined(parts, payment, error);
    if (isRefusal(error)) return impossible(parts, payment, error);
    // An answer of the 5xx kind is given again for ever, although the charge may have been made.
    const found = await findCharge(parts, payment);
    if (found !== undefined) return found;
    throw error;
  }
}

/** Not: another call with the same key is running, or too many calls are. */
function isRefusal(error: unknown): error is InstanceType<typeof errors.StripeInvalidRequestError> {
  return error instanceof errors.StripeInvalidRequestError && (error.statusCode === 400 || error.statusCode === 404);
}

function chargeOf(payment: StripePayment, description: string): Stripe.PaymentIntentCreateParams {
  return {
    amount: centsFromNano(payment.amount_nano_usd),
    currency,
    customer: payment.customer_id,
    ...(payment.card_id !== null && { payment_method: payment.card_id }),
    confirm: true,
    off_session: true,
    description,
    metadata: { tollgate_payment: payment.id },
  };
}

/** Among the customer's own charges; whether it fits the order is looked at when it is settled. */
async function findCharge({ stripe }: StripeParts, payment: StripePayment): Promise<string | undefined> {
  const since = Math.floor(payment.created_at.getTime() / 1_000) - 3_600;
  const made = await stripe.paymentIntents
    .list({ customer: payment.customer_id, created: { gte: since }, limit: 100 })
    .autoPagingToArray({ limit: 1_000 });
  return made.find(({ metadata }) => metadata.tollgate_payment === payment.id)?.id;
}

async function linkIntent(db: Db, { id }: StripePayment, intentId: string): Promise<void> {
  await db
    .updateTable('stripe_payments')
    .set({ intent_id: intentId })
    .where('id', '=', id)
    .where('intent_id', 'is', null)
    .execute();
}

/** The order ends, and its intent too: nobody shall pay it later. */
async function declined(
  parts: StripeParts,
  payment: StripePayment,
  error: InstanceType<typeof errors.StripeCardError>,
): Promise<undefined> {
  const intentId = idOf(error.payment_intent);
  const isFinal = error.code === 'authentication_required';
  const reason = isFinal ? 'the bank wants its owner to be there' : error.message;
  await parts.store.db.transaction().execute(async (db) => {
    const now = await lockPayment(db, payment.id);
    // Another worker heard of the same decline before.
    if (now.state !== 'open') return;
    const changes = { state: 'failed' as const, reason, ...(intentId !== undefined && { intent_id: intentId }) };
    await updatePayment(db, payment, changes, parts.clock);
    await countDecline(parts, db, payment, reason, isFinal);
  });
  if (intentId !== undefined) await parts.stripe.paymentIntents.cancel(intentId).catch(() => {});
  return undefined;
}

/** Stripe cannot do it, now or later: the card or the customer is gone. */
async function impossible(parts: StripeParts, payment: StripePayment, error: Error): Promise<undefined> {
  await parts.store.db.transaction().execute(async (db) => {
    await updatePayment(db, payment, { state: 'failed', reason: error.message }, parts.clock);
    await giveUp(parts, db, payment, error.message);
  });
  return undefined;
}
