/** Settlements as rows of the table `usage`. */
import type { UsageAttempt } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { insertUsage, type UsageRow } from '../store/usage-insert.ts';
import type { Attempt, SettlementRecord } from './record.ts';
import type { InsertRows } from './shipper.ts';
import { sqlText } from './sql-text.ts';

const idLengthMax = 256;
const textLengthMax = 1_024;
const listItemsMax = 64;
const attemptsMax = 64;

/** Rows whose request id is in the table are skipped, so that a batch may be sent again. Throws what the store throws. */
export function insertUsageRows(db: Store['db']): InsertRows {
  return async (rows) => insertUsage(db, rows.map(usageRow));
}

/** Throws RangeError or SyntaxError for a record that no row can be made of. */
function usageRow(record: SettlementRecord): UsageRow {
  const { usage } = record;
  return {
    request_id: id(record.requestId),
    instance: id(record.instance),
    started_at: time(record.startedAtMs),
    settled_at: time(record.settledAtMs),
    operation: id(record.operation),
    status: id(record.status),
    http_status: record.httpStatus,
    error_kind: optionalId(record.errorKind),
    key_id: id(record.keyId),
    organization_id: id(record.organizationId),
    requested_model: text(record.requestedModel),
    served_model: optionalText(record.servedModel),
    provider: optionalId(record.provider),
    credential: optionalId(record.credential),
    client_dialect: id(record.clientDialect),
    upstream_dialect: optionalId(record.upstreamDialect),
    stream: record.stream,
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_read_tokens: usage.cacheRead,
    cache_write_5m_tokens: usage.cacheWrite5m,
    cache_write_1h_tokens: usage.cacheWrite1h,
    thinking_tokens: usage.thinking,
    audio_input_tokens: usage.audioInput,
    audio_output_tokens: usage.audioOutput,
    web_searches: usage.webSearches,
    estimated: record.estimated,
    recovered: record.recovered,
    flags: list(record.flags),
    price_version: optionalText(record.priceVersion),
    cost_nano_usd: BigInt(record.costNanoUsd).toString(),
    first_token_ms: record.firstTokenMs ?? null,
    total_ms: record.totalMs,
    overhead_ms: record.overheadMs,
    attempts: record.attempts.slice(0, attemptsMax).map(attempt),
    dropped: list(record.dropped),
    snapshot_version: record.snapshotVersion,
    client_request_id: optionalText(record.clientRequestId),
    session_id: optionalText(record.sessionId),
    end_user: optionalText(record.endUser),
    tags: list(record.tags ?? []),
  };
}

const id = (value: string): string => sqlText(value, idLengthMax);
const optionalId = (value: string | undefined): string | null => (value === undefined ? null : id(value));
const text = (value: string): string => sqlText(value, textLengthMax);
const optionalText = (value: string | undefined): string | null => (value === undefined ? null : text(value));
const list = (values: readonly string[]): string[] => values.slice(0, listItemsMax).map(text);

/** Throws RangeError for a time that is none. */
const time = (ms: number): string => new Date(ms).toISOString();

function attempt({ error, ...rest }: Attempt): UsageAttempt {
  const { id: attemptId, target, credential } = rest;
  const texts = { id: id(attemptId), target: text(target), credential: id(credential) };
  return { ...rest, ...texts, ...(error === undefined ? {} : { error: text(error) }) };
}
