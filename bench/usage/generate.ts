/** Months of usage made up by the database itself: an installation with customers of all sizes, none of them real. */
import pg from 'pg';

export interface Sizes {
  readonly rows: number;
  readonly days: number;
}

export const organizationsMax = 50;
export const keysOfEach = 8;
export const modelNames = [
  ...['small', 'large', 'mini', 'pro', 'flash', 'embed'].map((name) => `acme/${name}`),
  ...['opus', 'sonnet', 'haiku', 'instant'].map((name) => `beta/${name}`),
  ...['one', 'two', 'three', 'four', 'five'].map((name) => `gamma/${name}`),
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `delta/${name}`),
  ...['x', 'y', 'z', 'w'].map((name) => `epsilon/${name}`),
];

const stepRows = 50_000;

/** On a connection of its own, since a step takes longer than statements of the product may. */
export async function generateUsage(url: string, sizes: Sizes, say: (text: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 0 });
  await client.connect();
  try {
    await client.query(`SET search_path TO tollgate; SET synchronous_commit = off; SET TIME ZONE 'UTC'`);
    await makeOwners(client);
    await makePartitions(client, sizes.days);
    for (let from = 0; from < sizes.rows; from += stepRows) {
      await client.query(insertRows(from, Math.min(from + stepRows, sizes.rows), sizes));
      if (from % (stepRows * 20) === 0) say(`${from.toLocaleString('en')} rows`);
    }
    await client.query('VACUUM (ANALYZE) usage');
  } finally {
    await client.end();
  }
}

async function makeOwners(client: pg.Client): Promise<void> {
  const organizations = `generate_series(0, ${organizationsMax - 1}) AS o`;
  await client.query(
    `INSERT INTO organizations (id, name) SELECT 'org_bench_' || o, 'bench-' || o FROM ${organizations}`,
  );
  await client.query(`INSERT INTO projects (id, organization_id, name)
    SELECT 'prj_bench_' || o || '_' || p, 'org_bench_' || o, 'project-' || p FROM ${organizations}, generate_series(0, 3) AS p`);
  await client.query(`INSERT INTO members (id, organization_id, name)
    SELECT 'mem_bench_' || o || '_' || m, 'org_bench_' || o, 'member-' || m FROM ${organizations}, generate_series(0, 5) AS m`);
  await client.query(`INSERT INTO keys (id, organization_id, name, kind, hash, prefix, project_id, member_id)
    SELECT 'key_bench_' || o || '_' || k, 'org_bench_' || o, 'key-' || o || '-' || k, 'call', md5('bench' || o || '/' || k) || md5('x' || o || k),
      'tg-bench', 'prj_bench_' || o || '_' || k % 4, 'mem_bench_' || o || '_' || k % 6
    FROM ${organizations}, generate_series(0, ${keysOfEach - 1}) AS k`);
}

const makePartitions = (client: pg.Client, days: number) =>
  client.query(
    `SELECT make_usage_partition(at) FROM generate_series(now() - interval '${days} days', now(), '20 days') AS at`,
  );

const models = `ARRAY[${modelNames.map((name) => `'${name}'`).join(',')}]`;

/** Customers and models by a power of chance: few large ones, many small. In the order of time, as they would come. */
function insertRows(from: number, to: number, { rows, days }: Sizes): string {
  return `
INSERT INTO usage (request_id, instance, started_at, settled_at, operation, status, http_status, error_kind, key_id,
  organization_id, requested_model, served_model, provider, credential, client_dialect, upstream_dialect, stream,
  input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, thinking_tokens,
  audio_input_tokens, audio_output_tokens, web_searches, estimated, recovered, flags, price_version, cost_nano_usd,
  charge_nano_usd, house_cost_nano_usd, first_token_ms, total_ms, overhead_ms, attempts, dropped, snapshot_version,
  client_request_id, session_id, end_user, tags, decision)
SELECT 'req_' || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 11, '0') || substr(md5(i || 'r'), 1, 15), 'gateway-1',
  at, at + make_interval(secs => total / 1000), 'chat', CASE WHEN bad THEN 'failed' WHEN r5 > 0.985 THEN 'cancelled' ELSE 'completed' END,
  CASE WHEN bad THEN 502 ELSE 200 END, CASE WHEN bad THEN (ARRAY['upstream','timeout','rate-limited','overloaded'])[1 + floor(r6 * 4)::int] END,
  'key_bench_' || o || '_' || floor(r4 * r4 * ${keysOfEach})::int, 'org_bench_' || o,
  CASE WHEN r6 > 0.4 THEN 'main' ELSE model END, CASE WHEN bad AND r5 < 0.3 THEN NULL ELSE model END, split_part(model, '/', 1),
  split_part(model, '/', 1) || '-main', 'openai-chat', 'openai-chat', r1 > 0.3,
  floor(r1 * 4000)::int, CASE WHEN bad THEN 0 ELSE floor(r2 * 900)::int END, CASE WHEN r3 > 0.5 THEN floor(r3 * 9000)::int ELSE 0 END,
  CASE WHEN r3 > 0.9 THEN 1200 ELSE 0 END, 0, CASE WHEN r2 > 0.7 THEN floor(r2 * 300)::int ELSE 0 END,
  0, 0, 0, false, false, CASE WHEN r5 < 0.02 THEN '{cached}'::text[] ELSE '{}' END, 'genai-prices 2026-11-01', floor(r1 * r2 * 9000000)::bigint,
  floor(r1 * r2 * 10800000)::bigint, CASE WHEN bad THEN 1000 ELSE 0 END, CASE WHEN bad OR r1 <= 0.3 THEN NULL ELSE 80 + r2 * r3 * 3000 END,
  total, 0.2 + r4 * r4 * 2,
  CASE WHEN r5 BETWEEN 0.5 AND 0.515 THEN jsonb_build_array(jsonb_build_object('id', 'req_x-1', 'target', 'delta/a', 'credential', 'delta-main',
      'startedAtMs', 1795300000000, 'durationMs', 900, 'status', 529, 'error', 'overloaded')) ELSE '[]'::jsonb END
    || jsonb_build_array(jsonb_build_object('id', 'req_' || substr(md5(i || 'r'), 1, 26) || '-1', 'target', model,
      'credential', split_part(model, '/', 1) || '-main', 'startedAtMs', (extract(epoch FROM at) * 1000)::bigint,
      'durationMs', floor(total)::int, 'status', CASE WHEN bad THEN 502 ELSE 200 END) || CASE WHEN bad THEN '{"error":"upstream"}'::jsonb ELSE '{}' END),
  '{}', 12345, CASE WHEN r6 < 0.2 THEN md5(i || 'c') END, CASE WHEN r6 < 0.12 THEN 'session-' || i / 8 END,
  CASE WHEN r3 < 0.3 THEN 'user-' || floor(r4 * r4 * 20000)::int END,
  CASE WHEN r2 < 0.6 THEN '{}'::text[] ELSE ARRAY['team-' || floor(r5 * 30)::int, (ARRAY['env-prod','env-test'])[1 + (r6 > 0.8)::int]] END,
  CASE WHEN r6 > 0.85 THEN jsonb_build_object('route', 'main', 'strategy', 'cheapest', 'ranked', jsonb_build_array(model, 'delta/a', 'acme/small'),
    'scores', jsonb_build_array(0.8, 0.5, 0.1), 'rejected', '[]'::jsonb) END
FROM (
  SELECT s.*, (${models})[1 + floor(r2 * r5 * ${modelNames.length})::int] AS model, floor(r3 * r6 * ${organizationsMax})::int AS o,
    100 + r2 * r3 * 20000 AS total, r1 < 0.03 AS bad
  FROM (
    SELECT i, now() - interval '${days} days' + (i::float8 / ${rows}) * interval '${days} days' AS at,
      random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6
    FROM generate_series(${from}, ${to - 1}) AS i
  ) AS s
) AS made`;
}
