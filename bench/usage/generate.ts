/** Months of usage made up by the database itself: an installation with customers of all sizes, none of them real. */
import pg from 'pg';

export interface Sizes {
  readonly rows: number;
  readonly days: number;
}

export const organizationsMax = 50;
export const keysOfEach = 8;
export const endUsersOfEach = 400;
export const teams = 30;
export const modelNames = [
  ...['small', 'large', 'mini', 'pro', 'flash', 'embed'].map((name) => `acme/${name}`),
  ...['opus', 'sonnet', 'haiku', 'instant'].map((name) => `beta/${name}`),
  ...['one', 'two', 'three', 'four', 'five'].map((name) => `gamma/${name}`),
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `delta/${name}`),
  ...['x', 'y', 'z', 'w'].map((name) => `epsilon/${name}`),
];

const stepRows = 50_000;
/** Connections that make rows up at the same time. */
const makers = 2;

/** On connections of their own, since a step takes longer than statements of the product may. */
export async function generateUsage(url: string, sizes: Sizes, say: (text: string) => void): Promise<void> {
  const [client, ...others] = await Promise.all(Array.from({ length: makers }, () => connect(url)));
  if (client === undefined) return;
  try {
    await makeOwners(client);
    await makePartitions(client, sizes.days);
    const partitions = await withoutIndexes(client);
    let next = 0;
    const make = async (maker: pg.Client) => {
      while (next < sizes.rows) {
        const from = next;
        next += stepRows;
        await maker.query(insertRows(from, Math.min(next, sizes.rows), sizes));
        if (from % (stepRows * 20) === 0) say(`${from.toLocaleString('en')} rows`);
      }
    };
    await Promise.all([client, ...others].map(make));
    say('indexes');
    await withIndexes(client, partitions);
    await client.query('VACUUM (ANALYZE) usage');
  } finally {
    await Promise.all([client, ...others].map((each) => each.end()));
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 0 });
  await client.connect();
  await client.query(`SET search_path TO tollgate; SET synchronous_commit = off; SET TIME ZONE 'UTC';
    SET maintenance_work_mem = '512MB'`);
  return client;
}

interface Partition {
  readonly name: string;
  readonly since: Date;
  readonly until: Date;
}

/** Takes the partitions away for as long as they are filled: their indexes are made at once when they come back. */
async function withoutIndexes(client: pg.Client): Promise<readonly Partition[]> {
  const { rows } = await client.query<Partition>('SELECT name, since, until FROM usage_partitions ORDER BY since');
  await client.query('CREATE TABLE usage_made (LIKE usage INCLUDING DEFAULTS) PARTITION BY RANGE (started_at)');
  for (const partition of rows) {
    const { name } = partition;
    await client.query(`ALTER TABLE usage DETACH PARTITION ${name}`);
    await client.query(`ALTER TABLE ${name} DROP CONSTRAINT ${name}_pkey`);
    const indexes = await client.query<{ text: string }>(
      `SELECT indexrelid::regclass::text AS text FROM pg_index WHERE indrelid = '${name}'::regclass`,
    );
    for (const { text } of indexes.rows) await client.query(`DROP INDEX ${text}`);
    await attach(client, 'usage_made', partition);
  }
  return rows;
}

async function withIndexes(client: pg.Client, partitions: readonly Partition[]): Promise<void> {
  for (const partition of partitions) {
    await client.query(`ALTER TABLE usage_made DETACH PARTITION ${partition.name}`);
    await attach(client, 'usage', partition);
  }
  await client.query('DROP TABLE usage_made');
}

const attach = (client: pg.Client, table: string, { name, since, until }: Partition) =>
  client.query(`ALTER TABLE ${table} ATTACH PARTITION ${name}
    FOR VALUES FROM ('${since.toISOString()}') TO ('${until.toISOString()}')`);

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

/**
 * As they would come: customers, keys and models by a power of chance, few large ones and many small. A key has one project,
 * a handful of models, of which one is most of what it asks for, its own tags, and its own end users or none. In the
 * order of time.
 */
function insertRows(from: number, to: number, { rows, days }: Sizes): string {
  return `
INSERT INTO usage_made (request_id, instance, started_at, settled_at, operation, status, http_status, error_kind, key_id,
  organization_id, requested_model, served_model, provider, credential, client_dialect, upstream_dialect, stream,
  input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, thinking_tokens,
  audio_input_tokens, audio_output_tokens, web_searches, estimated, recovered, flags, price_version, cost_nano_usd,
  charge_nano_usd, house_cost_nano_usd, first_token_ms, total_ms, overhead_ms, attempts, dropped, snapshot_version,
  client_request_id, session_id, end_user, tags, decision)
SELECT id, 'gateway-1', at, at + make_interval(secs => total / 1000), CASE WHEN model = 'acme/embed' THEN 'embeddings' ELSE 'chat' END,
  CASE WHEN bad THEN 'failed' WHEN r5 > 0.985 THEN 'cancelled' ELSE 'completed' END,
  CASE WHEN bad THEN 502 ELSE 200 END, CASE WHEN bad THEN (ARRAY['upstream','timeout','rate-limited','overloaded'])[1 + floor(r6 * 4)::int] END,
  'key_bench_' || o || '_' || k, 'org_bench_' || o, CASE WHEN (o + k) % 5 < 2 THEN 'main' ELSE model END,
  CASE WHEN bad AND r5 < 0.3 THEN NULL ELSE model END, split_part(model, '/', 1),
  split_part(model, '/', 1) || '-main', 'openai-chat', 'openai-chat', r1 > 0.3,
  floor(r1 * 4000)::int, CASE WHEN bad THEN 0 ELSE floor(r2 * 900)::int END, CASE WHEN r3 > 0.5 THEN floor(r3 * 9000)::int ELSE 0 END,
  CASE WHEN r3 > 0.9 THEN 1200 ELSE 0 END, 0, CASE WHEN r2 > 0.7 THEN floor(r2 * 300)::int ELSE 0 END,
  0, 0, 0, false, false, CASE WHEN r5 < 0.02 THEN '{cached}'::text[] ELSE '{}' END, 'genai-prices 2026-11-01', floor(r1 * r2 * 9000000)::bigint,
  floor(r1 * r2 * 10800000)::bigint, CASE WHEN bad THEN 1000 ELSE 0 END, CASE WHEN bad OR r1 <= 0.3 THEN NULL ELSE 80 + r2 * r3 * 3000 END,
  total, 0.2 + r4 * r4 * 2,
  CASE WHEN r5 BETWEEN 0.5 AND 0.515 THEN jsonb_build_array(jsonb_build_object('id', 'req_x-1', 'target', 'delta/a', 'credential', 'delta-main',
      'startedAtMs', 1795300000000, 'durationMs', 900, 'status', 529, 'error', 'overloaded')) ELSE '[]'::jsonb END
    || jsonb_build_array(jsonb_build_object('id', id || '-1', 'target', model,
      'credential', split_part(model, '/', 1) || '-main', 'startedAtMs', (extract(epoch FROM at) * 1000)::bigint,
      'durationMs', floor(total)::int, 'status', CASE WHEN bad THEN 502 ELSE 200 END) || CASE WHEN bad THEN '{"error":"upstream"}'::jsonb ELSE '{}' END),
  '{}', 12345, CASE WHEN r6 < 0.2 THEN id || '-c' END, CASE WHEN r6 < 0.12 THEN 'session-' || o || '-' || i / 1000 END,
  CASE WHEN (o + k) % 3 = 0 THEN 'user-' || o * ${endUsersOfEach} + k * 45 + floor(r3 * r3 * 60)::int END,
  CASE WHEN (o + k) % 5 < 3 THEN '{}'::text[]
    ELSE ARRAY['team-' || (o * 3 + k) % ${teams}, CASE WHEN k % 2 = 0 THEN 'env-prod' ELSE 'env-test' END] END,
  CASE WHEN r6 > 0.85 THEN jsonb_build_object('route', 'main', 'strategy', 'cheapest', 'ranked', jsonb_build_array(model, 'delta/a', 'acme/small'),
    'scores', jsonb_build_array(0.8, 0.5, 0.1), 'rejected', '[]'::jsonb) END
FROM (
  SELECT owned.*, (${models})[1 + (o * 7 + k * 3 + 4 * floor(r2 * r5 * r5 * 6)::int) % ${modelNames.length}] AS model,
    'req_' || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 11, '0') || lpad(to_hex(i), 15, '0') AS id
  FROM (
    SELECT s.*, floor(r3 * r6 * ${organizationsMax})::int AS o, floor(r4 * r4 * ${keysOfEach})::int AS k,
      100 + r2 * r3 * 20000 AS total, r1 < 0.03 AS bad
    FROM (
      SELECT i, now() - interval '${days} days' + (i::float8 / ${rows}) * interval '${days} days' AS at,
        random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6
      FROM generate_series(${from}, ${to - 1}) AS i
    ) AS s
  ) AS owned
) AS made`;
}
