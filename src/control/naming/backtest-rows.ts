/** Requests of an organization as they were, newest first, and how models did in those days. */
import { sql } from 'kysely';
import type { TargetMeasures } from '../../routing/measures.ts';
import type { UsageRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { usageOf } from '../logs/explain.ts';
import { filterLogs } from '../logs/filter.ts';
import { Refusal } from '../refusal.ts';
import type { MeasuresOf, PastRequest } from './backtest.ts';

export interface PastAsked {
  readonly organizationId: string;
  /** The name that they asked for. */
  readonly modelAsked: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Measures rest on the newest requests of the organization: enough to judge by, and read in a moment. */
const measuredRowsMax = 20_000;
/** Counting on would read an index without end. */
const countedMax = 10_000;

/** Throws Refusal (a cursor of another list) and StoreError. */
export async function readPast(
  db: Store['db'],
  asked: PastAsked,
  limit: number,
  after: string | undefined,
): Promise<{ readonly requests: readonly PastRequest[]; readonly next: string | undefined }> {
  let query = (await filterLogs(db, { ...asked, operation: 'chat' }))
    .selectAll('usage')
    .orderBy('usage.started_at', 'desc')
    .orderBy('usage.request_id', 'desc')
    .limit(limit + 1);
  if (after !== undefined) {
    const { startedAt, requestId } = readCursor(after);
    query = query.where((where) =>
      where(where.refTuple('usage.started_at', 'usage.request_id'), '<', where.tuple(startedAt, requestId)),
    );
  }
  const rows = await query.execute();
  const requests = rows.slice(0, limit).map(pastOf);
  const last = requests.at(-1);
  return { requests, next: rows.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

export async function countPast(db: Store['db'], asked: PastAsked): Promise<number> {
  const rows = (await filterLogs(db, { ...asked, operation: 'chat' })).select('usage.request_id').limit(countedMax);
  const { count } = await db
    .selectFrom(rows.as('counted'))
    .select(sql<number>`count(*)::int`.as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** By tries: one that failed counts although another target answered. */
export async function readMeasures(
  db: Store['db'],
  { organizationId, sinceMs, untilMs }: PastAsked,
): Promise<MeasuresOf> {
  const { rows } = await sql<Measured>`
    WITH newest AS (
      SELECT attempts, served_model, status, first_token_ms, total_ms, output_tokens FROM usage
      WHERE organization_id = ${organizationId} AND operation = 'chat'
        AND started_at >= ${new Date(sinceMs)} AND started_at < ${new Date(untilMs)}
      ORDER BY started_at DESC, request_id DESC LIMIT ${measuredRowsMax}
    ), tries AS (
      SELECT try ->> 'target' AS model, count(*)::int AS samples,
        count(*) FILTER (WHERE try ->> 'error' IS NULL)::int AS whole
      FROM newest, jsonb_array_elements(attempts) AS try GROUP BY 1
    ), answers AS (
      SELECT served_model AS model, avg(first_token_ms) AS first_token_ms, avg(total_ms) AS total_ms,
        sum(output_tokens) * 1000.0 / nullif(sum(total_ms - coalesce(first_token_ms, 0)), 0) AS per_second
      FROM newest WHERE status = 'completed' AND served_model IS NOT NULL GROUP BY 1
    )
    SELECT model, coalesce(samples, 0) AS samples, coalesce(whole, 0) AS whole,
      first_token_ms::float8, total_ms::float8, per_second::float8
    FROM tries FULL JOIN answers USING (model) WHERE model IS NOT NULL`.execute(db);
  const measures = new Map(rows.map((row) => [row.model, measuresOf(row)]));
  return (model) => measures.get(model);
}

interface Measured {
  readonly model: string;
  readonly samples: number;
  readonly whole: number;
  readonly first_token_ms: number | null;
  readonly total_ms: number | null;
  readonly per_second: number | null;
}

function measuresOf({ samples, whole, first_token_ms, total_ms, per_second }: Measured): TargetMeasures {
  return {
    samples,
    successShare: samples === 0 ? 1 : whole / samples,
    inFlight: 0,
    lastAt: 0,
    ...(first_token_ms !== null && { firstTokenMs: first_token_ms }),
    ...(total_ms !== null && { totalMs: total_ms }),
    ...(per_second !== null && per_second > 0 && { tokensPerSecond: per_second }),
  };
}

function pastOf(row: UsageRow): PastRequest {
  return {
    requestId: row.request_id,
    keyId: row.key_id,
    startedAtMs: row.started_at.getTime(),
    sessionId: row.session_id,
    endUser: row.end_user,
    tags: row.tags,
    served: row.served_model,
    isWhole: row.status === 'completed',
    usage: usageOf(row),
    costNanoUsd: row.cost_nano_usd,
    totalMs: row.total_ms,
  };
}

function cursorOf({ startedAtMs, requestId }: PastRequest): string {
  return Buffer.from(`${startedAtMs} ${requestId}`).toString('base64url');
}

function readCursor(cursor: string): { startedAt: Date; requestId: string } {
  const match = /^(\d{1,15}) (req_\w{1,100})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw new Refusal('The cursor is not one of a backtest.', 'Use the `next` of the answer before.');
  return { startedAt: new Date(Number(match[1])), requestId: match[2] ?? '' };
}
