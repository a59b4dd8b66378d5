/** An installation whose usage was one table: nothing is lost, nothing is charged twice, and the books stay right. */
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { walletOf } from '../../src/ledger/wallet.ts';
import { storedFeedback } from '../../src/store/feedback.ts';
import { migrations } from '../../src/store/migrations/all.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { settlement } from './books.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase({ empty: true });
});
afterEach(() => database.close());

const before = migrations.filter(({ version }) => version < 20);
const columns = `request_id, instance, started_at, settled_at, operation, status, http_status, key_id,
  organization_id, requested_model, client_dialect, stream, input_tokens, output_tokens, cache_read_tokens,
  cache_write_5m_tokens, cache_write_1h_tokens, thinking_tokens, audio_input_tokens, audio_output_tokens, web_searches,
  estimated, recovered, flags, cost_nano_usd, total_ms, overhead_ms, attempts, dropped, snapshot_version, tags`;

/** Rows from the beginning of time, of the last months, of now, and of a clock that was far ahead. */
const oldRows = `INSERT INTO usage (${columns})
  SELECT 'req_old_' || n, 'i', at, at, 'chat', 'completed', 200, 'key_x', 'org_old', 'm', 'openai-chat', false, n, 5, 0,
    0, 0, 0, 0, 0, 0, false, false, '{}', 700 + n, 1, 0, '[]', '{}', 1, '{}'
  FROM generate_series(1, 500) AS n, LATERAL (SELECT CASE
    WHEN n = 1 THEN 'epoch'::timestamptz WHEN n = 2 THEN '2099-05-05Z'::timestamptz
    ELSE now() - make_interval(hours => 6 * n) END AS at) AS times`;

async function oldInstallation(...more: readonly string[]): Promise<void> {
  const { schema, url } = database;
  const statements = [
    `CREATE SCHEMA "${schema}"`,
    `SET search_path TO "${schema}"`,
    'CREATE TABLE schema_versions (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz DEFAULT now())',
    ...before.flatMap((migration) => migration.statements),
    ...before.map(({ version, name }) => `INSERT INTO schema_versions VALUES (${version}, '${name}')`),
    `INSERT INTO organizations (id, name) VALUES ('org_old', 'old')`,
    ...more,
  ];
  await runSql(url, statements.join(';\n'));
}

it('keeps every row of before, finds it by its id, and takes none twice', async () => {
  const posted = settlement({ organizationId: 'org_old', chargeNanoUsd: 5n });
  await oldInstallation(
    oldRows,
    `INSERT INTO feedback (request_id, organization_id, key_id, score) VALUES ('req_old_7', 'org_old', 'key_x', 1)`,
  );
  const { db } = await database.open();
  const all = await sql<{ rows: number; cost_usd: bigint; inputs: number }>`
    SELECT count(*) AS rows, sum(cost_nano_usd)::bigint AS cost_usd, sum(input_tokens)::bigint AS inputs FROM usage`.execute(
    db,
  );
  expect(all.rows).toEqual([{ rows: 500, cost_usd: 475_250n, inputs: 125_250 }]);
  for (const id of ['req_old_1', 'req_old_2', 'req_old_500'])
    expect(await db.selectFrom('usage').select('request_id').where('request_id', '=', id).execute()).toHaveLength(1);
  const feedback = storedFeedback({ db } as never, async () => {});
  const opinion = { organizationId: 'org_old', keyId: 'key_x', score: 0, label: undefined };
  expect(await feedback.keep({ requestId: 'req_old_7', ...opinion })).toBe(true);
  expect(await feedback.keep({ requestId: 'req_new', ...opinion })).toBe(false);
  await postUsage(db, [posted]);
  await postUsage(db, [posted, settlement({ organizationId: 'org_old', chargeNanoUsd: 7n })]);
  expect(await walletOf(db, 'org_old')).toMatchObject({ meteredNanoUsd: 12n });
  expect((await verifyLedger({ db })).findings).toEqual([]);
  const days = await sql<{ days: number; least: boolean }>`
    SELECT count(*) AS days, bool_or(day = 'epoch') AS least FROM usage_rebuilds`.execute(db);
  expect(days.rows[0]?.days).toBeGreaterThan(120);
  expect(days.rows[0]?.least).toBe(true);
});

it('charges once for what an old program had posted and its journal ships again', async () => {
  const requestId = 'req_01twice';
  const again = settlement({ organizationId: 'org_old', chargeNanoUsd: 9n, requestId });
  const { startedAtMs } = JSON.parse(again) as { startedAtMs: number };
  await oldInstallation(
    `INSERT INTO usage (${columns}, charge_nano_usd) SELECT '${requestId}', 'i', to_timestamp(${startedAtMs} / 1000.0::float8),
      now(), 'chat', 'completed', 200, 'key_x', 'org_old', 'm', 'openai-chat', false, 10, 5, 0,
      0, 0, 0, 0, 0, 0, false, false, '{}', 9, 1, 0, '[]', '{}', 1, '{}', 9`,
    `SELECT post_usage(ARRAY['${requestId}'], '[]')`,
  );
  const { db } = await database.open();
  await postUsage(db, [again]);
  expect(await walletOf(db, 'org_old')).toMatchObject({ meteredNanoUsd: 9n });
  expect((await verifyLedger({ db })).findings).toEqual([]);
});

it('takes rows of any time, and gives a month its partition although some of its rows came before', async () => {
  const { db } = await database.open();
  const at = (iso: string) => {
    const record = JSON.parse(settlement({ organizationId: 'org_x', chargeNanoUsd: 0n })) as object;
    return JSON.stringify({ ...record, startedAtMs: Date.parse(iso) });
  };
  const odd = ['1970-01-01T00:00:00Z', '2019-12-31T23:59:59.999Z', '2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'];
  await postUsage(db, odd.map(at));
  const homes = async () => {
    const { rows } = await sql<{ home: string; rows: number }>`
      SELECT tableoid::regclass::text AS home, count(*) AS rows FROM usage GROUP BY 1 ORDER BY 1`.execute(db);
    return rows;
  };
  expect(await homes()).toEqual([{ home: 'usage_default', rows: 4 }]);
  const make = (iso: string) => sql`SELECT make_usage_partition(${iso}::timestamptz)`.execute(db);
  await Promise.all([make('2020-01-15Z'), make('2020-01-31T23:59:59Z')]);
  expect(await homes()).toEqual([
    { home: 'usage_2020_01', rows: 1 },
    { home: 'usage_default', rows: 3 },
  ]);
  await postUsage(db, [at('2020-01-02T00:00:00Z')]);
  expect((await homes())[0]).toEqual({ home: 'usage_2020_01', rows: 2 });
});

it('never charges a request a second time, and finds one that is there twice with different beginnings', async () => {
  const { db } = await database.open();
  const twice = (chargeNanoUsd: bigint) => {
    const one = settlement({ organizationId: 'org_x', chargeNanoUsd });
    const record = JSON.parse(one) as { requestId: string; startedAtMs: number };
    const other = JSON.stringify({ ...record, startedAtMs: record.startedAtMs - 1_000 });
    return { id: record.requestId, one, other };
  };
  const charged = twice(3n);
  await postUsage(db, [charged.one]);
  await postUsage(db, [charged.other]);
  const owed = await db.selectFrom('accounts').select('posted_nano_usd').where('id', '=', 'metered:org_x').execute();
  expect(owed).toEqual([{ posted_nano_usd: -3n }]);
  await expect(
    postUsage(
      db,
      [twice(3n)].flatMap(({ one, other }) => [one, other]),
    ),
  ).rejects.toThrow(/transfers_pkey/);
  const { findings } = await verifyLedger({ db });
  expect(findings.map(({ row, message }) => `${row}: ${message}`)).toContain(
    `usage ${charged.id}: it is there 2 times, with different beginnings`,
  );
});
