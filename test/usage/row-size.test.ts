/** What a request takes on the disk, without content: its row, and the indexes by which it is found. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { newId } from '../../src/lib/id.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { settlementOf } from './settlements.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const rowBytesMax = 1_024;
/** Six, of which a row without session and end user is in four. */
const indexBytesMax = 800;
const count = 3_000;

/** As a gateway with routes, sessions and tags writes it: names and ids of their usual length. */
function usual(i: number): string {
  const startedAtMs = Date.UTC(2026, 9, 25, 12) + i * 731;
  const requestId = newId('req', startedAtMs);
  const [target, credential] = ['anthropic/claude-sonnet-4-5', 'anthropic'];
  const times = { startedAtMs, durationMs: 1_834, connectedMs: 31, firstByteMs: 412 };
  return settlementOf({
    startedAtMs,
    requestId,
    organizationId: 'org_01jd8c7q2v5x9m4n7k3h6t8w2z',
    keyId: `key_01jd8c7q2v5x9m4n7k3h6t8w${i % 40}`,
    requestedModel: 'main',
    servedModel: target,
    provider: credential,
    credential,
    upstreamDialect: 'anthropic',
    priceVersion: 'genai-prices 2026-11-01',
    stream: true,
    firstTokenMs: 412.7,
    totalMs: 1_834.2,
    sessionId: `session-${i >> 3}`,
    endUser: `user-${i % 500}`,
    tags: ['team-search', 'env-production'],
    attempts: [{ id: `${requestId}-1`, target, credential, status: 200, ...times }],
    ...(i % 4 === 0 && { decision: { route: 'main', strategy: 'cheapest', ranked: [target, 'openai/gpt-5-mini'] } }),
  } as Parameters<typeof settlementOf>[0]);
}

it(`is a row of at most ${rowBytesMax} bytes`, async () => {
  const { db } = await database.open();
  for (let from = 0; from < count; from += 250)
    await postUsage(
      db,
      Array.from({ length: 250 }, (_, i) => usual(from + i)),
    );
  const { rows } = await sql<{ row_bytes: number; index_bytes: number }>`
    SELECT sum(pg_table_size(relid))::bigint AS row_bytes, sum(pg_indexes_size(relid))::bigint AS index_bytes
    FROM pg_partition_tree('usage') WHERE isleaf AND pg_relation_size(relid) > 0`.execute(db);
  const { row_bytes = 0, index_bytes = 0 } = rows[0] ?? {};
  expect(row_bytes / count).toBeGreaterThan(300);
  expect(row_bytes / count).toBeLessThanOrEqual(rowBytesMax);
  expect(index_bytes / count).toBeLessThanOrEqual(indexBytesMax);
});
