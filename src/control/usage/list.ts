/** Usage rows one by one, newest first. */
import type { BriefDecision } from '../../routing/brief.ts';
import type { UsageAttempt, UsageRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { filterUsage, type UsageFilter } from './filter.ts';

/** One request. Names of keys and organizations as they are now; ids stay when those are gone. */
export interface UsageEntry extends TokenCounts {
  readonly requestId: string;
  readonly instance: string;
  readonly startedAtMs: number;
  readonly settledAtMs: number;
  readonly operation: string;
  readonly status: string;
  /** What the caller saw; 0 when it was gone. */
  readonly httpStatus: number;
  readonly errorKind?: string;
  readonly keyId: string;
  readonly keyName?: string;
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly requestedModel: string;
  readonly servedModel?: string;
  readonly provider?: string;
  readonly credential?: string;
  readonly clientDialect: string;
  readonly upstreamDialect?: string;
  readonly stream: boolean;
  readonly estimated: boolean;
  readonly recovered: boolean;
  readonly flags: readonly string[];
  readonly priceVersion?: string;
  /** What the provider takes. */
  readonly costNanoUsd: bigint;
  /** What the organization pays. */
  readonly chargeNanoUsd: bigint;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly overheadMs: number;
  readonly attempts: readonly UsageAttempt[];
  readonly dropped: readonly string[];
  readonly snapshotVersion: number;
  readonly clientRequestId?: string;
  readonly sessionId?: string;
  readonly endUser?: string;
  readonly tags: readonly string[];
  /** Whose key paid the provider. */
  readonly paidBy: 'platform' | 'organization';
  /** Absent: there was nothing to choose. */
  readonly decision?: BriefDecision;
}

export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  /** Of the output. */
  readonly thinkingTokens: number;
  /** Of the input. */
  readonly audioInputTokens: number;
  /** Of the output. */
  readonly audioOutputTokens: number;
  readonly webSearches: number;
  /** Of the input. */
  readonly imageInputTokens: number;
  /** Of the output. */
  readonly imageOutputTokens: number;
  readonly images: number;
  readonly audioSeconds: number;
  readonly characters: number;
  readonly searches: number;
}

export interface UsagePage {
  readonly entries: readonly UsageEntry[];
  /** For the next, older page; absent on the last one. */
  readonly nextCursor?: string;
}

export interface UsageListOptions extends UsageFilter {
  /** 1 to 1000; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. Rows that came in meanwhile shift nothing. */
  readonly cursor?: string;
}

const limitMax = 1_000;

/** Throws Refusal (bad limit or cursor) and StoreError. */
export async function listUsage(store: Store, options: UsageListOptions = {}): Promise<UsagePage> {
  const limit = options.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw new Refusal(
      `The limit ${limit} is not possible.`,
      `Ask for 1 to ${limitMax} rows, and page on by the cursor.`,
    );
  }
  let query = filterUsage(store, options)
    .leftJoin('keys', 'keys.id', 'usage.key_id')
    .leftJoin('organizations', 'organizations.id', 'usage.organization_id')
    .selectAll('usage')
    .select(['keys.name as key_name', 'organizations.name as organization_name'])
    .orderBy('usage.started_at', 'desc')
    .orderBy('usage.request_id', 'desc')
    .limit(limit + 1);
  if (options.cursor !== undefined) {
    const { startedAt, requestId } = readCursor(options.cursor);
    query = query.where((where) =>
      where(where.refTuple('usage.started_at', 'usage.request_id'), '<', where.tuple(startedAt, requestId)),
    );
  }
  const rows = await query.execute();
  const entries = rows.slice(0, limit).map(toEntry);
  const last = entries.at(-1);
  return rows.length > limit && last !== undefined ? { entries, nextCursor: toCursor(last) } : { entries };
}

/** Exact: rows are written with whole milliseconds. */
const toCursor = (entry: UsageEntry): string =>
  Buffer.from(`${entry.startedAtMs} ${entry.requestId}`).toString('base64url');

function readCursor(cursor: string): { startedAt: Date; requestId: string } {
  const match = /^(\d{1,15}) (\S{1,200})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null)
    throw new Refusal('The cursor is not one of ours.', 'Use the cursor of the page before as it is.');
  return { startedAt: new Date(Number(match[1])), requestId: match[2] ?? '' };
}

type JoinedRow = UsageRow & { readonly key_name: string | null; readonly organization_name: string | null };

function toEntry(row: JoinedRow): UsageEntry {
  return {
    ...toOutcome(row),
    ...toSubject(row),
    ...toCounts(row),
    requestId: row.request_id,
    instance: row.instance,
    startedAtMs: row.started_at.getTime(),
    settledAtMs: row.settled_at.getTime(),
    operation: row.operation,
    stream: row.stream,
    totalMs: row.total_ms,
    overheadMs: row.overhead_ms,
    attempts: row.attempts,
    dropped: row.dropped,
    snapshotVersion: row.snapshot_version,
    tags: row.tags,
    ...(row.first_token_ms !== null && { firstTokenMs: row.first_token_ms }),
    ...(row.client_request_id !== null && { clientRequestId: row.client_request_id }),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.end_user !== null && { endUser: row.end_user }),
    ...(row.decision !== null && { decision: row.decision as BriefDecision }),
  };
}

function toOutcome(row: JoinedRow) {
  return {
    status: row.status,
    httpStatus: row.http_status,
    estimated: row.estimated,
    recovered: row.recovered,
    flags: row.flags,
    costNanoUsd: row.cost_nano_usd,
    chargeNanoUsd: row.charge_nano_usd,
    paidBy: row.paid_by,
    ...(row.error_kind !== null && { errorKind: row.error_kind }),
    ...(row.price_version !== null && { priceVersion: row.price_version }),
  };
}

function toSubject(row: JoinedRow) {
  return {
    keyId: row.key_id,
    organizationId: row.organization_id,
    requestedModel: row.requested_model,
    clientDialect: row.client_dialect,
    ...(row.key_name !== null && { keyName: row.key_name }),
    ...(row.organization_name !== null && { organizationName: row.organization_name }),
    ...(row.served_model !== null && { servedModel: row.served_model }),
    ...(row.provider !== null && { provider: row.provider }),
    ...(row.credential !== null && { credential: row.credential }),
    ...(row.upstream_dialect !== null && { upstreamDialect: row.upstream_dialect }),
  };
}

/** Columns of usage that count something. */
export type Counted =
  | 'input_tokens'
  | 'output_tokens'
  | 'cache_read_tokens'
  | 'cache_write_5m_tokens'
  | 'cache_write_1h_tokens'
  | 'thinking_tokens'
  | 'audio_input_tokens'
  | 'audio_output_tokens'
  | 'web_searches'
  | 'image_input_tokens'
  | 'image_output_tokens'
  | 'images'
  | 'audio_seconds'
  | 'characters'
  | 'searches';

export function toCounts(row: Readonly<Record<Counted, number>>): TokenCounts {
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWrite5mTokens: row.cache_write_5m_tokens,
    cacheWrite1hTokens: row.cache_write_1h_tokens,
    thinkingTokens: row.thinking_tokens,
    audioInputTokens: row.audio_input_tokens,
    audioOutputTokens: row.audio_output_tokens,
    webSearches: row.web_searches,
    imageInputTokens: row.image_input_tokens,
    imageOutputTokens: row.image_output_tokens,
    images: row.images,
    audioSeconds: row.audio_seconds,
    characters: row.characters,
    searches: row.searches,
  };
}
