/** Usage added up by minute, hour and day. What is counted by which dimensions is said in src/store/roll-ups/cubes.ts. */

const spans = ['minutes', 'hours', 'days'];
const cubes = ['key', 'organization', 'house', 'tag', 'end-user', 'attempt'];
const dimensions = [
  ...['organization_id', 'key_id', 'operation', 'requested_model', 'model', 'provider', 'credential', 'status'],
  ...['error_kind', 'subject'],
];
/** Null for nothing: most cells have none of most kinds, and a null takes no room. */
const counts = [
  ...['failed', 'cancelled', 'cached', 'estimated', 'input_tokens', 'output_tokens', 'cache_read_tokens'],
  ...['cache_write_5m_tokens', 'cache_write_1h_tokens', 'thinking_tokens', 'audio_input_tokens'],
  ...['audio_output_tokens', 'web_searches', 'image_input_tokens', 'image_output_tokens', 'images', 'audio_seconds'],
  ...['characters', 'searches', 'cost_nano_usd', 'charge_nano_usd', 'house_cost_nano_usd'],
];
const histograms = ['first_token', 'total', 'overhead'];

function table(span: string): readonly string[] {
  const name = `usage_${span}`;
  return [
    // A cell's name is a digest of its dimensions: ten texts would make a key as long as the row.
    `CREATE TABLE ${name} (
      cube text NOT NULL, bucket timestamptz NOT NULL, cell bytea NOT NULL,
      ${dimensions.map((column) => `${column} text NOT NULL`).join(', ')},
      requests bigint NOT NULL, ${counts.map((column) => `${column} bigint`).join(', ')},
      ${histograms.map((column) => `${column} bigint[]`).join(', ')},
      PRIMARY KEY (cube, bucket, cell)
    ) PARTITION BY LIST (cube)`,
    ...cubes.map(
      (cube) => `CREATE TABLE ${name}_${cube.replace('-', '_')} PARTITION OF ${name} FOR VALUES IN ('${cube}')
      WITH (fillfactor = 80)`,
    ),
    `CREATE INDEX ${name}_by_organization ON ${name} (organization_id, bucket)`,
    `CREATE INDEX ${name}_by_key ON ${name}_key (key_id, bucket)`,
    `CREATE INDEX ${name}_by_tag ON ${name}_tag (subject, bucket)`,
    `CREATE INDEX ${name}_by_end_user ON ${name}_end_user (subject, bucket)`,
  ];
}

export const rollUps: readonly string[] = [
  ...spans.flatMap(table),
  /** A histogram is a list of bucket * 2^32 + count, by bucket. Without a row in it: null. */
  `CREATE FUNCTION pack_buckets(buckets int[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg((b::bigint << 32) | n ORDER BY b)
    FROM (SELECT b, count(*) AS n FROM unnest(buckets) AS b WHERE b IS NOT NULL GROUP BY b) AS counted
  $$`,
  `CREATE FUNCTION merge_buckets(histogram bigint[], other bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE
    PARALLEL SAFE AS $$
    SELECT CASE WHEN histogram IS NULL THEN other WHEN other IS NULL THEN histogram ELSE (
      SELECT array_agg((b << 32) | n ORDER BY b) FROM (
        SELECT e >> 32 AS b, sum(e & 4294967295)::bigint AS n FROM unnest(histogram || other) AS e GROUP BY 1
      ) AS counted) END
  $$`,
];
