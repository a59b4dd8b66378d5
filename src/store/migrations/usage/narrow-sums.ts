/** Sums that know less and are read faster, made of those that are there: what rows are gone of has no other source. */

const spans = ['minutes', 'hours', 'days'];
const counts = [
  ...['failed', 'cancelled', 'cached', 'estimated', 'input_tokens', 'output_tokens', 'cache_read_tokens'],
  ...['cache_write_5m_tokens', 'cache_write_1h_tokens', 'thinking_tokens', 'audio_input_tokens'],
  ...['audio_output_tokens', 'web_searches', 'image_input_tokens', 'image_output_tokens', 'images', 'audio_seconds'],
  ...['characters', 'searches', 'cost_nano_usd', 'charge_nano_usd', 'house_cost_nano_usd'],
];
const dimensions = [
  ...['organization_id', 'key_id', 'operation', 'requested_model', 'model', 'provider', 'credential', 'status'],
  ...['error_kind', 'subject'],
];
const histograms = ['first_token', 'total', 'overhead'];

/** New cube, the cube it is made of, what it keeps of that, the spans it has, and by what its cells are found beside time. */
type Narrow = readonly [cube: string, of: string, kept: readonly string[], spans: readonly string[], by?: string];

const narrow: readonly Narrow[] = [
  ['key-total', 'key', ['organization_id', 'key_id'], spans, 'key_id'],
  ['tag-total', 'tag', ['organization_id', 'subject'], ['hours', 'days'], 'subject'],
  ['end-user-total', 'end-user', ['organization_id', 'subject'], ['hours', 'days'], 'subject'],
  ['attempt-total', 'attempt', ['model', 'provider', 'credential', 'status', 'error_kind'], spans],
];

const merged = (name: string) => `(SELECT array_agg((b << 32) | n ORDER BY b) FROM (
  SELECT e >> 32 AS b, sum(e & 4294967295)::bigint AS n FROM unnest(${name}) AS e GROUP BY 1) AS counted)`;

function make([cube, of, kept, , by]: Narrow, span: string): readonly string[] {
  const table = `usage_${span}`;
  const partition = `${table}_${cube.replaceAll('-', '_')}`;
  const texts = dimensions.map((name) => (kept.includes(name) ? name : `''::text AS ${name}`)).join(', ');
  return [
    `CREATE TABLE ${partition} PARTITION OF ${table} FOR VALUES IN ('${cube}') WITH (fillfactor = 80)`,
    `INSERT INTO ${table} (cube, bucket, cell, ${dimensions.join(', ')}, requests, ${[...counts, ...histograms].join(', ')})
      SELECT '${cube}', bucket, substr(sha256(convert_to((ARRAY[${dimensions.join(', ')}])::text, 'UTF8')), 1, 16),
        ${dimensions.join(', ')}, requests, ${counts.join(', ')},
        ${histograms.map((name) => `CASE WHEN ${name} IS NULL THEN NULL ELSE ${merged(name)} END`).join(', ')}
      FROM (SELECT bucket, ${texts}, sum(requests)::bigint AS requests,
          ${counts.map((name) => `nullif(sum(${name}), 0)::bigint AS ${name}`).join(', ')},
          ${histograms.map((name) => `concat_buckets(${name}) AS ${name}`).join(', ')}
        FROM ${table} WHERE cube = '${of}' GROUP BY ${['bucket', ...kept].join(', ')}) AS made`,
    ...(by === undefined ? [] : [`CREATE INDEX ${partition}_by_${by} ON ${partition} (${by}, bucket)`]),
  ];
}

export const narrowSums: readonly string[] = [
  'CREATE AGGREGATE concat_buckets(bigint[]) (sfunc = array_cat, stype = bigint[])',
  ...narrow.flatMap((cube) => cube[3].flatMap((span) => make(cube, span))),
  // As many as requests: the requests themselves are read as fast.
  'DROP TABLE usage_minutes_organization, usage_minutes_key, usage_minutes_attempt',
  'DROP TABLE usage_minutes_tag, usage_minutes_end_user, usage_hours_end_user',
  // How long requests of a tag or an end user took is known from now on, and of the days whose rows are there.
  `INSERT INTO usage_rebuilds (day) SELECT DISTINCT bucket FROM usage_days WHERE cube IN ('tag-total', 'end-user-total')
    ON CONFLICT (day) DO NOTHING`,
];

/** For first pages, which show all of an installation or of an organization, and for how providers do. */
export const wholeSums: readonly string[] = [
  ...make(['all', 'house', [], spans], 'minutes'),
  ...make(['all', 'house', [], spans], 'hours'),
  ...make(['all', 'house', [], spans], 'days'),
  ...make(['organization-total', 'key-total', ['organization_id'], spans, 'organization_id'], 'minutes'),
  ...make(['organization-total', 'organization', ['organization_id'], spans, 'organization_id'], 'hours'),
  ...make(['organization-total', 'organization', ['organization_id'], spans, 'organization_id'], 'days'),
  ...make(['attempt-provider', 'attempt-total', ['provider', 'credential'], spans], 'hours'),
  ...make(['attempt-provider', 'attempt-total', ['provider', 'credential'], spans], 'days'),
];
