/** An installation from before there was a ledger: its usage stays what it was, and the books begin right. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { walletOf } from '../../src/ledger/wallet.ts';
import { migrations } from '../../src/store/migrations/all.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { settlement } from './books.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ empty: true });
});
afterAll(() => database.close());

const before = migrations.filter(({ version }) => version < 4);

const usageRow = `INSERT INTO usage (request_id, instance, started_at, settled_at, operation, status, http_status, key_id,
  organization_id, requested_model, client_dialect, stream, input_tokens, output_tokens, cache_read_tokens,
  cache_write_5m_tokens, cache_write_1h_tokens, thinking_tokens, audio_input_tokens, audio_output_tokens, web_searches,
  estimated, recovered, flags, cost_nano_usd, total_ms, overhead_ms, attempts, dropped, snapshot_version, tags)
  VALUES ('req_old', 'i', now(), now(), 'chat', 'completed', 200, 'key_x', 'org_old', 'm', 'openai-chat', false, 10, 5, 0,
  0, 0, 0, 0, 0, 0, false, false, '{}', 700, 1, 0, '[]', '{}', 1, '{}')`;

it('owes nothing for what was used before, and pays for what comes', async () => {
  const { schema, url } = database;
  const versions = before.map(({ version, name }) => `INSERT INTO schema_versions VALUES (${version}, '${name}')`);
  const statements = [
    `CREATE SCHEMA "${schema}"`,
    `SET search_path TO "${schema}"`,
    'CREATE TABLE schema_versions (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz DEFAULT now())',
    ...before.flatMap((migration) => migration.statements),
    ...versions,
    `INSERT INTO organizations (id, name) VALUES ('org_old', 'old')`,
    usageRow,
  ];
  await runSql(url, statements.join(';\n'));
  const { db } = await database.open();
  const [row] = await db.selectFrom('usage').select(['cost_nano_usd', 'charge_nano_usd']).execute();
  expect(row).toEqual({ cost_nano_usd: 700n, charge_nano_usd: 0n });
  expect(await walletOf(db, 'org_old')).toMatchObject({ meteredNanoUsd: 0n });
  await postUsage(db, [settlement({ organizationId: 'org_old', chargeNanoUsd: 5n })]);
  expect(await walletOf(db, 'org_old')).toMatchObject({ meteredNanoUsd: 5n });
  expect((await verifyLedger({ db })).findings).toEqual([]);
});
