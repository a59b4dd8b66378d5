import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settlement } from '../../test/harness/journal-records.ts';
import { type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { noUsage } from '../llm/usage.ts';
import type { Store } from '../store/store.ts';
import { isRowFault } from './insert-fault.ts';
import type { SettlementRecord } from './record.ts';
import { sqlText } from './sql-text.ts';
import { insertUsageRows } from './usage-rows.ts';

let database: TestDatabase;
let store: Store;
let insert: (rows: readonly SettlementRecord[]) => Promise<void>;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  insert = insertUsageRows(store.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await store.db.deleteFrom('usage').execute();
});

const rows = () => store.db.selectFrom('usage').selectAll().orderBy('request_id').execute();

describe('a settlement', () => {
  it('becomes a row with all that it says', async () => {
    await insert([
      {
        ...settlement('req_1'),
        status: 'failed',
        httpStatus: 502,
        errorKind: 'upstream',
        usage: {
          input: 1,
          output: 2,
          cacheRead: 3,
          cacheWrite5m: 4,
          cacheWrite1h: 5,
          thinking: 6,
          audioInput: 7,
          audioOutput: 8,
          webSearches: 9,
        },
        estimated: true,
        flags: ['usage-missing'],
        costNanoUsd: '9007199254740993',
        dropped: ['logprobs', 'seed'],
        clientRequestId: 'client-1',
        sessionId: 'session-1',
        endUser: 'user-1',
      },
    ]);
    expect(await rows()).toEqual([
      {
        request_id: 'req_1',
        instance: 'test',
        started_at: new Date(1_000),
        settled_at: new Date(1_081),
        operation: 'chat',
        status: 'failed',
        http_status: 502,
        error_kind: 'upstream',
        key_id: 'key_1',
        organization_id: 'org_1',
        requested_model: 'main',
        served_model: 'vendor/model-1',
        provider: 'vendor',
        credential: 'default',
        client_dialect: 'openai-chat',
        upstream_dialect: 'anthropic',
        stream: true,
        input_tokens: 1,
        output_tokens: 2,
        cache_read_tokens: 3,
        cache_write_5m_tokens: 4,
        cache_write_1h_tokens: 5,
        thinking_tokens: 6,
        audio_input_tokens: 7,
        audio_output_tokens: 8,
        web_searches: 9,
        estimated: true,
        recovered: false,
        flags: ['usage-missing'],
        price_version: 'price-1',
        cost_nano_usd: 9007199254740993n,
        first_token_ms: 12.5,
        total_ms: 80.25,
        overhead_ms: 0.5,
        attempts: settlement('req_1').attempts,
        dropped: ['logprobs', 'seed'],
        snapshot_version: 7,
        client_request_id: 'client-1',
        session_id: 'session-1',
        end_user: 'user-1',
        tags: ['blue'],
      },
    ]);
  });

  it('of which most is unknown becomes a row with nulls and empty lists', async () => {
    const { servedModel, provider, credential, upstreamDialect, priceVersion, firstTokenMs, tags, ...bare } =
      settlement('req_1');
    await insert([{ ...bare, usage: noUsage, costNanoUsd: '0', attempts: [] }]);
    expect(await rows()).toMatchObject([
      { served_model: null, provider: null, first_token_ms: null, tags: [], attempts: [], cost_nano_usd: 0n },
    ]);
  });

  it('that is there already is skipped, and its first version stays', async () => {
    await insert([settlement('req_1')]);
    await insert([{ ...settlement('req_1'), costNanoUsd: '1' }, settlement('req_2'), settlement('req_2')]);
    expect((await rows()).map((row) => [row.request_id, row.cost_nano_usd])).toEqual([
      ['req_1', 680n],
      ['req_2', 680n],
    ]);
  });

  it('is taken whatever a caller put into its texts', async () => {
    const nasty = 'a\0b\ud800c\u{1f600}"\\\'{},NULL';
    await insert([
      {
        ...settlement('req_1'),
        requestedModel: nasty,
        clientRequestId: nasty,
        endUser: 'x'.repeat(100_000),
        tags: [nasty, '', 'null'],
        dropped: Array.from({ length: 1_000 }, (_, i) => `field_${i}`),
        attempts: [
          { id: nasty, target: nasty, credential: 'c', startedAtMs: 1, durationMs: 1, status: 0, error: nasty },
        ],
      },
    ]);
    const clean = 'ab\ufffdc\u{1f600}"\\\'{},NULL';
    const [row] = await rows();
    expect(row).toMatchObject({ requested_model: clean, client_request_id: clean, tags: [clean, '', 'null'] });
    expect(row?.attempts).toMatchObject([{ id: clean, error: clean }]);
    expect(row?.end_user?.length).toBe(1_024);
    expect(row?.dropped.length).toBe(64);
  });

  it('is taken with any text at all', async () => {
    let number = 0;
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 3 }), async (endUser, tags) => {
        const requestId = `req_${number++}`;
        await insert([{ ...settlement(requestId), endUser, tags }]);
        const row = await store.db
          .selectFrom('usage')
          .selectAll()
          .where('request_id', '=', requestId)
          .executeTakeFirstOrThrow();
        expect([row.end_user, row.tags]).toEqual([sqlText(endUser, 1_024), tags.map((tag) => sqlText(tag, 1_024))]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a batch', () => {
  it('may be larger than the parameters of a statement', async () => {
    const many = Array.from({ length: 4_000 }, (_, i) => settlement(`req_${i}`));
    await insert(many);
    const { count } = await store.db
      .selectFrom('usage')
      .select((row) => row.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(4_000);
  });

  it.each([
    ['a count that is no integer', { usage: { ...noUsage, input: 1.5 } }],
    ['a cost that is no number', { costNanoUsd: 'free' }],
    ['a cost beyond 64 bits', { costNanoUsd: '9'.repeat(30) }],
    ['a time that is none', { startedAtMs: Number.NaN }],
    ['a duration that is none', { totalMs: null as unknown as number }],
  ])('with %s fails as the fault of a row, so that only that row is set aside', async (_, wrong) => {
    const failure = await insert([settlement('req_1'), { ...settlement('req_2'), ...wrong }]).catch((error) => error);
    expect(isRowFault(failure)).toBe(true);
    expect(await rows()).toEqual([]);
  });
});
