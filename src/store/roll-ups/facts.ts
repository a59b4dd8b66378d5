/** Rows of usage in the words of the roll-ups: what one row adds. */
import { bucketSql, countNames, counts, type Dimension } from './cubes.ts';

/** Of a row of usage. What a row has not is the empty text, so that cells have no nulls to compare. */
export const dimensionOfRow: Readonly<Record<Exclude<Dimension, 'subject'>, string>> = {
  organization_id: 'organization_id',
  key_id: 'key_id',
  operation: 'operation',
  requested_model: 'requested_model',
  model: 'coalesce(served_model, requested_model)',
  provider: `coalesce(provider, '')`,
  credential: `coalesce(credential, '')`,
  status: 'status',
  error_kind: `coalesce(error_kind, '')`,
};

const ofRow = Object.entries(dimensionOfRow);

/** Of each row of `source`: a FROM clause with its conditions. */
export const factsOf = (source: string) => `SELECT started_at, date_trunc('minute', started_at) AS minute,
    date_trunc('hour', started_at) AS hour, date_trunc('day', started_at, 'UTC') AS day,
    ${ofRow.map(([name, text]) => `${text} AS ${name}`).join(', ')},
    ${countNames.map((name) => `(${counts[name]})::bigint AS ${name}`).join(', ')},
    ${bucketSql('first_token_ms')} AS first_token, ${bucketSql('total_ms')} AS total,
    ${bucketSql('overhead_ms')} AS overhead, tags, end_user, attempts
  FROM ${source}`;

/** What is the caller's fault is refused and not failed; who was left before it answered did nothing wrong either. */
const providersFault = `('rate-limited', 'overloaded', 'timeout', 'upstream', 'upstream-credential', 'unavailable')`;
const statusOfTry = `CASE WHEN a ->> 'error' IN ${providersFault} THEN 'failed' WHEN a ->> 'error' IS NOT NULL THEN 'refused'
    WHEN a ->> 'status' = '0' THEN 'cancelled' ELSE 'completed' END`;

const notOfTries = ['key_id', 'operation', 'requested_model'].map((name) => `''::text AS ${name}`).join(', ');
const countsOfTry = countNames
  .map((name) => {
    if (name !== 'failed' && name !== 'cancelled') return `NULL::bigint AS ${name}`;
    return `(${statusOfTry} = '${name}')::int::bigint AS ${name}`;
  })
  .join(', ');

/** The tries at providers that the rows of `facts` tell of, in the form of facts. */
export const triesOfFacts = {
  before: `SELECT started_at, minute, hour, day, organization_id, ${notOfTries}, a ->> 'target' AS model,
    split_part(a ->> 'target', '/', 1) AS provider, coalesce(a ->> 'credential', '') AS credential,
    ${statusOfTry} AS status, coalesce(a ->> 'error', '') AS error_kind, ''::text AS subject, ${countsOfTry},
    NULL::int AS first_token, ${bucketSql(`coalesce((a ->> 'durationMs')::float8, 0)`)} AS total, NULL::int AS overhead
  FROM `,
  after: ', LATERAL jsonb_array_elements(attempts) AS a',
};
