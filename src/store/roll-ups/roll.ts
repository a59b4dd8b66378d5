/**
 * Adds usage to its roll-ups, each row once: what is to be added lies in `usage_batches` since the row's own transaction,
 * and is taken away by the transaction that adds it. One at a time rolls, at whichever instance.
 */
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { adding } from './cells.ts';
import { factsOf } from './facts.ts';

type Db = Kysely<Schema>;

/** "tolr": the class of the advisory lock, so that it meets nobody else's. */
const lockClass = 0x746f6c72;

/** Postings at once, of 250 rows at most each. */
const batchesMax = 4;

/** False: another one rolls, or makes a day anew. */
export async function lockRollUps(db: Db): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    SELECT pg_try_advisory_xact_lock(${lockClass}, hashtext(current_schema())) AS mine`.execute(db);
  if (!rows[0]?.mine) return false;
  // A statement of many parts and few rows: compiling it takes longer than running it.
  await sql`SET LOCAL jit = off`.execute(db);
  return true;
}

/** Returns whether there may be more to add. Throws StoreError. */
export function rollUsage(db: Db): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    if (!(await lockRollUps(transaction))) return false;
    return (await rollBatches(transaction)) >= batchesMax;
  });
}

interface Taken {
  readonly batches: number;
  readonly since: string;
  readonly until: string;
  readonly ids: readonly string[];
}

/** In a transaction that has the lock. Returns how many batches it added. */
export async function rollBatches(db: Db): Promise<number> {
  const { rows } = await sql<Taken>`
    WITH taken AS (
      DELETE FROM usage_batches WHERE id IN (SELECT id FROM usage_batches ORDER BY id LIMIT ${batchesMax})
      RETURNING id, since, until, ids
    )
    SELECT count(DISTINCT taken.id) AS batches, min(since)::text AS since, max(until)::text AS until,
      array_agg(request) AS ids FROM taken, unnest(ids) AS request HAVING count(*) > 0`.execute(db);
  const [taken] = rows;
  if (taken === undefined) return 0;
  const { since, until, ids } = taken;
  await addCells(
    db,
    sql`usage WHERE request_id = ANY (${ids}::text[]) AND started_at BETWEEN ${since}::timestamptz
      AND ${until}::timestamptz`,
  );
  return taken.batches;
}

const [beforeSource = '', afterSource = ''] = factsOf('%').split('%');

/** `source`: rows of usage, as a FROM clause with its conditions. `to`: which cells they are added to. */
export async function addCells(db: Db, source: ReturnType<typeof sql>, to: keyof typeof adding = 'all'): Promise<void> {
  await sql`WITH facts AS MATERIALIZED (${sql.raw(beforeSource)}${source}${sql.raw(afterSource)}),
    ${sql.raw(adding[to])} SELECT 1`.execute(db);
}
