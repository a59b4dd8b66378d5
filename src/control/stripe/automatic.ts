/**
 * Automatic top-ups: when the balance falls below the threshold, the saved card is charged once. Each fall has a number
 * that is kept for ever; the number makes the idempotency key, so that twenty workers, a lost answer and a restart all
 * lead to the same charge.
 */
import type Stripe from 'stripe';
import { walletOf } from '../../ledger/wallet.ts';
import { newId } from '../../lib/id.ts';
import type { AutomaticTopUpRow, StripePayment } from '../../store/schema/stripe.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { centsFromNano, checkAmount } from './amount.ts';
import { countDecline, disable } from './declines.ts';
import { errors } from './errors.ts';
import { idOf } from './identifier.ts';
import { currency, type StripeParts } from './parts.ts';
import { lockPayment, paymentOf, updatePayment } from './queries.ts';
import { settleIntent } from './settlement.ts';

type Db = Store['db'];

/** Of one organization. More means that something spends as fast as we charge. */
const chargesPerDayMax = 10;
/** Stripe may forget an idempotency key after 24 hours (https://docs.stripe.com/api/idempotent_requests). */
const keyTrustedMs = 23 * 3_600_000;

export interface AutomaticTopUp {
  readonly enabled: boolean;
  readonly thresholdNanoUsd: bigint;
  readonly amountNanoUsd: bigint;
}

/** Throws Refusal: no saved card, an amount that is too small, too large, or below the threshold. */
export async function setAutomaticTopUp(
  parts: Pick<StripeParts, 'store' | 'settings'>,
  organizationId: string,
  { enabled, thresholdNanoUsd, amountNanoUsd }: AutomaticTopUp,
): Promise<AutomaticTopUpRow> {
  checkAmount(amountNanoUsd, parts.settings);
  if (amountNanoUsd < thresholdNanoUsd) {
    throw new Refusal(
      'The amount is less than the threshold, so one charge would not lift the balance above it.',
      'Choose an amount that is at least the threshold.',
    );
  }
  const { db } = parts.store;
  const card = await savedCard(db, organizationId);
  if (enabled && card === undefined) {
    throw new Refusal(
      'No card is saved that could be charged.',
      'Save one first: POST /organizations/{organizationId}/checkout with mode "card".',
    );
  }
  // Switching it on again is a new beginning: declines of the past do not count.
  const values = {
    enabled,
    threshold_nano_usd: thresholdNanoUsd,
    amount_nano_usd: amountNanoUsd,
    declines: 0,
    next_try_at: new Date(0),
    disabled_reason: null,
    updated_at: new Date(),
  };
  return db
    .insertInto('automatic_top_ups')
    .values({ organization_id: organizationId, ...values })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function automaticTopUpOf(db: Db, organizationId: string): Promise<AutomaticTopUpRow | undefined> {
  return db
    .selectFrom('automatic_top_ups')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
}

/** The card and its customer. */
async function savedCard(db: Db, organizationId: string) {
  const row = await db
    .selectFrom('stripe_customers')
    .select(['customer_id', 'card_id'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row?.card_id ? { customer: row.customer_id, card: row.card_id } : undefined;
}

/** Looks at the balance and charges if it is due. Any number may ask at the same time. */
export async function topUpIfDue(parts: StripeParts, organizationId: string): Promise<void> {
  const crossed = await parts.store.db.transaction().execute((db) => beginCrossing(parts, db, organizationId));
  if (crossed !== undefined) await chargeCrossing(parts, crossed);
}

/** Undefined: not due, or another charge is on its way. */
async function beginCrossing(parts: StripeParts, db: Db, organizationId: string): Promise<string | undefined> {
  const setting = await db
    .selectFrom('automatic_top_ups')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('enabled', '=', true)
    .forUpdate()
    .executeTakeFirst();
  if (setting === undefined || setting.next_try_at.getTime() > parts.clock.nowMs()) return undefined;
  // In this order: a charge ends and is credited in one transaction, so a balance that is read later has it.
  if ((await isCharging(db, organizationId)) || !(await isBelow(db, setting))) return undefined;
  if (await isTooOften(parts, db, organizationId)) return undefined;
  const saved = await savedCard(db, organizationId);
  if (saved === undefined) {
    await disable(parts, db, organizationId, 'no card is saved');
    return undefined;
  }
  const crossing = setting.crossings + 1;
  const id = newId('pay', parts.clock.nowMs());
  await db
    .updateTable('automatic_top_ups')
    .set({ crossings: crossing })
    .where('organization_id', '=', organizationId)
    .execute();
  await db
    .insertInto('stripe_payments')
    .values({
      id,
      organization_id: organizationId,
      kind: 'automatic',
      state: 'open',
      amount_nano_usd: setting.amount_nano_usd,
      customer_id: saved.customer,
      card_id: saved.card,
      crossing,
      created_at: new Date(parts.clock.nowMs()),
      checked_at: new Date(parts.clock.nowMs()),
    })
    .execute();
  return id;
}

/** What gateways hold is still there. Whoever owes us is not charged: that card's money came back before. */
async function isBelow(db: Db, { organization_id: id, threshold_nano_usd: threshold }: AutomaticTopUpRow) {
  const wallet = await walletOf(db, id);
  if (wallet === undefined || wallet.receivableNanoUsd > 0n) return false;
  return wallet.paidNanoUsd + wallet.creditNanoUsd < threshold;
}

async function isCharging(db: Db, organizationId: string): Promise<boolean> {
  const running = await db
    .selectFrom('stripe_payments')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'automatic')
    .where('state', 'in', ['open', 'processing', 'refused'])
    .executeTakeFirst();
  return running !== undefined;
}

async function isTooOften(parts: StripeParts, db: Db, organizationId: string): Promise<boolean> {
  const since = new Date(parts.clock.nowMs() - 86_400_000);
  const recent = await db
    .selectFrom('stripe_payments')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'automatic')
    .where('created_at', '>', since)
    .execute();
  if (recent.length < chargesPerDayMax) return false;
  await disable(parts, db, organizationId, `the card was charged ${recent.length} times in 24 hours`);
  return true;
}

/** Asks Stripe for the charge of an order, for the first time or again: the key is the same for ever. */
export async function chargeCrossing(parts: StripeParts, paymentId: string): Promise<void> {
  const payment = await paymentOf(parts.store.db, paymentId);
  if (payment === undefined || payment.state !== 'open') return;
  const intentId = payment.intent_id ?? (await askForCharge(parts, payment));
  if (intentId === undefined) return;
  await linkIntent(parts.store.db, payment, intentId);
  await settleIntent(parts, intentId);
}

/** Undefined: it ended without one, or nobody knows yet. Throws what should be tried again. */
async function askForCharge(parts: StripeParts, payment: StripePayment): Promise<string | undefined> {
  const { stripe, clock } = parts;
  const isOld = clock.nowMs() - payment.created_at.getTime() > keyTrustedMs;
  const made = isOld ? await findCharge(parts, payment) : undefined;
  if (made !== undefined) return made;
  try {
    const intent = await stripe.paymentIntents.create(chargeOf(payment), {
      idempotencyKey: `tollgate:automatic:${payment.organization_id}:${payment.crossing}`,
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

function chargeOf(payment: StripePayment): Stripe.PaymentIntentCreateParams {
  return {
    amount: centsFromNano(payment.amount_nano_usd),
    currency,
    customer: payment.customer_id,
    ...(payment.card_id !== null && { payment_method: payment.card_id }),
    confirm: true,
    off_session: true,
    description: 'Automatic top-up',
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
    await disable(parts, db, payment.organization_id, error.message);
  });
  return undefined;
}
