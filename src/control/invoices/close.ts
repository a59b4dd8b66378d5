/** Closes months: what an organization was charged becomes an invoice, once, whoever asks for it and how often. */
import { post } from '../../ledger/post.ts';
import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import type { StoredLine } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { type Due, dueOf } from './amounts.ts';
import { numberText } from './numbers.ts';
import { findBuyer, requireSeller, taxOf } from './parties.ts';
import {
  databaseNowMs,
  listDue,
  listLines,
  listPayments,
  type Month,
  nextMonth,
  nextSerial,
  type Range,
  rangeUntil,
  type Sums,
  sumCharges,
} from './queries.ts';

export interface CloseParts {
  readonly store: Pick<Store, 'db'>;
  readonly clock: Clock;
}

export interface ClosedMonth {
  readonly period: string;
  /** Absent: there was nothing to charge for. */
  readonly invoiceId?: string;
}

/** More months than an organization can have: a loop that does not end is a bug. */
const monthsMax = 1_200;
const dayMs = 86_400_000;

/**
 * All months of an organization that are over by the database's clock, the oldest first, each in a transaction of its
 * own. `through`: no later one than that. Throws Refusal where it is not known who sells.
 */
export async function closeMonths(
  parts: CloseParts,
  organizationId: string,
  through?: string,
): Promise<readonly ClosedMonth[]> {
  const closed: ClosedMonth[] = [];
  for (let months = 0; months < monthsMax; months++) {
    const month = await parts.store.db
      .transaction()
      .execute((db) => closeNextIn(db, parts.clock, organizationId, through));
    if (month === undefined) return closed;
    closed.push(month);
  }
  throw new Error(`more than ${monthsMax} months of ${organizationId} are to be closed`);
}

/** One month on demand: its invoice, made now or before. Throws Refusal for one that is not over. */
export async function closeMonth(parts: CloseParts, organizationId: string, period: string): Promise<ClosedMonth> {
  await closeMonths(parts, organizationId, period);
  const { db } = parts.store;
  const next = await nextMonth(db, organizationId);
  if (next !== undefined && next.period <= period) {
    const remedy = `Wait until ${next.end.toISOString()}.`;
    throw new Refusal(`The month ${period} is not over for this organization, by its time zone.`, remedy);
  }
  const row = await db
    .selectFrom('invoices')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('period', '=', period)
    .executeTakeFirst();
  return { period, ...(row !== undefined && { invoiceId: row.id }) };
}

/** Of every organization. What fails for one is told, and stops none of the others. */
export async function closeDueMonths({ log, ...parts }: CloseParts & { readonly log: Log }): Promise<number> {
  const seller = await parts.store.db.selectFrom('invoice_seller').select('id').executeTakeFirst();
  if (seller === undefined) return 0;
  let invoices = 0;
  let failed = 0;
  for (const id of await listDue(parts.store.db)) {
    try {
      invoices += (await closeMonths(parts, id)).filter(({ invoiceId }) => invoiceId !== undefined).length;
    } catch (error) {
      failed++;
      log.error({ error, organizationId: id }, 'the months of an organization could not be closed');
    }
  }
  if (invoices > 0) log.info({ invoices }, 'invoices were made');
  if (failed > 0) throw new Error(`the months of ${failed} organizations could not be closed`);
  return invoices;
}

/** The next month, if it is over. In the caller's transaction. */
async function closeNextIn(
  db: Store['db'],
  clock: Clock,
  organizationId: string,
  through = '9999-12',
): Promise<ClosedMonth | undefined> {
  await db
    .insertInto('invoice_books')
    .values({ organization_id: organizationId, closed_through: null })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .execute();
  const books = db.selectFrom('invoice_books').select('organization_id');
  await books.where('organization_id', '=', organizationId).forUpdate().execute();
  const month = await nextMonth(db, organizationId);
  if (month === undefined || month.period > through || month.end.getTime() > (await databaseNowMs(db)))
    return undefined;
  const invoiceId = await invoiceIn(db, clock, organizationId, month);
  await db
    .updateTable('invoice_books')
    .set({ closed_through: month.end })
    .where('organization_id', '=', organizationId)
    .execute();
  return { period: month.period, ...(invoiceId !== undefined && { invoiceId }) };
}

async function invoiceIn(
  db: Store['db'],
  clock: Clock,
  organizationId: string,
  month: Month,
): Promise<string | undefined> {
  const range = await rangeUntil(db, organizationId, month.end);
  const sums = await sumCharges(db, range);
  if (sums.transfers === 0) return undefined;
  const lines = await listLines(db, range, month.start);
  checkLines(lines, sums);
  const [seller, buyer] = [await requireSeller(db), await findBuyer(db, organizationId)];
  const { name } = await db
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  const tax = taxOf(seller, buyer);
  const due = dueOf(sums.netNanoUsd, tax.basisPoints);
  const payments = await listPayments(db, range);
  const nowMs = await databaseNowMs(db);
  const id = newId('inv', clock.nowMs());
  const serial = await nextSerial(db, 'invoice');
  const number = numberText(seller.details.invoicePrefix ?? 'INV-', serial);
  const transfer_id = await book(db, clock, { organizationId, month, id, number, sums, due });
  await db
    .insertInto('invoices')
    .values({
      id,
      organization_id: organizationId,
      serial,
      number,
      period: month.period,
      period_start: month.start,
      period_end: month.end,
      time_zone: month.timeZone,
      ...linksOf(range),
      seller: JSON.stringify(seller.details),
      buyer: JSON.stringify({ name, ...buyer.details }),
      tax_basis_points: tax.basisPoints,
      reverse_charge: tax.reverseCharge,
      lines: JSON.stringify(lines),
      payments: JSON.stringify(payments),
      ...columnsOf(sums, due),
      transfer_id,
      status: due.dueNanoUsd > 0n ? 'open' : 'paid',
      due_at: new Date(nowMs + seller.paymentDays * dayMs),
      settled_at: due.dueNanoUsd > 0n ? null : new Date(nowMs),
    })
    .execute();
  return id;
}

function linksOf({ fromLink, toLink }: Range) {
  return { from_link: fromLink, to_link: toLink };
}

function columnsOf(sums: Sums, due: Due) {
  return {
    charges_nano_usd: sums.chargesNanoUsd,
    credit_nano_usd: sums.creditNanoUsd,
    wallet_nano_usd: sums.walletNanoUsd,
    direct_nano_usd: sums.directNanoUsd,
    house_nano_usd: sums.houseNanoUsd,
    net_nano_usd: sums.netNanoUsd,
    returned_nano_usd: due.returnedNanoUsd,
    tax_nano_usd: due.taxNanoUsd,
    rounding_nano_usd: due.roundingNanoUsd,
    due_nano_usd: due.dueNanoUsd,
  };
}

/** Lines come from usage and entries, the sum from entries alone: an invoice on which they differ is not made. */
function checkLines(lines: readonly StoredLine[], sums: Sums): void {
  const told = lines.reduce((sum, { amountNanoUsd }) => sum + BigInt(amountNanoUsd), 0n);
  const counted = lines.reduce((sum, { requests }) => sum + requests, 0);
  assert(told === sums.chargesNanoUsd, `lines of ${told} nano-dollars stand for ${sums.chargesNanoUsd} of the ledger`);
  assert(counted === sums.transfers, `lines of ${counted} transfers stand for ${sums.transfers} of the ledger`);
}

interface Booking {
  readonly organizationId: string;
  readonly month: Month;
  readonly id: string;
  readonly number: string;
  readonly sums: Sums;
  readonly due: Due;
}

/** What was used and owed becomes what was invoiced, with tax and the rest of a cent. Null: nothing to move. */
async function book(db: Store['db'], clock: Clock, booking: Booking): Promise<string | null> {
  const { organizationId, month, id, number, sums, due } = booking;
  const entries = [
    { account: `metered:${organizationId}`, amountNanoUsd: sums.netNanoUsd },
    { account: `wallet:${organizationId}`, amountNanoUsd: due.returnedNanoUsd },
    { account: 'house:tax', amountNanoUsd: due.taxNanoUsd },
    { account: 'house:rounding', amountNanoUsd: due.roundingNanoUsd },
    { account: `invoiced:${organizationId}`, amountNanoUsd: -due.dueNanoUsd },
  ].filter(({ amountNanoUsd }) => amountNanoUsd !== 0n);
  if (entries.length === 0) return null;
  const { transferId } = await post(
    db,
    {
      kind: 'invoice',
      organizationId,
      idempotencyKey: `invoice:${organizationId}:${month.period}`,
      entries,
      description: `Invoice ${number}, ${month.period}`,
      reference: { invoice: id },
    },
    clock,
  );
  return transferId;
}
