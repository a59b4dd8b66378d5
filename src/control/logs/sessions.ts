/** Conversations and runs of agents: the requests that their caller put under one `x-tollgate-session`. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { filterLogs, type LogFilter } from './filter.ts';

export interface SessionSummary {
  readonly sessionId: string;
  readonly organizationId: string;
  readonly startedAtMs: number;
  /** When its last request ended, as far as there was one. */
  readonly endedAtMs: number;
  /** From the beginning of the first to the end of the last. */
  readonly durationMs: number;
  readonly turns: number;
  readonly failed: number;
  readonly chargeNanoUsd: bigint;
  readonly costNanoUsd: bigint;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly thinkingTokens: number;
  /** As served, by name; the first twenty. */
  readonly models: readonly string[];
  readonly keyIds: readonly string[];
  readonly errors: readonly string[];
}

export interface SessionListOptions extends LogFilter {
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  readonly next: string | undefined;
}

const namesMax = 20;
/** A page looks at this many requests at most. It may be short then, and `next` goes on behind them. */
const rowsMax = 20_000;

/** Those that were active last come first. Throws Refusal (a cursor of another list) and StoreError. */
export async function listSessions(db: Store['db'], options: SessionListOptions): Promise<SessionPage> {
  const { limit, after } = options;
  const cursor = after === undefined ? undefined : readCursor(after);
  const rows = await latestRows(db, options, cursor);
  const latest = new Map<string, Latest>();
  let last: Latest | undefined;
  for (const row of rows) {
    if (latest.size === limit && !latest.has(nameOf(row))) break;
    if (!latest.has(nameOf(row))) latest.set(nameOf(row), row);
    last = row;
  }
  const isLast = rows.length < rowsMax && last === rows.at(-1);
  const fresh = await withoutEarlierPages(db, options, [...latest.values()], cursor);
  const sums = await sumUp(db, options, fresh);
  return {
    sessions: fresh.flatMap((row) => sums.get(nameOf(row)) ?? []),
    next: isLast || last === undefined ? undefined : toCursor(last),
  };
}

/** One request of a session. */
interface Latest {
  readonly sessionId: string;
  readonly organizationId: string;
  readonly startedAt: Date;
  readonly requestId: string;
}

const nameOf = ({ organizationId, sessionId }: Pick<Latest, 'organizationId' | 'sessionId'>) =>
  `${organizationId} ${sessionId}`;

async function latestRows(db: Store['db'], options: SessionListOptions, cursor: Cursor | undefined): Promise<Latest[]> {
  let query = (await filterLogs(db, options))
    .where('usage.session_id', 'is not', null)
    .select([
      sql<string>`usage.session_id`.as('sessionId'),
      'usage.organization_id as organizationId',
      'usage.started_at as startedAt',
      'usage.request_id as requestId',
    ])
    .orderBy('usage.started_at', 'desc')
    .orderBy('usage.request_id', 'desc')
    .limit(rowsMax);
  if (cursor !== undefined) {
    query = query.where((where) =>
      where(
        where.refTuple('usage.started_at', 'usage.request_id'),
        '<',
        where.tuple(cursor.startedAt, cursor.requestId),
      ),
    );
  }
  return query.execute();
}

/** What has a later request was on a page before. */
async function withoutEarlierPages(
  db: Store['db'],
  options: SessionListOptions,
  found: readonly Latest[],
  cursor: Cursor | undefined,
): Promise<readonly Latest[]> {
  if (cursor === undefined || found.length === 0) return found;
  const rows = await (await filterLogs(db, options))
    .where('usage.session_id', 'in', [...new Set(found.map(({ sessionId }) => sessionId))])
    .where((where) =>
      where(
        where.refTuple('usage.started_at', 'usage.request_id'),
        '>=',
        where.tuple(cursor.startedAt, cursor.requestId),
      ),
    )
    .select([sql<string>`usage.session_id`.as('sessionId'), 'usage.organization_id as organizationId'])
    .distinct()
    .execute();
  const before = new Set(rows.map(nameOf));
  return found.filter((row) => !before.has(nameOf(row)));
}

async function sumUp(
  db: Store['db'],
  options: LogFilter,
  of: readonly Latest[],
): Promise<ReadonlyMap<string, SessionSummary>> {
  if (of.length === 0) return new Map();
  const rows = await (await filterLogs(db, options))
    .where('usage.session_id', 'in', [...new Set(of.map(({ sessionId }) => sessionId))])
    .select([sql<string>`usage.session_id`.as('sessionId'), 'usage.organization_id as organizationId', ...figures])
    .groupBy(['usage.session_id', 'usage.organization_id'])
    .execute();
  return new Map(rows.map(toSummary).map((summary) => [nameOf(summary), summary]));
}

/** One of them whole. Undefined: there is none in that time. */
export async function readSession(
  db: Store['db'],
  filter: LogFilter & { readonly sessionId: string },
): Promise<SessionSummary | undefined> {
  const rows = await (await filterLogs(db, filter))
    .select([sql<string>`usage.session_id`.as('sessionId'), 'usage.organization_id as organizationId', ...figures])
    .groupBy(['usage.session_id', 'usage.organization_id'])
    .orderBy('endedAt', 'desc')
    .limit(1)
    .execute();
  return rows.map(toSummary)[0];
}

const figures = [
  sql<Date>`min(usage.started_at)`.as('startedAt'),
  sql<Date>`max(usage.started_at + usage.total_ms * interval '1 millisecond')`.as('endedAt'),
  sql<number>`count(*)`.as('turns'),
  sql<number>`count(*) FILTER (WHERE usage.status = 'failed')`.as('failed'),
  sql<bigint>`sum(usage.charge_nano_usd)::bigint`.as('charge_nano_usd'),
  sql<bigint>`sum(usage.cost_nano_usd)::bigint`.as('cost_nano_usd'),
  sql<number>`sum(usage.input_tokens)::bigint`.as('inputTokens'),
  sql<number>`sum(usage.output_tokens)::bigint`.as('outputTokens'),
  sql<number>`sum(usage.cache_read_tokens)::bigint`.as('cacheReadTokens'),
  sql<number>`sum(usage.cache_write_5m_tokens + usage.cache_write_1h_tokens)::bigint`.as('cacheWriteTokens'),
  sql<number>`sum(usage.thinking_tokens)::bigint`.as('thinkingTokens'),
  sql<
    readonly string[]
  >`(array_agg(DISTINCT coalesce(usage.served_model, usage.requested_model)))[1:${sql.lit(namesMax)}]`.as('models'),
  sql<readonly string[]>`(array_agg(DISTINCT usage.key_id))[1:${sql.lit(namesMax)}]`.as('keyIds'),
  sql<
    readonly string[] | null
  >`(array_agg(DISTINCT usage.error_kind) FILTER (WHERE usage.error_kind IS NOT NULL))[1:${sql.lit(namesMax)}]`.as(
    'errors',
  ),
] as const;

interface SessionRow {
  readonly sessionId: string;
  readonly organizationId: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly turns: number;
  readonly failed: number;
  readonly charge_nano_usd: bigint;
  readonly cost_nano_usd: bigint;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly thinkingTokens: number;
  readonly models: readonly string[];
  readonly keyIds: readonly string[];
  readonly errors: readonly string[] | null;
}

function toSummary({
  startedAt,
  endedAt,
  charge_nano_usd,
  cost_nano_usd,
  errors,
  ...same
}: SessionRow): SessionSummary {
  return {
    ...same,
    startedAtMs: startedAt.getTime(),
    endedAtMs: endedAt.getTime(),
    durationMs: endedAt.getTime() - startedAt.getTime(),
    chargeNanoUsd: charge_nano_usd,
    costNanoUsd: cost_nano_usd,
    errors: errors ?? [],
  };
}

interface Cursor {
  readonly startedAt: Date;
  readonly requestId: string;
}

function toCursor({ startedAt, requestId }: Latest): string {
  return Buffer.from(`${startedAt.getTime()} ${requestId}`).toString('base64url');
}

function readCursor(cursor: string): Cursor {
  const match = /^(\d{1,15}) (req_[0-9a-z]{1,100})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) {
    throw new Refusal('The cursor is not one of this list.', 'Use the `next` of the page before as it is.');
  }
  return { startedAt: new Date(Number(match[1])), requestId: match[2] ?? '' };
}
