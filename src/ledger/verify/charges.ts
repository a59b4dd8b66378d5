/** Usage and its transfers, row by row and in both directions; and what budgets counted of it. */
import { sql } from 'kysely';
import { firstIdAt } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { usageKeptSince } from '../../store/usage-partitions.ts';
import type { LinkPage } from './chain.ts';
import type { Findings } from './findings.ts';

/** I4, from the ledger's side: what a transfer of usage earned is the charge of its row. */
export async function checkUsageTransfers(db: Store['db'], page: LinkPage, found: Findings): Promise<void> {
  const keptSince = await usageKeptSince(db);
  const { rows } = await sql<{ id: string; request: string | null; charge: string | null; earned: string }>`
    SELECT t.id, t.request_id AS request, u.charge_nano_usd::text AS charge,
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id = 'house:revenue'), 0)::text AS earned
    FROM transfers t LEFT JOIN usage u ON u.request_id = t.request_id AND t.idempotency_key = 'usage:' || u.request_id
      AND u.organization_id = t.organization_id
      LEFT JOIN entries e ON e.transfer_id = t.id
    WHERE t.kind = 'usage' AND t.link BETWEEN ${page.from} AND ${page.to}
    GROUP BY t.id, u.charge_nano_usd
    HAVING u.charge_nano_usd IS DISTINCT FROM
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id = 'house:revenue'), 0)
      AND NOT (u.charge_nano_usd IS NULL AND ${isGone(keptSince)})
    ORDER BY t.id`.execute(db);
  for (const { id, request, charge, earned } of rows) {
    const row =
      charge === null ? `there is no usage row ${request} of its organization` : `usage ${request} says ${charge}`;
    found.drifts('I4', `transfer ${id}`, `it earned ${earned}, and ${row}`);
  }
}

/** Its month was dropped by retention: an id says when it was made, and a transfer is never made before its request. */
function isGone(keptSince: Date | undefined) {
  if (keptSince === undefined) return sql<boolean>`false`;
  const firstKept = firstIdAt('req', keptSince.getTime());
  return sql<boolean>`(t.created_at < ${keptSince} OR (t.request_id LIKE 'req\\_%' AND t.request_id COLLATE "C" < ${firstKept}))`;
}

const usageRowsMax = 5_000;

export interface UsageCounts {
  readonly rows: number;
  /** By pot: units of the rows that surely count in it, and of those that may. */
  readonly pots: ReadonlyMap<string, Bounds>;
}

interface Bounds {
  readonly least: bigint;
  readonly most: bigint;
}

/** I4, from the side of usage: each charged row has its transfer. */
export async function checkUsage(db: Store['db'], found: Findings): Promise<UsageCounts> {
  const pots = new Map<string, Bounds>();
  const budgets = await sql`SELECT 1 FROM budgets LIMIT 1`.execute(db);
  let count = 0;
  for (let after = ''; ; ) {
    const page = await sql<{ last: string | null; rows: number }>`
      SELECT max(request_id) AS last, count(*)::int AS rows FROM (
        SELECT request_id FROM usage WHERE request_id > ${after} ORDER BY request_id LIMIT ${usageRowsMax}
      ) AS page`.execute(db);
    const { last = null, rows = 0 } = page.rows[0] ?? {};
    if (last === null) return { rows: count, pots };
    await checkCharged(db, after, last, found);
    await checkDoubles(db, after, last, found);
    if (budgets.rows.length > 0) await addUnits(db, after, last, pots);
    count += rows;
    after = last;
  }
}

async function checkCharged(db: Store['db'], after: string, last: string, found: Findings): Promise<void> {
  const { rows } = await sql<{ request_id: string; charge: string }>`
    SELECT u.request_id, u.charge_nano_usd::text AS charge
    FROM usage u LEFT JOIN transfers t ON t.idempotency_key = 'usage:' || u.request_id
    WHERE u.request_id > ${after} AND u.request_id <= ${last} AND u.charge_nano_usd <> 0 AND t.id IS NULL
    ORDER BY u.request_id`.execute(db);
  for (const { request_id, charge } of rows) tellUncharged(request_id, charge, found);
}

/** The table's key is the id with the time, since it lies in partitions by time. */
async function checkDoubles(db: Store['db'], after: string, last: string, found: Findings): Promise<void> {
  const { rows } = await sql<{ request_id: string; rows: number }>`
    SELECT request_id, count(*) AS rows FROM usage WHERE request_id > ${after} AND request_id <= ${last}
    GROUP BY request_id HAVING count(*) > 1 ORDER BY request_id`.execute(db);
  for (const { request_id, rows: times } of rows) {
    found.drifts('I4', `usage ${request_id}`, `it is there ${times} times, with different beginnings`);
  }
}

/** A request may have begun this long before its row came in; what is older is seen when everything is read. */
const lateness = "interval '1 hour'";

/** The same for rows of requests that began since then, or shortly before. Returns how many were read. */
export async function checkRecentUsage(db: Store['db'], since: string, found: Findings): Promise<number> {
  let count = 0;
  let after = { at: since, id: '', isFirst: true };
  for (;;) {
    const from = sql`${after.at}::timestamptz - ${sql.raw(after.isFirst ? lateness : "interval '0'")}`;
    const { rows } = await sql<{ request_id: string; at: string; charge: string; missing: boolean; rows: number }>`
      WITH page AS MATERIALIZED (
        SELECT request_id, started_at, charge_nano_usd AS charge FROM usage
        WHERE (started_at, request_id) > (${from}, ${after.id}) ORDER BY started_at, request_id LIMIT ${usageRowsMax}
      ), looked AS (
        SELECT p.*, t.id IS NULL AND p.charge <> 0 AS missing, count(*) OVER () AS rows,
          row_number() OVER (ORDER BY p.started_at, p.request_id) AS n
        FROM page p LEFT JOIN transfers t ON t.idempotency_key = 'usage:' || p.request_id
      )
      SELECT request_id, started_at::text AS at, charge::text AS charge, missing, rows::int AS rows FROM looked
      WHERE missing OR n = rows ORDER BY n`.execute(db);
    for (const { request_id, charge, missing } of rows) if (missing) tellUncharged(request_id, charge, found);
    const last = rows.at(-1);
    count += last?.rows ?? 0;
    if (last === undefined || last.rows < usageRowsMax) return count;
    after = { at: last.at, id: last.request_id, isFirst: false };
  }
}

function tellUncharged(requestId: string, charge: string, found: Findings): void {
  found.drifts('I4', `usage ${requestId}`, `its charge of ${charge} has no transfer usage:${requestId}`);
}

/**
 * A row counts in the window in which it was held, and that may have been the one before it was settled: within this
 * long of a window's ends it may be on either side.
 */
const edge = "interval '1 hour'";

async function addUnits(db: Store['db'], after: string, last: string, pots: Map<string, Bounds>): Promise<void> {
  const { rows } = await sql<{ pot: string; least: string; most: string }>`
    SELECT p.id AS pot, sum(units_of(b.unit, u))::text AS most, coalesce(sum(units_of(b.unit, u)) FILTER (
      WHERE u.settled_at >= greatest(p.starts_at, b.created_at) + ${sql.raw(edge)}
        AND (p.ends_at IS NULL OR u.settled_at < p.ends_at - ${sql.raw(edge)})), 0)::text AS least
    FROM usage u CROSS JOIN LATERAL budgets_of(u) b
      JOIN pots p ON p.budget_id = b.id AND u.settled_at >= greatest(p.starts_at, b.created_at) - ${sql.raw(edge)}
        AND (p.ends_at IS NULL OR u.settled_at < p.ends_at + ${sql.raw(edge)})
    WHERE u.organization_id IN (SELECT organization_id FROM budgets) AND u.request_id > ${after} AND u.request_id <= ${last} GROUP BY p.id`.execute(
    db,
  );
  for (const { pot, least, most } of rows) {
    const before = pots.get(pot) ?? { least: 0n, most: 0n };
    pots.set(pot, { least: before.least + BigInt(least), most: before.most + BigInt(most) });
  }
}

const potsMax = 10_000;

/**
 * What pots of budgets counted, against usage. Only a warning: a key that moved to another project, a budget that was
 * turned off for a while, or usage that came in after a long absence of the database counted elsewhere, rightly.
 */
export async function checkSpent(db: Store['db'], { pots }: UsageCounts, found: Findings): Promise<void> {
  const keptSince = (await usageKeptSince(db)) ?? new Date(0);
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; spent: string }>`
      SELECT p.id, p.spent_units::text AS spent FROM pots p JOIN budgets b ON b.id = p.budget_id
      WHERE p.id > ${after} AND NOT b.disabled AND coalesce(p.starts_at, b.created_at) >= ${keptSince} ORDER BY p.id LIMIT ${potsMax}`.execute(
      db,
    );
    for (const { id, spent } of rows) {
      const { least, most } = pots.get(id) ?? { least: 0n, most: 0n };
      if (BigInt(spent) >= least && BigInt(spent) <= most) continue;
      const told = least === most ? `${most}` : `${least} to ${most}`;
      found.warns('spent', `pot ${id}`, `it counted ${spent}, and usage of its window comes to ${told}`);
    }
    if (rows.length < potsMax) return;
    after = rows.at(-1)?.id ?? '';
  }
}
