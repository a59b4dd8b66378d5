/**
 * What a payment is worth now, as Stripe's API says: never as an event or its metadata says. Settling reads everything
 * that ever happened to the payment and writes what the ledger does not have yet, so it may run at any time, in any
 * order, any number of times, and what it read may be old.
 */
import type Stripe from 'stripe';
import { reclaim } from '../../ledger/reclaim.ts';
import { creditWalletIn, takeBackIn } from '../../ledger/wallet.ts';
import { formatUsd } from '../../lib/money.ts';
import type { StripePayment } from '../../store/schema/stripe.ts';
import type { Store } from '../../store/store.ts';
import { payInvoiceIn } from '../invoices/payments.ts';
import { lockInvoice } from '../invoices/records.ts';
import { raiseAlert } from './alerts.ts';
import { nanoFromCents } from './amount.ts';
import { saveCard } from './customers.ts';
import { countDecline } from './declines.ts';
import { idOf } from './identifier.ts';
import { currency, type StripeParts } from './parts.ts';
import { lockPayment, paymentOfIntent, updatePayment } from './queries.ts';

type Db = Store['db'];

/** One time that money moved. Its id is the transfer's idempotency key. */
interface Movement {
  readonly id: string;
  readonly kind: 'credit' | 'rest' | 'refund' | 'dispute';
  /** Positive: it comes in. */
  readonly amountNanoUsd: bigint;
  readonly description: string;
}

/** `unknown`: no order of ours has this payment intent, yet or ever. Throws Stripe's errors and StoreError. */
export async function settleIntent(parts: StripeParts, intentId: string): Promise<'settled' | 'unknown'> {
  const known = (await paymentOfIntent(parts.store.db, intentId)) ?? (await findBySession(parts, intentId));
  if (known === undefined) return 'unknown';
  const intent = await parts.stripe.paymentIntents.retrieve(intentId);
  const movements = intent.status === 'succeeded' ? await movementsOf(parts, intent) : [];
  const done = await movedIds(parts.store.db, known.id);
  const missing = movements.filter(({ id }) => !done.has(id));
  // Most events of a payment tell what is known already: then nothing is locked.
  if (known.state !== 'paid' || missing.length > 0) {
    await reclaimFor(parts, known, missing);
    await parts.store.db.transaction().execute((db) => apply(parts, db, known.id, intent, movements));
  }
  const card = idOf(intent.payment_method);
  // Its owner agreed on the page that it is charged again.
  const saved = intent.status === 'succeeded' && intent.setup_future_usage === 'off_session';
  if (saved && card !== undefined) await saveCard(parts, known.customer_id, card);
  return 'settled';
}

/** An order knows its page before it knows what was paid there. */
async function findBySession({ store, stripe }: StripeParts, intentId: string): Promise<StripePayment | undefined> {
  const { data } = await stripe.checkout.sessions.list({ payment_intent: intentId, limit: 1 });
  const [session] = data;
  if (session === undefined) return undefined;
  await store.db
    .updateTable('stripe_payments')
    .set({ intent_id: intentId })
    .where('session_id', '=', session.id)
    .where('intent_id', 'is', null)
    .execute();
  return paymentOfIntent(store.db, intentId);
}

/** In the order in which they happened; a later one never comes without the earlier one that it undoes. */
async function movementsOf({ stripe }: StripeParts, intent: Stripe.PaymentIntent): Promise<Movement[]> {
  const of = { payment_intent: intent.id, limit: 100 };
  const [refunds, disputes] = await Promise.all([
    stripe.refunds.list(of).autoPagingToArray({ limit: 10_000 }),
    stripe.disputes.list(of).autoPagingToArray({ limit: 10_000 }),
  ]);
  const credit: Movement = {
    id: `stripe:pi:${intent.id}`,
    kind: 'credit',
    amountNanoUsd: nanoFromCents(intent.amount_received),
    description: 'Top-up, paid through Stripe',
  };
  return [credit, ...refunds.toReversed().flatMap(ofRefund), ...disputes.toReversed().flatMap(ofDispute)];
}

/** A bank may send a refund back: then it is put back. */
function ofRefund({ id, amount, status }: Stripe.Refund): Movement[] {
  const nano = nanoFromCents(amount);
  const given: Movement = { id: `stripe:re:${id}`, kind: 'refund', amountNanoUsd: -nano, description: `Refund ${id}` };
  if (status !== 'failed' && status !== 'canceled') return [given];
  return [given, { ...given, id: `${given.id}:failed`, amountNanoUsd: nano, description: `Refund ${id} came back` }];
}

/** An inquiry (`warning_...`) and one that was prevented take no money. */
function ofDispute({ id, amount, status }: Stripe.Dispute): Movement[] {
  if (status.startsWith('warning_') || status === 'prevented') return [];
  const nano = nanoFromCents(amount);
  const opened: Movement = {
    id: `stripe:dp:${id}:opened`,
    kind: 'dispute',
    amountNanoUsd: -nano,
    description: `Dispute ${id}`,
  };
  if (status !== 'won') return [opened];
  return [opened, { ...opened, id: `stripe:dp:${id}:won`, amountNanoUsd: nano, description: `Dispute ${id} was won` }];
}

async function movedIds(db: Db, paymentId: string): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('stripe_movements').select('id').where('payment_id', '=', paymentId).execute();
  return new Set(rows.map(({ id }) => id));
}

/** Gateways may hold the money that is about to be taken; they are asked before anything is locked. */
async function reclaimFor(parts: StripeParts, payment: StripePayment, missing: readonly Movement[]): Promise<void> {
  const taken = missing.filter(({ amountNanoUsd }) => amountNanoUsd < 0n);
  const sum = taken.reduce((total, { amountNanoUsd }) => total - amountNanoUsd, 0n);
  if (sum > 0n) await reclaim(parts.store, `wallet:${payment.organization_id}`, sum, parts.clock);
}

/** Under the order's lock. */
async function apply(
  parts: StripeParts,
  db: Db,
  paymentId: string,
  intent: Stripe.PaymentIntent,
  movements: readonly Movement[],
): Promise<void> {
  const payment = await lockPayment(db, paymentId);
  if (intent.status !== 'succeeded') return follow(parts, db, payment, intent);
  const wrong = mismatchOf(payment, intent, parts.livemode) ?? (await ownerless(db, payment));
  if (wrong !== undefined) return refuse(parts, db, payment, intent, wrong);
  // Before the ledger is locked, for which everybody else would have to wait.
  if (payment.kind === 'automatic') await forgetDeclines(db, payment.organization_id);
  const known = await movedIds(db, payment.id);
  for (const movement of movements.filter(({ id }) => !known.has(id))) await move(parts, db, payment, movement);
  await recordSums(parts, db, payment);
}

/** Nothing was paid yet, or ever. */
async function follow(parts: StripeParts, db: Db, payment: StripePayment, intent: Stripe.PaymentIntent): Promise<void> {
  const changes = stateOf(payment, intent);
  await updatePayment(db, payment, changes, parts.clock);
  const failed = changes.state === 'failed' && payment.state !== 'failed' && isUnattended(payment);
  if (failed) await countDecline(parts, db, payment, changes.reason ?? 'the bank gave no reason', false);
}

async function forgetDeclines(db: Db, organizationId: string): Promise<void> {
  await db
    .updateTable('automatic_top_ups')
    .set({ declines: 0 })
    .where('organization_id', '=', organizationId)
    .where('declines', '>', 0)
    .execute();
}

/** Nobody sits at a page and may try another card. */
export const isUnattended = ({ kind }: Pick<StripePayment, 'kind'>): boolean =>
  kind === 'automatic' || kind === 'invoice';

async function move(parts: StripeParts, db: Db, payment: StripePayment, movement: Movement): Promise<void> {
  const { id, kind, amountNanoUsd, description } = movement;
  if (payment.invoice_id !== null && kind === 'credit') {
    return payInvoice(parts, db, payment, payment.invoice_id, movement);
  }
  const organizationId = payment.organization_id;
  const reference = { payment: payment.id, stripe: id.split(':')[2] };
  const common = { organizationId, idempotencyKey: id, description, reference };
  const posted =
    amountNanoUsd > 0n
      ? await creditWalletIn(db, { ...common, amountNanoUsd, from: 'stripe' }, parts.clock)
      : await takeBackIn(db, { ...common, amountNanoUsd: -amountNanoUsd, to: 'stripe', missing: 'owe' }, parts.clock);
  await record(db, payment, movement, posted.transferId);
  if (kind === 'dispute' && amountNanoUsd < 0n) {
    await raiseAlert(parts, db, {
      organizationId,
      kind: 'payment-disputed',
      subject: id,
      message: `${formatUsd(-amountNanoUsd)} of payment ${payment.id} is disputed. Answer it in Stripe's dashboard.`,
    });
  }
}

async function record(db: Db, payment: StripePayment, movement: Movement, transferId: string): Promise<void> {
  const { id, kind, amountNanoUsd } = movement;
  await db
    .insertInto('stripe_movements')
    .values({ id, payment_id: payment.id, kind, amount_nano_usd: amountNanoUsd, transfer_id: transferId })
    .execute();
}

/** What the invoice does not need any more, since somebody else paid or credited it, is the customer's. */
async function payInvoice(
  parts: StripeParts,
  db: Db,
  payment: StripePayment,
  invoiceId: string,
  movement: Movement,
): Promise<void> {
  const open = (await lockInvoice(db, invoiceId))?.openNanoUsd ?? 0n;
  const rest = movement.amountNanoUsd - open;
  if (open > 0n) {
    const told = { by: 'stripe', reference: movement.id.split(':')[2] ?? '', idempotencyKey: movement.id } as const;
    await payInvoiceIn(db, { invoiceId, ...told }, parts.clock);
    await record(db, payment, { ...movement, amountNanoUsd: open }, await transferOf(db, movement.id));
  }
  if (rest <= 0n) return;
  const description = 'Paid for an invoice that was open no more';
  const left = { ...movement, amountNanoUsd: rest, description };
  const ofRest = open > 0n ? { ...left, id: `${movement.id}:rest`, kind: 'rest' as const } : left;
  await move(parts, db, { ...payment, invoice_id: null }, ofRest);
}

async function transferOf(db: Db, idempotencyKey: string): Promise<string> {
  const row = await db
    .selectFrom('transfers')
    .select('id')
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirstOrThrow();
  return row.id;
}

async function recordSums({ clock }: StripeParts, db: Db, payment: StripePayment): Promise<void> {
  const rows = await db
    .selectFrom('stripe_movements')
    .select(['kind', 'amount_nano_usd'])
    .where('payment_id', '=', payment.id)
    .execute();
  const sum = (kind: string) =>
    rows.filter((row) => row.kind === kind).reduce((total, row) => total - row.amount_nano_usd, 0n);
  const changes = {
    state: 'paid' as const,
    reason: null,
    refunded_nano_usd: sum('refund'),
    disputed_nano_usd: sum('dispute'),
    ...(payment.credited_at === null && { credited_at: new Date(clock.nowMs()) }),
  };
  await updatePayment(db, payment, changes, clock);
}

/** What was paid must be what was ordered: in currency, amount, mode and by whom. */
function mismatchOf(payment: StripePayment, intent: Stripe.PaymentIntent, livemode: boolean): string | undefined {
  const paid = nanoFromCents(intent.amount_received);
  if (intent.livemode !== livemode) return 'it was paid in another mode than the key is of';
  if (intent.currency !== currency) return `it was paid in ${intent.currency}, and ordered in ${currency}`;
  if (paid !== payment.amount_nano_usd) {
    return `${formatUsd(paid)} was paid, and ${formatUsd(payment.amount_nano_usd)} was ordered`;
  }
  if (idOf(intent.customer) !== payment.customer_id) return 'another customer of Stripe paid it';
  return undefined;
}

async function ownerless(db: Db, { organization_id: id }: StripePayment): Promise<string | undefined> {
  const found = await db.selectFrom('organizations').select('id').where('id', '=', id).executeTakeFirst();
  return found === undefined ? 'its organization was deleted' : undefined;
}

/** Nothing moves here; what Stripe took stays there until an operator refunds it. */
async function refuse(
  parts: StripeParts,
  db: Db,
  payment: StripePayment,
  intent: Stripe.PaymentIntent,
  reason: string,
): Promise<void> {
  // A payment that was credited before keeps its books; only what follows needs somebody to look.
  if (payment.state !== 'paid') await updatePayment(db, payment, { state: 'refused', reason }, parts.clock);
  await raiseAlert(parts, db, {
    organizationId: payment.organization_id,
    kind: 'payment-refused',
    subject: `${intent.id}:${reason}`,
    message: `Payment ${payment.id} (${intent.id}) was not credited: ${reason}. Refund it, or correct it in Stripe.`,
  });
}

function stateOf(
  payment: StripePayment,
  intent: Stripe.PaymentIntent,
): Partial<Pick<StripePayment, 'state' | 'reason'>> {
  // What we read may be older than what is known: money that came in does not become a plan again.
  if (payment.state !== 'open' && payment.state !== 'processing') return {};
  if (intent.status === 'processing') return { state: 'processing' };
  if (intent.status === 'canceled') return { state: 'failed', reason: payment.reason ?? 'it was canceled' };
  const error = intent.last_payment_error?.message ?? null;
  // A bank that said no days later ends the order; a card that was refused on the page may be followed by another one.
  if (payment.state === 'processing') return { state: 'failed', reason: error };
  if (error === null) return {};
  return isUnattended(payment) ? { state: 'failed', reason: error } : { reason: error };
}
