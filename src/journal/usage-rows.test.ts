import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settlement } from '../../test/harness/journal-records.ts';
import { type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { noUsage } from '../llm/usage.ts';
import type { Store } from '../store/store.ts';
import { insertUsage } from '../store/usage-insert.ts';
import { isRowFault } from './insert-fault.ts';
import type { Attempt, SettlementRecord } from './record.ts';
import { sqlText } from './sql-text.ts';
import { mended, storable, storableRows } from './usage-rows.ts';

let database: TestDatabase;
let store: Store;
let insert: (rows: readonly SettlementRecord[]) => Promise<void>;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  insert = (records) =>
    storableRows((rows) => insertUsage(store.db, rows))(records.map((record) => JSON.stringify(record)));
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
          imageInput: 10,
          imageOutput: 11,
          images: 12,
          audioSeconds: 13,
          characters: 14,
          searches: 15,
        },
        estimated: true,
        flags: ['usage-missing'],
        costNanoUsd: '9007199254740993',
        chargeNanoUsd: '9007199254741000',
        houseCostNanoUsd: '5',
        dropped: ['logprobs', 'seed'],
        clientRequestId: 'client-1',
        sessionId: 'session-1',
        endUser: 'user-1',
        paidBy: 'organization',
        decision: { route: 'main', strategy: 'cheapest', ranked: ['vendor/model-1'] },
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
        image_input_tokens: 10,
        image_output_tokens: 11,
        images: 12,
        audio_seconds: 13,
        characters: 14,
        searches: 15,
        estimated: true,
        recovered: false,
        flags: ['usage-missing'],
        price_version: 'price-1',
        cost_nano_usd: 9007199254740993n,
        charge_nano_usd: 9007199254741000n,
        house_cost_nano_usd: 5n,
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
        paid_by: 'organization',
        decision: { route: 'main', strategy: 'cheapest', ranked: ['vendor/model-1'] },
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

  it('becomes the same row from the text of the journal and from the mended one, whatever is in it', async () => {
    const ways = { asItIs: 0, mended: 0 };
    await fc.assert(
      fc.asyncProperty(settlements, async (record) => {
        const text = JSON.stringify(record);
        ways[storable(text) === text ? 'asItIs' : 'mended']++;
        const expected = expectedRow(record);
        expect(await rowOf(text)).toEqual(expected);
        expect(await rowOf(mended(text))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(...Object.values(ways))).toBeGreaterThan(30);
  }, 30_000);

  it('is not taken as it is when any text in it is too long', () => {
    const { servedModel, provider, credential, upstreamDialect, priceVersion, firstTokenMs, tags, ...bare } =
      settlement('');
    const shortest = {
      ...bare,
      ...{ instance: '', startedAtMs: 0, keyId: '', organizationId: '', requestedModel: '', stream: true },
      ...{
        snapshotVersion: 0,
        inputTokensEstimate: 0,
        httpStatus: 0,
        usage: noUsage,
        recovered: true,
        estimated: true,
      },
      ...{ costNanoUsd: '0', totalMs: 0, overheadMs: 0, attempts: [], settledAtMs: 0 },
    };
    const long = JSON.stringify({ ...shortest, requestedModel: 'x'.repeat(1_025) });
    expect(storable(long)).not.toBe(long);
    const usual = JSON.stringify({ ...settlement('req_1'), requestedModel: 'x'.repeat(500) });
    expect(storable(usual)).toBe(usual);
    const decided = {
      route: 'r',
      strategy: 'cheapest',
      ranked: Array.from({ length: 40 }, (_, i) => `provider/${i}-`.padEnd(60, 'x')),
    };
    const large = JSON.stringify({ ...settlement('req_1'), decision: decided });
    expect([large.length > 2_500, storable(large)]).toEqual([true, large]);
    const endUser = `"${'x'.repeat(600)}"${'x'.repeat(600)}"`;
    const quoted = JSON.stringify({ ...settlement('req_1'), decision: decided, endUser });
    expect(storable(quoted)).not.toBe(quoted);
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

async function rowOf(text: string) {
  await storableRows((rows) => insertUsage(store.db, rows))([text]);
  return store.db.deleteFrom('usage').returningAll().executeTakeFirstOrThrow();
}

const word = fc.oneof(
  { weight: 12, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('a\0b', '\ud800', 'C:\\users', '\u001f', '"type":"settlement"', 'x'.repeat(1_500)),
  },
);
const words = fc.oneof(
  { weight: 9, arbitrary: fc.array(word, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.constant(''), { minLength: 60, maxLength: 70 }) },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const duration = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const wallMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
const attempts: fc.Arbitrary<Attempt> = fc.record(
  {
    ...{ id: word, target: word, credential: word, startedAtMs: wallMs, durationMs: fc.nat(), status: fc.nat(999) },
    error: word,
  },
  { requiredKeys: ['id', 'target', 'credential', 'startedAtMs', 'durationMs', 'status'] },
);
const settlements: fc.Arbitrary<SettlementRecord> = fc
  .record({
    ...{ requestedModel: word, stream: fc.boolean(), estimated: fc.boolean(), recovered: fc.boolean() },
    ...{ startedAtMs: wallMs, settledAtMs: wallMs, httpStatus: fc.nat(999), snapshotVersion: count },
    ...{ servedModel: optional(word), provider: optional(word), priceVersion: optional(word) },
    ...{ clientRequestId: optional(word), sessionId: optional(word), endUser: optional(word), tags: optional(words) },
    ...{ errorKind: optional(word), firstTokenMs: optional(duration), totalMs: duration, overheadMs: duration },
    usage: fc.record({
      ...{ input: count, output: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count },
      ...{ thinking: count, audioInput: count, audioOutput: count, webSearches: count },
      ...{ imageInput: count, imageOutput: count, images: count },
      ...{ audioSeconds: count, characters: count, searches: count },
    }),
    costNanoUsd: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    ...{ flags: words, dropped: words, attempts: fc.array(attempts, { maxLength: 2 }) },
    paidBy: optional(fc.constant('organization' as const)),
    decision: optional(fc.record({ arm: word, scores: fc.array(fc.nat(), { maxLength: 3 }) })),
  })
  .map((some) => ({ ...settlement('req_1'), ...some }));

/** What each column is to be, worked out in another place than Postgres. */
function expectedRow(record: SettlementRecord) {
  const text = (value: string) => sqlText(value, 1_024);
  const orNull = (value: string | undefined) => (value === undefined ? null : text(value));
  const list = (values: readonly string[]) => values.slice(0, 64).map(text);
  const { usage } = record;
  return {
    request_id: record.requestId,
    instance: record.instance,
    started_at: new Date(record.startedAtMs),
    settled_at: new Date(record.settledAtMs),
    operation: record.operation,
    status: record.status,
    http_status: record.httpStatus,
    error_kind: orNull(record.errorKind),
    key_id: record.keyId,
    organization_id: record.organizationId,
    requested_model: text(record.requestedModel),
    served_model: orNull(record.servedModel),
    provider: orNull(record.provider),
    credential: orNull(record.credential),
    client_dialect: record.clientDialect,
    upstream_dialect: orNull(record.upstreamDialect),
    stream: record.stream,
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_read_tokens: usage.cacheRead,
    cache_write_5m_tokens: usage.cacheWrite5m,
    cache_write_1h_tokens: usage.cacheWrite1h,
    thinking_tokens: usage.thinking,
    audio_input_tokens: usage.audioInput,
    audio_output_tokens: usage.audioOutput,
    web_searches: usage.webSearches,
    image_input_tokens: usage.imageInput,
    image_output_tokens: usage.imageOutput,
    images: usage.images,
    audio_seconds: usage.audioSeconds,
    characters: usage.characters,
    searches: usage.searches,
    estimated: record.estimated,
    recovered: record.recovered,
    flags: list(record.flags),
    price_version: orNull(record.priceVersion),
    cost_nano_usd: BigInt(record.costNanoUsd),
    charge_nano_usd: BigInt(record.chargeNanoUsd ?? record.costNanoUsd),
    house_cost_nano_usd: BigInt(record.houseCostNanoUsd ?? 0),
    first_token_ms: record.firstTokenMs ?? null,
    total_ms: record.totalMs,
    overhead_ms: record.overheadMs,
    attempts: record.attempts.map(({ error, ...rest }) => ({
      ...rest,
      ...{ id: text(rest.id), target: text(rest.target), credential: text(rest.credential) },
      ...(error === undefined ? {} : { error: text(error) }),
    })),
    dropped: list(record.dropped),
    snapshot_version: record.snapshotVersion,
    client_request_id: orNull(record.clientRequestId),
    session_id: orNull(record.sessionId),
    end_user: orNull(record.endUser),
    tags: list(record.tags ?? []),
    paid_by: record.paidBy ?? 'platform',
    decision: record.decision === undefined ? null : mendedDecision(record.decision),
  };

  function mendedDecision(decision: object) {
    return Object.fromEntries(
      Object.entries(decision).map(([name, value]) => [name, typeof value === 'string' ? text(value) : value]),
    );
  }
}
