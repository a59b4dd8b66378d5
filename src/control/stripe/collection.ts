/**
 * Invoices of ours that are due are paid by the card that their customer saved. Each try is an order with a number of
 * its own; a decline is followed by another try after a pause, as for automatic top-ups.
 */
import { sql } from 'kysely';
import { walletOf } from '../../ledger/wallet.ts';
import { newId } from '../../lib/id.ts';
import { formatUsd } from '../../lib/money.ts';
import type { StripePayment } from '../../store/schema/stripe.ts';
import type { Store } from '../../store/store.ts';
import { type Invoice, lockInvoice } from '../invoices/records.ts';
import { Refusal } from '../refusal.ts';
import { chargeOrder } from './charge.ts';
import { savedCard } from './customers.ts';
import { tryAgain } from './declines.ts';
import type { StripeParts } from './parts.ts';
import { paymentOf } from './queries.ts';

type Db = Store['db'];

/** Stripe charges no less (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
const chargeMinNanoUsd = 500_000_000n;

/** Those that may be charged now; an order that runs is looked after by itself. */
export async function dueInvoices({ store, clock }: StripeParts, limit: number): Promise<readonly { id: string }[]> {
  const now = new Date(clock.nowMs());
  const { rows } = await sql<{ id: string }>`
    SELECT i.id FROM invoices i JOIN stripe_customers c ON c.organization_id = i.organization_id
      LEFT JOIN invoice_collections k ON k.invoice_id = i.id
    WHERE i.status = 'open' AND i.due_at <= ${now} AND i.due_nano_usd >= ${chargeMinNanoUsd} AND c.card_id IS NOT NULL
      AND (k.invoice_id IS NULL OR k.stopped_reason IS NULL AND k.next_try_at <= ${now})
      AND NOT EXISTS (SELECT FROM accounts a WHERE a.id = 'receivable:' || i.organization_id AND a.posted_nano_usd < 0)
      AND NOT EXISTS (SELECT FROM stripe_payments p WHERE p.invoice_id = i.id
        AND p.state IN ('open', 'processing', 'refused'))
    ORDER BY i.due_at LIMIT ${limit}`.execute(store.db);
  return rows;
}

/** Charges for it if it may be charged. Any number may ask at the same time. Throws what should be tried again. */
export async function collectInvoice(parts: StripeParts, invoiceId: string): Promise<void> {
  const begun = await parts.store.db.transaction().execute(async (db) => {
    const invoice = await lockInvoice(db, invoiceId);
    return invoice && beginAttempt(parts, db, invoice);
  });
  if (begun?.paymentId !== undefined) await chargeOrder(parts, begun.paymentId);
}

/** Now, whenever it is due and whatever was declined before. Throws Refusal and Stripe's errors. */
export async function collectNow(parts: StripeParts, invoiceId: string): Promise<StripePayment | undefined> {
  const { store, clock } = parts;
  const paymentId = await store.db.transaction().execute(async (db) => {
    const invoice = await lockInvoice(db, invoiceId);
    if (invoice === undefined) return undefined;
    await tryAgain(db, invoice.organization_id, clock);
    const begun = await beginAttempt(parts, db, invoice);
    if (begun.paymentId === undefined) throw new Refusal(`The invoice ${invoice.number} ${begun.why}.`, begun.remedy);
    return begun.paymentId;
  });
  if (paymentId === undefined) return undefined;
  await chargeOrder(parts, paymentId);
  return paymentOf(store.db, paymentId);
}

type Begun =
  | { readonly paymentId: string }
  | { readonly paymentId?: undefined; readonly why: string; readonly remedy: string };

/** Under the invoice's lock. */
async function beginAttempt(parts: StripeParts, db: Db, invoice: Invoice): Promise<Begun> {
  const hindrance = hindranceOf(invoice) ?? (await hindranceIn(parts, db, invoice));
  if (hindrance !== undefined) return hindrance;
  const saved = await savedCard(db, invoice.organization_id);
  if (saved === undefined) return { why: 'has no saved card that could be charged', remedy: saveOne };
  const { attempts } = await db
    .updateTable('invoice_collections')
    .set((row) => ({ attempts: row('attempts', '+', 1) }))
    .where('invoice_id', '=', invoice.id)
    .returning('attempts')
    .executeTakeFirstOrThrow();
  const now = new Date(parts.clock.nowMs());
  const paymentId = newId('pay', parts.clock.nowMs());
  await db
    .insertInto('stripe_payments')
    .values({
      id: paymentId,
      organization_id: invoice.organization_id,
      kind: 'invoice',
      state: 'open',
      amount_nano_usd: invoice.openNanoUsd,
      customer_id: saved.customer,
      card_id: saved.card,
      invoice_id: invoice.id,
      attempt: attempts,
      created_at: now,
      checked_at: now,
    })
    .execute();
  return { paymentId };
}

const saveOne = 'Save one first: POST /organizations/{organizationId}/checkout with mode "card".';

function hindranceOf({ status, openNanoUsd }: Invoice): Begun | undefined {
  if (status !== 'open') return { why: `is ${status}`, remedy: 'There is nothing to pay.' };
  if (openNanoUsd >= chargeMinNanoUsd) return undefined;
  const why = `is of ${formatUsd(openNanoUsd)}, and Stripe charges no less than ${formatUsd(chargeMinNanoUsd)}`;
  return { why, remedy: 'Let an operator mark it paid or credit it.' };
}

/** Whoever owes money beside is not charged: that card's money came back before. */
async function hindranceIn({ clock }: StripeParts, db: Db, invoice: Invoice): Promise<Begun | undefined> {
  const { id, organization_id: organizationId } = invoice;
  const running = await db
    .selectFrom('stripe_payments')
    .select(['id', 'state'])
    .where('invoice_id', '=', id)
    .where('state', 'in', ['open', 'processing', 'refused'])
    .executeTakeFirst();
  if (running !== undefined) {
    return { why: `has the payment ${running.id}, which is ${running.state}`, remedy: 'Wait for it, or refund it.' };
  }
  const wallet = await walletOf(db, organizationId);
  if (wallet === undefined || wallet.receivableNanoUsd > 0n) {
    return { why: 'is not charged while its organization owes money that went back', remedy: 'Pay the debt first.' };
  }
  await db
    .insertInto('invoice_collections')
    .values({ invoice_id: id, stopped_reason: null, next_try_at: new Date(clock.nowMs()) })
    .onConflict((conflict) => conflict.column('invoice_id').doNothing())
    .execute();
  const { next_try_at: next, stopped_reason: stopped } = await db
    .selectFrom('invoice_collections')
    .selectAll()
    .where('invoice_id', '=', id)
    .executeTakeFirstOrThrow();
  if (stopped !== null) return { why: `is not charged: ${stopped}`, remedy: saveOne };
  if (next.getTime() > clock.nowMs()) return { why: `is tried again at ${next.toISOString()}`, remedy: 'Wait.' };
  return undefined;
}
