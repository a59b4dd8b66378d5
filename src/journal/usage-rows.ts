/** Settlements as rows of the table `usage`. */
import type { UsageTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { SettlementRecord } from './record.ts';
import type { InsertRows } from './shipper.ts';
import { sqlJson, sqlText } from './sql-text.ts';

/** Postgres counts the parameters of a statement in 16 bits. */
const parametersMax = 65_535;
const columns = 41;
const rowsMax = Math.floor(parametersMax / columns);

const idLengthMax = 256;
const textLengthMax = 1_024;
const listItemsMax = 64;
const attemptsMax = 64;

/** Rows whose request id is in the table are skipped, so that a batch may be sent again. Throws what the store throws. */
export function insertUsageRows(db: Store['db']): InsertRows {
  return async (rows) => {
    for (let from = 0; from < rows.length; from += rowsMax) {
      await db
        .insertInto('usage')
        .values(rows.slice(from, from + rowsMax).map(usageRow))
        .onConflict((conflict) => conflict.column('request_id').doNothing())
        .execute();
    }
  };
}

/** Throws RangeError or SyntaxError for a record that no row can be made of. */
export function usageRow(record: SettlementRecord) {
  const { usage } = record;
  return {
    request_id: id(record.requestId),
    instance: id(record.instance),
    started_at: new Date(record.startedAtMs),
    settled_at: new Date(record.settledAtMs),
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
    cost_nano_usd: BigInt(record.costNanoUsd),
    first_token_ms: record.firstTokenMs ?? null,
    total_ms: record.totalMs,
    overhead_ms: record.overheadMs,
    attempts: sqlJson(record.attempts.slice(0, attemptsMax), textLengthMax),
    dropped: list(record.dropped),
    snapshot_version: record.snapshotVersion,
    client_request_id: optionalText(record.clientRequestId),
    session_id: optionalText(record.sessionId),
    end_user: optionalText(record.endUser),
    tags: list(record.tags ?? []),
  } satisfies Insertable;
}

type Insertable = Omit<UsageTable, 'cost_nano_usd' | 'attempts'> & { cost_nano_usd: bigint; attempts: string };

const id = (value: string): string => sqlText(value, idLengthMax);
const optionalId = (value: string | undefined): string | null => (value === undefined ? null : id(value));
const text = (value: string): string => sqlText(value, textLengthMax);
const optionalText = (value: string | undefined): string | null => (value === undefined ? null : text(value));
const list = (values: readonly string[]): string[] => values.slice(0, listItemsMax).map(text);
