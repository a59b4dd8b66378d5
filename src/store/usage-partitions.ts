/** Partitions of usage: made ahead, and dropped when nobody keeps what is in them. */
import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

const monthsAhead = 3;
/** What a wrong clock dated earlier stays among the odd rows. */
const yearsBack = 10;

/** For this month and the next ones, and for months whose rows came before their partition. Throws StoreError. */
export async function makeUsagePartitions(db: Db): Promise<void> {
  const { rows } = await sql<{ month: string }>`
    SELECT (usage_month(now()) + make_interval(months => ahead))::text AS month FROM generate_series(0, ${monthsAhead}) AS ahead
    UNION SELECT DISTINCT usage_month(started_at)::text FROM usage_default
      WHERE started_at BETWEEN now() - make_interval(years => ${yearsBack}) AND now()
    ORDER BY month`.execute(db);
  for (const { month } of rows) await alone(db, (transaction) => make(transaction, month));
}

const make = (db: Db, month: string) => sql`SELECT make_usage_partition(${month}::timestamptz)`.execute(db);

/** Whoever waits for a table makes everybody behind wait too: rather not now than long. */
function alone<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await sql`SET LOCAL lock_timeout = '3s'`.execute(transaction);
    return work(transaction);
  });
}

/**
 * Drops the partitions that ended before a time (milliseconds). Transfers, invoices and roll-ups stay, but for those of
 * end users, which are about persons. Returns the names of what is gone. Throws StoreError.
 */
export async function dropUsageBefore(db: Db, beforeMs: number): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string; until: Date }>`
    SELECT name, until FROM usage_partitions WHERE until <= ${new Date(beforeMs)} ORDER BY until`.execute(db);
  for (const { name, until } of rows) await alone(db, (transaction) => drop(transaction, name, until));
  return rows.map(({ name }) => name);
}

async function drop(db: Db, name: string, until: Date): Promise<void> {
  await sql`ALTER TABLE usage DETACH PARTITION ${sql.table(name)}`.execute(db);
  await sql`DROP TABLE ${sql.table(name)}`.execute(db);
  await sql`DELETE FROM usage_partitions WHERE name = ${name}`.execute(db);
  await sql`UPDATE usage_kept SET since = greatest(since, ${until})`.execute(db);
  await sql`DELETE FROM usage_default WHERE started_at < ${until}`.execute(db);
  await sql`DELETE FROM feedback WHERE given_at < ${until}`.execute(db);
  for (const table of ['usage_hours', 'usage_days'])
    await sql`DELETE FROM ${sql.table(table)} WHERE cube IN ('end-user', 'end-user-total')
      AND bucket < ${until}`.execute(db);
}

const minuteCellsMax = 20_000;

/** Minutes are for looking closely at what was just now. Returns whether there may be more of them. */
export async function dropMinutesBefore(db: Db, beforeMs: number): Promise<boolean> {
  const { rows } = await sql<{ gone: number }>`
    WITH old AS (
      SELECT cube, bucket, cell FROM usage_minutes WHERE cube IN ('all', 'organization-total', 'house', 'key-total', 'attempt-total')
        AND bucket < ${new Date(beforeMs)} LIMIT ${minuteCellsMax}
    ), gone AS (
      DELETE FROM usage_minutes m USING old WHERE m.cube = old.cube AND m.bucket = old.bucket AND m.cell = old.cell
      RETURNING 1
    )
    SELECT count(*) AS gone FROM gone`.execute(db);
  return (rows[0]?.gone ?? 0) >= minuteCellsMax;
}

/** Rows of requests that started before this may be gone; undefined: none is. */
export async function usageKeptSince(db: Db): Promise<Date | undefined> {
  const { rows } = await sql<{ since: Date }>`SELECT since FROM usage_kept WHERE since > '-infinity'`.execute(db);
  return rows[0]?.since;
}
