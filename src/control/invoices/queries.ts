/** What the ledger says of an organization's month. Links are written in order, so what was read of them stays true. */
import { type RawBuilder, sql } from 'kysely';
import type { StoredLine, StoredPayment } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';

/** Links after `fromLink` up to `toLink`. */
export interface Range {
  readonly organizationId: string;
  readonly fromLink: number;
  readonly toLink: number;
}

export interface Month {
  /** `2026-11`. */
  readonly period: string;
  readonly start: Date;
  readonly end: Date;
  readonly timeZone: string;
}

/**
 * The month after the last one that was closed, else that of the organization's first transfer; undefined where there
 * is none. By the organization's clock on the wall: after a change of its zone the month in the middle of which it is
 * half a month later, so that none comes twice.
 */
export async function nextMonth(db: Store['db'], organizationId: string): Promise<Month | undefined> {
  const { rows } = await sql<{ period: string; start: Date; end: Date; zone: string }>`
    WITH known AS (
      SELECT o.time_zone AS zone, b.closed_through AS closed, coalesce(b.closed_through,
        (SELECT window_start('month', o.time_zone, t.created_at) FROM transfers t
          WHERE t.organization_id = o.id ORDER BY t.link LIMIT 1)) AS start
      FROM organizations o LEFT JOIN invoice_books b ON b.organization_id = o.id WHERE o.id = ${organizationId}
    ), middle AS (
      SELECT zone, start, date_trunc('month', (start + interval '15 days') AT TIME ZONE zone) AS first FROM known
    )
    SELECT zone, start, to_char(first, 'YYYY-MM') AS period, (first + interval '1 month') AT TIME ZONE zone AS end
    FROM middle WHERE start IS NOT NULL`.execute(db);
  const [row] = rows;
  return row && { period: row.period, start: row.start, end: row.end, timeZone: row.zone };
}

/** Organizations that may have a month to close: none is shorter than 27 days. */
export async function listDue(db: Store['db']): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT o.id FROM organizations o LEFT JOIN invoice_books b ON b.organization_id = o.id
    WHERE (b.closed_through IS NULL OR b.closed_through < now() - interval '27 days')
      AND EXISTS (SELECT 1 FROM transfers t WHERE t.organization_id = o.id) ORDER BY o.id`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Up to where a month reaches: the last link before the organization's first transfer after its end. What began before
 * the end and is written later comes on the next invoice.
 */
export async function rangeUntil(db: Store['db'], organizationId: string, end: Date): Promise<Range> {
  const { rows } = await sql<{ from_link: number; to_link: number }>`
    WITH last AS (
      SELECT coalesce(max(to_link), 0) AS link FROM invoices WHERE organization_id = ${organizationId}
    )
    SELECT last.link AS from_link, coalesce((
      SELECT t.link - 1 FROM transfers t
      WHERE t.organization_id = ${organizationId} AND t.link > last.link AND t.created_at >= ${end}
      ORDER BY t.link LIMIT 1
    ), (SELECT seq FROM ledger_head)) AS to_link FROM last`.execute(db);
  const { from_link = 0, to_link = 0 } = rows[0] ?? {};
  return { organizationId, fromLink: from_link, toLink: to_link };
}

/** What this feature writes itself is no charge of the next month. */
const own = sql`('invoice', 'invoice-payment', 'credit-note')`;
/** What customers pay for ends up here. */
export const earned = sql`('house:revenue', 'house:plans')`;

/** Transfers that charge for something, or take a charge back, with what they earned. */
function charging({ organizationId, fromLink, toLink }: Range): RawBuilder<unknown> {
  return sql`
    SELECT t.id, t.kind, t.description, t.request_id,
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id IN ${earned}), 0) AS earned,
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id LIKE 'credit:%'), 0) AS credit,
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id LIKE 'wallet:%'), 0) AS wallet,
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id LIKE 'metered:%'), 0) AS metered,
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id = 'house:overrun'), 0) AS house
    FROM transfers t JOIN entries e ON e.transfer_id = t.id
    WHERE t.organization_id = ${organizationId} AND t.link > ${fromLink} AND t.link <= ${toLink} AND t.kind NOT IN ${own}
    GROUP BY t.id HAVING bool_or(e.account_id IN ${earned} OR e.account_id LIKE 'metered:%')`;
}

export interface Sums {
  readonly transfers: number;
  readonly chargesNanoUsd: bigint;
  readonly creditNanoUsd: bigint;
  readonly walletNanoUsd: bigint;
  /** By card, and whatever else is no account of the organization. */
  readonly directNanoUsd: bigint;
  readonly houseNanoUsd: bigint;
  /** To be paid. */
  readonly netNanoUsd: bigint;
}

/** From the entries alone. Charges are what all the others come to, since a transfer's entries sum to nothing. */
export async function sumCharges(db: Store['db'], range: Range): Promise<Sums> {
  const { rows } = await sql<Record<string, bigint | number>>`
    SELECT count(*) AS transfers, coalesce(sum(earned), 0)::bigint AS charges_usd,
      coalesce(-sum(credit), 0)::bigint AS credit_usd, coalesce(-sum(wallet), 0)::bigint AS wallet_usd,
      coalesce(-sum(metered), 0)::bigint AS net_usd, coalesce(-sum(house), 0)::bigint AS house_usd
    FROM (${charging(range)}) AS charged`.execute(db);
  const [row = {}] = rows;
  const amount = (name: string) => BigInt(row[name] ?? 0);
  const [charges, credit, wallet] = [amount('charges_usd'), amount('credit_usd'), amount('wallet_usd')];
  const [net, house] = [amount('net_usd'), amount('house_usd')];
  return {
    transfers: Number(row.transfers ?? 0),
    chargesNanoUsd: charges,
    creditNanoUsd: credit,
    walletNanoUsd: wallet,
    directNanoUsd: charges - credit - wallet - net - house,
    houseNanoUsd: house,
    netNanoUsd: net,
  };
}

interface LineRow {
  readonly kind: string;
  readonly model: string | null;
  readonly description: string | null;
  readonly late: boolean;
  readonly requests: number;
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly amount_usd: bigint;
}

/** Usage by model, everything else by what it says of itself. */
export async function listLines(db: Store['db'], range: Range, start: Date): Promise<readonly StoredLine[]> {
  const { rows } = await sql<LineRow>`
    SELECT c.kind, CASE WHEN c.kind = 'usage' THEN coalesce(u.served_model, u.requested_model, 'unknown') END AS model,
      CASE WHEN c.kind <> 'usage' THEN c.description END AS description,
      coalesce(u.settled_at < ${start}, false) AS late, count(*) AS requests,
      coalesce(sum(u.input_tokens), 0)::bigint AS input, coalesce(sum(u.output_tokens), 0)::bigint AS output,
      coalesce(sum(u.cache_read_tokens), 0)::bigint AS cache_read,
      coalesce(sum(u.cache_write_5m_tokens + u.cache_write_1h_tokens), 0)::bigint AS cache_write,
      sum(c.earned)::bigint AS amount_usd
    FROM (${charging(range)}) AS c LEFT JOIN usage u ON c.kind = 'usage' AND u.request_id = c.request_id
    GROUP BY 1, 2, 3, 4 ORDER BY c.kind = 'usage', 1, 3, 4, sum(c.earned) DESC, 2`.execute(db);
  return rows.map((row) => ({
    kind: row.kind,
    ...(row.model !== null && { model: row.model }),
    ...(row.description !== null && { description: row.description }),
    ...(row.late && { late: true as const }),
    requests: row.requests,
    inputTokens: row.input,
    outputTokens: row.output,
    cacheReadTokens: row.cache_read,
    cacheWriteTokens: row.cache_write,
    amountNanoUsd: String(row.amount_usd),
  }));
}

/** A document must end somewhere; `GET /receipts` has all of them. */
const paymentsMax = 1_000;

/** What came and went without being a charge: top-ups, credit given and expired, refunds, payments of invoices. */
export async function listPayments(db: Store['db'], range: Range): Promise<readonly StoredPayment[]> {
  const { organizationId, fromLink, toLink } = range;
  const { rows } = await sql<{ id: string; kind: string; description: string | null; at: Date; amount_usd: bigint }>`
    SELECT t.id, t.kind, t.description, t.created_at AS at, sum(e.amount_nano_usd)::bigint AS amount_usd
    FROM transfers t JOIN entries e ON e.transfer_id = t.id JOIN accounts a ON a.id = e.account_id
    WHERE t.organization_id = ${organizationId} AND t.link > ${fromLink} AND t.link <= ${toLink}
      AND a.organization_id = ${organizationId} AND t.kind NOT IN ('usage', 'invoice', 'plan-fee', 'plan-refund')
    GROUP BY t.id HAVING sum(e.amount_nano_usd) <> 0 ORDER BY t.link, t.id LIMIT ${paymentsMax}`.execute(db);
  return rows.map(({ id, kind, description, at, amount_usd }) => ({
    transferId: id,
    kind,
    ...(description !== null && { description }),
    at: at.toISOString(),
    amountNanoUsd: String(amount_usd),
  }));
}

/** The next number of a series, and no other: it is locked until the transaction ends, and given back by a rollback. */
export async function nextSerial(db: Store['db'], series: 'invoice' | 'credit-note'): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    UPDATE invoice_counters SET last = last + 1 WHERE series = ${series} RETURNING last`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`the counter of the series ${series} is gone`);
  return row.last;
}

/** By the database's clock. */
export async function databaseNowMs(db: Store['db']): Promise<number> {
  const { rows } = await sql<{ now_ms: number }>`
    SELECT (extract(epoch FROM now()) * 1000)::double precision AS now_ms`.execute(db);
  return rows[0]?.now_ms ?? 0;
}
