/** Rows of usage in the words of the roll-ups: what one row adds, and to which cells. */
import {
  bucketSql,
  type Cube,
  countNames,
  counts,
  cubes,
  cubesWithMinutes,
  type Dimension,
  dimensions,
} from './cubes.ts';

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

const sums = countNames.map((name) => `nullif(sum(${name}), 0)::bigint AS ${name}`).join(', ');
/** Most cells of a minute have one value, for which calling a function would take most of the time. */
const packed = (
  name: string,
) => `CASE count(${name}) WHEN 0 THEN NULL WHEN 1 THEN ARRAY[(min(${name})::bigint << 32) | 1]
    ELSE pack_buckets(array_agg(${name})) END AS ${name}`;
const none = (name: string) => `NULL::bigint[] AS ${name}`;

function dimensionsOf(cube: readonly Dimension[]): string {
  return dimensions.map((name) => (cube.includes(name) ? name : `''::text AS ${name}`)).join(', ');
}

/** A cell for each minute, hour and day at once: the sets of GROUP BY differ by the time alone. */
function grouped(cube: Cube): string {
  const times = cubesWithMinutes.includes(cube) ? ['minute', 'hour', 'day'] : ['hour', 'day'];
  return `GROUP BY ${cubes[cube].join(', ')}, GROUPING SETS (${times.map((time) => `(${time})`).join(', ')})`;
}

function timesOf(cube: Cube): string {
  return cubesWithMinutes.includes(cube)
    ? `CASE WHEN grouping(minute) = 0 THEN 'minute' WHEN grouping(hour) = 0 THEN 'hour' ELSE 'day' END AS span,
      coalesce(minute, hour, day) AS bucket`
    : `CASE WHEN grouping(hour) = 0 THEN 'hour' ELSE 'day' END AS span, coalesce(hour, day) AS bucket`;
}

const head = (cube: Cube) => `SELECT '${cube}' AS cube, ${timesOf(cube)}, ${dimensionsOf(cubes[cube])}`;

const ofRequests = (cube: Cube) => `${head(cube)}, count(*) AS requests, ${sums},
    ${packed('first_token')}, ${packed('total')}, ${packed('overhead')} FROM facts ${grouped(cube)}`;

/** Without times: nobody asks how fast a tag is, and there are many. */
const ofSubjects = (cube: Cube, subjects: string) => `${head(cube)}, count(*) AS requests, ${sums},
    ${none('first_token')}, ${none('total')}, ${none('overhead')} FROM facts, LATERAL (${subjects}) AS s ${grouped(cube)}`;

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

const ofAttempts = `${head('attempt')}, count(*) AS requests, ${sums},
    ${none('first_token')}, ${packed('total')}, ${none('overhead')}
  FROM (${triesOfFacts.before}facts${triesOfFacts.after}) AS tries ${grouped('attempt')}`;

/** All cells that the rows of `facts` make, with `span`: minute, hour or day. */
export const cellsOfFacts = [
  ofRequests('key'),
  ofRequests('organization'),
  ofRequests('house'),
  ofSubjects('tag', 'SELECT DISTINCT tag AS subject FROM unnest(tags) AS tag'),
  ofSubjects('end-user', 'SELECT end_user AS subject WHERE end_user IS NOT NULL'),
  ofAttempts,
].join('\n  UNION ALL ');
