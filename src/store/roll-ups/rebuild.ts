/** Makes the roll-ups of a day anew from its rows: what comes out is what was there, unless somebody changed either. */
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { cubesOfHours, daysOfHours } from './cells.ts';
import { addCells, lockRollUps, rollBatches } from './roll.ts';

type Db = Kysely<Schema>;

const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Rows in one statement: a second's work, far within the time that a statement may take. Minutes are most of it. */
const stepRows = { withMinutes: 3_000, without: 8_000 };
const spans = ['usage_minutes', 'usage_hours', 'usage_days'];

/**
 * `dayMs`: when the day begins (UTC). False: somebody else rolls just now, or rows came in meanwhile; ask again. Days of
 * which rows are gone by retention stay as they are. Throws StoreError.
 */
export async function rebuildDay(db: Db, startMs: number): Promise<boolean> {
  try {
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (transaction) => {
        // What is seen from here on is one moment: rows that come later are in batches that are not seen either.
        if (!(await lockRollUps(transaction))) return false;
        while ((await rollBatches(transaction)) > 0);
        if (await isWhole(transaction, startMs)) await rebuild(transaction, startMs);
        await sql`DELETE FROM usage_rebuilds WHERE day = ${new Date(startMs)}`.execute(transaction);
        return true;
      });
  } catch (error) {
    // Another one rolled between this one's first look and its lock.
    if (error instanceof Error && 'code' in error && error.code === serializationFailure) return false;
    throw error;
  }
}

const serializationFailure = '40001';

async function isWhole(db: Db, startMs: number): Promise<boolean> {
  const { rows } = await sql<{ whole: boolean }>`
    SELECT since <= ${new Date(startMs)} AS whole FROM usage_kept`.execute(db);
  return rows[0]?.whole ?? true;
}

async function rebuild(db: Db, startMs: number): Promise<void> {
  const endMs = startMs + dayMs;
  const minutes = await hasMinutes(db, startMs);
  for (const table of spans) {
    await sql`DELETE FROM ${sql.table(table)} WHERE bucket >= ${new Date(startMs)} AND bucket < ${new Date(endMs)}`.execute(
      db,
    );
  }
  await sql`SET LOCAL work_mem = '48MB'`.execute(db);
  for (const { from, to } of await stepsOf(db, startMs, minutes ? stepRows.withMinutes : stepRows.without)) {
    const source = sql`usage WHERE started_at >= ${from} AND started_at < ${to}`;
    await addCells(db, source, minutes ? 'withoutDays' : 'withoutDaysAndMinutes');
  }
  for (const cube of cubesOfHours) {
    const [before = '', after = ''] = daysOfHours(cube, '%').split('%');
    const day = sql`bucket >= ${new Date(startMs)} AND bucket < ${new Date(endMs)}`;
    await sql`${sql.raw(before)}${day}${sql.raw(after)}`.execute(db);
  }
}

/** Where retention took them already they would only come back for an hour; and they are the most of all. */
async function hasMinutes(db: Db, startMs: number): Promise<boolean> {
  const { rows } = await sql<{ kept: boolean }>`
    SELECT ${new Date(startMs)} > now() - interval '3 days' OR EXISTS (SELECT 1 FROM usage_minutes WHERE cube = 'house'
      AND bucket >= ${new Date(startMs)} AND bucket < ${new Date(startMs + dayMs)}) AS kept`.execute(db);
  return rows[0]?.kept ?? true;
}

/**
 * Parts of the day with about so many rows: whole hours where they can be, so that the cells of an hour are made at once;
 * minutes of one that is very busy are added to each other.
 */
async function stepsOf(db: Db, startMs: number, rowsMax: number) {
  const { rows } = await sql<{ minute: Date; rows: number }>`
    SELECT date_trunc('minute', started_at) AS minute, count(*) AS rows FROM usage
    WHERE started_at >= ${new Date(startMs)} AND started_at < ${new Date(startMs + dayMs)} GROUP BY 1 ORDER BY 1`.execute(
    db,
  );
  const hours = Map.groupBy(rows, ({ minute }) => Math.floor(minute.getTime() / hourMs));
  const parts = [...hours.values()].flatMap((minutes): Part[] => {
    const all = minutes.reduce((sum, { rows: count }) => sum + count, 0);
    const fromMs = Math.floor((minutes[0]?.minute.getTime() ?? 0) / hourMs) * hourMs;
    if (all <= rowsMax) return [{ fromMs, toMs: fromMs + hourMs, rows: all }];
    return minutes.map(({ minute, rows: count }) => ({
      fromMs: minute.getTime(),
      toMs: minute.getTime() + minuteMs,
      rows: count,
    }));
  });
  return joined(parts, rowsMax).map(({ fromMs, toMs }) => ({ from: new Date(fromMs), to: new Date(toMs) }));
}

interface Part {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
}

function joined(parts: readonly Part[], rowsMax: number): readonly Part[] {
  const steps: Part[] = [];
  for (const part of parts) {
    const last = steps.at(-1);
    if (last === undefined || last.rows + part.rows > rowsMax) steps.push(part);
    else steps[steps.length - 1] = { fromMs: last.fromMs, toMs: part.toMs, rows: last.rows + part.rows };
  }
  return steps;
}

/** Days that are to be made anew, the newest first. */
export async function daysToRebuild(db: Db, limit: number): Promise<readonly number[]> {
  const { rows } = await sql<{ day: Date }>`
    SELECT day FROM usage_rebuilds ORDER BY day DESC LIMIT ${limit}`.execute(db);
  return rows.map(({ day }) => day.getTime());
}

/**
 * Puts all days between these times (milliseconds) on the list that have requests or sums, the one in which the first
 * lies as a whole. Returns how many were not on it.
 */
export async function askForRebuild(db: Db, sinceMs: number, untilMs: number): Promise<number> {
  const { rows } = await sql<{ days: number }>`
    WITH ends AS (
      SELECT min(at) AS first, max(at) AS last FROM (
        SELECT min(started_at) AS at FROM usage UNION ALL SELECT max(started_at) FROM usage
        UNION ALL SELECT min(bucket) FROM usage_days WHERE cube = 'house'
        UNION ALL SELECT max(bucket) FROM usage_days WHERE cube = 'house') AS all_ends
    ), asked AS (
      INSERT INTO usage_rebuilds (day) SELECT day FROM ends, generate_series(
        date_trunc('day', greatest(first, ${new Date(sinceMs)}), 'UTC'), last, interval '1 day') AS day
      WHERE day < ${new Date(untilMs)} AND (
        EXISTS (SELECT 1 FROM usage WHERE started_at >= day AND started_at < day + interval '1 day')
        OR EXISTS (SELECT 1 FROM usage_days WHERE cube = 'house' AND bucket = day))
      ON CONFLICT (day) DO NOTHING RETURNING day
    )
    SELECT count(*) AS days FROM asked`.execute(db);
  return rows[0]?.days ?? 0;
}

/**
 * Takes one end user's name out of the sums, in the transaction that takes it out of the rows; the days are made anew
 * from what the rows say then.
 */
export async function forgetEndUser(db: Db, organizationId: string, endUser: string): Promise<void> {
  for (const table of ['usage_hours', 'usage_days']) {
    await sql`
      WITH gone AS (
        DELETE FROM ${sql.table(table)} WHERE cube IN ('end-user', 'end-user-total') AND organization_id = ${organizationId}
          AND subject = ${endUser} RETURNING bucket
      )
      INSERT INTO usage_rebuilds (day) SELECT DISTINCT date_trunc('day', bucket, 'UTC') FROM gone
      ON CONFLICT (day) DO NOTHING`.execute(db);
  }
}
