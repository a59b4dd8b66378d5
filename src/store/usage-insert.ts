/** Settlements of the journal become rows of `usage`: many in one statement with one parameter. */
import { type Kysely, sql } from 'kysely';
import { withoutKnownItems } from './batch-items.ts';
import type { Schema } from './schema.ts';

/** What a settlement says and what it is read as. Names that it has not are null. */
const settlement = sql.raw(`s(
  "requestId" text, instance text, "startedAtMs" float8, "settledAtMs" float8, operation text, status text,
  "httpStatus" int, "errorKind" text, "keyId" text, "organizationId" text, "requestedModel" text, "servedModel" text,
  provider text, credential text, "clientDialect" text, "upstreamDialect" text, stream boolean, usage json,
  estimated boolean, recovered boolean, flags text[], "priceVersion" text, "costNanoUsd" int8, "chargeNanoUsd" int8, "houseCostNanoUsd" int8, "firstTokenMs" float8,
  "totalMs" float8, "overheadMs" float8, attempts jsonb, dropped text[], "snapshotVersion" int8,
  "clientRequestId" text, "sessionId" text, "endUser" text, tags text[], "paidBy" text, decision jsonb, resources json)`);

const usage = sql.raw(`u(
  input int8, output int8, "cacheRead" int8, "cacheWrite5m" int8, "cacheWrite1h" int8, thinking int8,
  "audioInput" int8, "audioOutput" int8, "webSearches" int8, "imageInput" int8,
  "imageOutput" int8, images int8, "audioSeconds" int8, characters int8, searches int8)`);

const resource = sql.raw(`r(
  kind text, id text, credential text, "organizationId" text, "keyId" text, "createdAtMs" float8, models text[],
  "batchId" text, deleted boolean, asks jsonb, estimate json, settled boolean)`);

/** Column and value, in pairs. Lists are bounded here, because a short text may hold a long list of nothing. */
const values: readonly (readonly [string, string])[] = [
  ['request_id', 's."requestId"'],
  ['instance', 's.instance'],
  ['started_at', 'to_timestamp(s."startedAtMs" / 1000)'],
  ['settled_at', 'to_timestamp(s."settledAtMs" / 1000)'],
  ['operation', 's.operation'],
  ['status', 's.status'],
  ['http_status', 's."httpStatus"'],
  ['error_kind', 's."errorKind"'],
  ['key_id', 's."keyId"'],
  ['organization_id', 's."organizationId"'],
  ['requested_model', 's."requestedModel"'],
  ['served_model', 's."servedModel"'],
  ['provider', 's.provider'],
  ['credential', 's.credential'],
  ['client_dialect', 's."clientDialect"'],
  ['upstream_dialect', 's."upstreamDialect"'],
  ['stream', 's.stream'],
  ['input_tokens', 'u.input'],
  ['output_tokens', 'u.output'],
  ['cache_read_tokens', 'u."cacheRead"'],
  ['cache_write_5m_tokens', 'u."cacheWrite5m"'],
  ['cache_write_1h_tokens', 'u."cacheWrite1h"'],
  ['thinking_tokens', 'u.thinking'],
  ['audio_input_tokens', 'u."audioInput"'],
  ['audio_output_tokens', 'u."audioOutput"'],
  ['web_searches', 'u."webSearches"'],
  // A journal of before they were counted has none.
  ['image_input_tokens', 'coalesce(u."imageInput", 0)'],
  ['image_output_tokens', 'coalesce(u."imageOutput", 0)'],
  ['images', 'coalesce(u.images, 0)'],
  ['audio_seconds', 'coalesce(u."audioSeconds", 0)'],
  ['characters', 'coalesce(u.characters, 0)'],
  ['searches', 'coalesce(u.searches, 0)'],
  ['estimated', 's.estimated'],
  ['recovered', 's.recovered'],
  ['flags', 's.flags[1:64]'],
  ['price_version', 's."priceVersion"'],
  ['cost_nano_usd', 's."costNanoUsd"'],
  // A journal of before prices and costs were told apart has one of them.
  ['charge_nano_usd', 'coalesce(s."chargeNanoUsd", s."costNanoUsd")'],
  ['house_cost_nano_usd', 'coalesce(s."houseCostNanoUsd", 0)'],
  ['first_token_ms', 's."firstTokenMs"'],
  ['total_ms', 's."totalMs"'],
  ['overhead_ms', 's."overheadMs"'],
  ['attempts', 's.attempts'],
  ['dropped', 's.dropped[1:64]'],
  ['snapshot_version', 's."snapshotVersion"'],
  ['client_request_id', 's."clientRequestId"'],
  ['session_id', 's."sessionId"'],
  ['end_user', 's."endUser"'],
  ['tags', "coalesce(s.tags[1:64], '{}')"],
  ['paid_by', `coalesce(s."paidBy", 'platform')`],
  ['decision', 's.decision'],
];

const columns = sql.raw(values.map(([column]) => column).join(', '));
const expressions = sql.raw(values.map(([, value]) => value).join(', '));

/** The rows that an insert made, and within which times their requests started. */
export interface InsertedUsage {
  readonly ids: readonly string[];
  /** Empty where there are none. */
  readonly since: string;
  readonly until: string;
}

const noRows: InsertedUsage = { ids: [], since: '', until: '' };

/**
 * `settlements`: the text of each, a JSON object as the journal writes it. Rows whose request id is there are skipped;
 * returns the others.
 * Postgres picks the fields, since the text is there anyway: built here, a row cost the gateway 10 µs more.
 */
export async function insertUsage(db: Kysely<Schema>, settlements: readonly string[]): Promise<InsertedUsage> {
  if (settlements.length === 0) return noRows;
  const all = `[${settlements.join(',')}]`;
  const json = all.includes('"operation":"batch-item"')
    ? `[${(await withoutKnownItems(db, settlements)).join(',')}]`
    : all;
  const { rows } = await sql<InsertedUsage>`
    WITH inserted AS (
      INSERT INTO usage (${columns})
      SELECT ${expressions} FROM json_to_recordset(${json}::json) AS ${settlement}
      LEFT JOIN LATERAL json_to_record(s.usage) AS ${usage} ON true
      ON CONFLICT (request_id, started_at) DO NOTHING RETURNING request_id, started_at
    )
    SELECT coalesce(array_agg(request_id), '{}') AS ids, coalesce(min(started_at)::text, '') AS since,
      coalesce(max(started_at)::text, '') AS until FROM inserted
  `.execute(db);
  if (all.includes('"resources":[')) await insertResources(db, all);
  return rows[0] ?? noRows;
}

/** What these requests made, ended or deleted at a provider. What is over stays over, whatever comes in which order. */
async function insertResources(db: Kysely<Schema>, json: string): Promise<void> {
  await sql`
    INSERT INTO resources (kind, id, credential, organization_id, key_id, created_at, models, batch_id, deleted, asks,
      estimate_nano_usd, estimate_tokens, settled)
    SELECT DISTINCT ON (r.kind, r.id, r.credential) r.kind, r.id, r.credential, r."organizationId", r."keyId",
      to_timestamp(r."createdAtMs" / 1000), r.models, r."batchId", coalesce(r.deleted, false), r.asks,
      (r.estimate ->> 'nanoUsd')::bigint, (r.estimate ->> 'tokens')::bigint, coalesce(r.settled, false)
    FROM json_to_recordset(${json}::json) AS s(resources json),
      LATERAL json_to_recordset(coalesce(s.resources, '[]')) AS ${resource}
    ORDER BY r.kind, r.id, r.credential, coalesce(r.deleted, false) DESC,
      coalesce(r.settled, false) DESC
    ON CONFLICT (kind, id, credential) DO UPDATE SET deleted = resources.deleted OR excluded.deleted,
        settled = resources.settled OR excluded.settled
      WHERE resources.organization_id = excluded.organization_id
  `.execute(db);
}
