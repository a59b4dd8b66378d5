/** Figures against the requests themselves: every filter, group and period, from whichever sums they are read. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { rollUsage } from '../../src/store/roll-ups/roll.ts';
import { type TestApi, testApi } from '../api/harness.ts';
import { settlementOf } from './settlements.ts';

let api: TestApi;
let acme: { readonly id: string; readonly key: string };
let other: { readonly id: string; readonly key: string };
const rows: SettlementRecord[] = [];
const startMs = Date.UTC(2026, 9, 23, 22, 17, 31, 123);
const spanMs = 4 * 86_400_000;

/** The same numbers each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  const throwDice = dice(7);
  const models = ['acme/small', 'acme/large', 'beta/one'];
  const settlements = Array.from({ length: 400 }, () => {
    const failed = throwDice(6) === 0;
    const servedModel = models[throwDice(3)] ?? '';
    const times = { startedAtMs: startMs + throwDice(spanMs), totalMs: 20 + throwDice(5_000) };
    return settlementOf({
      ...times,
      organizationId: throwDice(4) === 0 ? other.id : acme.id,
      keyId: `key_${throwDice(3)}`,
      servedModel,
      provider: servedModel.split('/')[0] ?? '',
      credential: 'main',
      status: failed ? 'failed' : 'completed',
      ...(failed && { errorKind: throwDice(2) === 0 ? 'timeout' : 'upstream' }),
      firstTokenMs: failed ? undefined : throwDice(times.totalMs),
      tags: [[], ['a'], ['a', 'b']][throwDice(3)] ?? [],
      endUser: [undefined, 'ann', 'bob'][throwDice(3)],
      charge: BigInt(throwDice(1_000_000)),
      cost: BigInt(throwDice(900_000)),
      input: throwDice(10_000),
    });
  });
  rows.push(...settlements.map((text) => JSON.parse(text) as SettlementRecord));
  for (let i = 0; i < settlements.length; i += 50) await postUsage(api.store.db, settlements.slice(i, i + 50));
  while (await rollUsage(api.store.db));
});
afterAll(() => api.close());

interface Query {
  readonly since: number;
  readonly until: number;
  readonly filter: Readonly<Record<string, string>>;
}

const matches: Readonly<Record<string, (row: SettlementRecord, value: string) => boolean>> = {
  organizationId: (row, value) => row.organizationId === value,
  key: (row, value) => row.keyId === value,
  model: (row, value) => row.servedModel === value,
  modelAsked: (row, value) => row.requestedModel === value,
  provider: (row, value) => row.provider === value,
  credential: (row, value) => row.credential === value,
  status: (row, value) => row.status === value,
  errorKind: (row, value) => row.errorKind === value,
  tag: (row, value) => row.tags?.includes(value) === true,
  endUser: (row, value) => row.endUser === value,
  operation: (row, value) => row.operation === value,
};

function meant({ since, until, filter }: Query): readonly SettlementRecord[] {
  return rows.filter(
    (row) =>
      row.startedAtMs >= since &&
      row.startedAtMs < until &&
      Object.entries(filter).every(([name, value]) => matches[name]?.(row, value)),
  );
}

const groupsOf: Readonly<Record<string, (row: SettlementRecord) => readonly string[]>> = {
  'by-key': (row) => [row.keyId],
  'by-model': (row) => [row.servedModel ?? ''],
  'by-model-asked': (row) => [row.requestedModel],
  'by-provider': (row) => [row.provider ?? ''],
  'by-organization': (row) => [row.organizationId],
  'by-tag': (row) => [...new Set(row.tags ?? [])],
  'by-end-user': (row) => (row.endUser === undefined ? [] : [row.endUser]),
};

const usdOf = (nano: bigint) => Number(nano) / 1e9;
const summed = (list: readonly SettlementRecord[]) => ({
  requests: list.length,
  failed: list.filter(({ status }) => status === 'failed').length,
  charge: usdOf(list.reduce((sum, row) => sum + BigInt(row.chargeNanoUsd ?? 0), 0n)),
  input: list.reduce((sum, row) => sum + row.usage.input, 0),
});
const shown = (row: Record<string, unknown>) => ({
  requests: row.requests,
  failed: row.failed,
  charge: Number(row.chargeUsd),
  input: row.inputTokens,
});

const textOf = ({ since, until, filter }: Query) =>
  new URLSearchParams({
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...filter,
  }).toString();

const anyFilter = fc
  .record(
    {
      organizationId: fc.constantFrom('acme', 'other'),
      key: fc.constantFrom('key_0', 'key_1', 'key_nobody'),
      model: fc.constantFrom('acme/small', 'beta/one'),
      modelAsked: fc.constant('main'),
      provider: fc.constantFrom('acme', 'beta'),
      credential: fc.constant('main'),
      status: fc.constantFrom('completed', 'failed'),
      errorKind: fc.constantFrom('timeout', 'upstream'),
      tag: fc.constantFrom('a', 'b'),
      endUser: fc.constantFrom('ann', 'bob'),
      operation: fc.constant('chat'),
    },
    { requiredKeys: [] },
  )
  // Some of them at most: all together find nothing.
  .chain((filter) =>
    fc.subarray(Object.entries(filter), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  );
const anyPeriod = fc
  .tuple(fc.nat(spanMs), fc.nat(spanMs), fc.constantFrom(1, 1_000, 60_000, 3_600_000))
  .map(([a, b, unit]) => {
    const from = Math.floor((startMs + Math.min(a, b)) / unit) * unit;
    return { since: from, until: Math.max(from + 1, Math.ceil((startMs + Math.max(a, b)) / unit) * unit) };
  });

/** Ids instead of names. */
function resolved(filter: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { organizationId, ...same } = filter;
  return organizationId === undefined
    ? same
    : { ...same, organizationId: organizationId === 'acme' ? acme.id : other.id };
}

describe('figures', () => {
  it('by any group, with any filter, of any period to the millisecond, are those of the requests', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(groupsOf)),
        anyFilter,
        anyPeriod,
        async (path, filter, period) => {
          const asked = { ...period, filter: resolved(filter) };
          const { status, body } = await api.ask(`GET /stats/${path}?${textOf(asked)}`);
          expect(status).toBe(200);
          const list = meant(asked);
          expect(shown(body.total)).toEqual(summed(list));
          const groups = new Map<string, SettlementRecord[]>();
          for (const row of list)
            for (const group of groupsOf[path]?.(row) ?? []) {
              // Where only one tag or end user is asked for, the others of the same requests are not.
              if (path === 'by-tag' && filter.tag !== undefined && group !== filter.tag) continue;
              groups.set(group, [...(groups.get(group) ?? []), row]);
            }
          const found = body.data.map((row: { group: string }) => [row.group, shown(row as never)]);
          expect(Object.fromEntries(found)).toEqual(
            Object.fromEntries([...groups].map(([group, members]) => [group, summed(members)])),
          );
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('of each part of a period add up to the whole, by days of any zone and across a change of summer time', async () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
    for (const timeZone of zones)
      for (const interval of ['hour', 'day', 'week']) {
        const asked = { since: startMs, until: startMs + spanMs, filter: {} };
        const query = `${textOf(asked)}&interval=${interval}&timeZone=${timeZone}&metric=requests&by=model&top=2`;
        const { body } = await api.ask(`GET /stats/timeseries?${query}`);
        expect(body.series.map(({ other: isOther }: { other: boolean }) => isOther)).toEqual([false, false, true]);
        const ends = [...body.times.slice(1), body.period.until].map((time: string) => Date.parse(time));
        const starts = body.times.map((time: string) => Date.parse(time));
        const each = starts.map((since: number, i: number) => meant({ since, until: ends[i] ?? 0, filter: {} }).length);
        const values = starts.map((_: number, i: number) =>
          body.series.reduce((sum: number, line: { values: number[] }) => sum + (line.values[i] ?? 0), 0),
        );
        expect(values, `${timeZone} ${interval}`).toEqual(each);
      }
  });

  it('begin a day when the clock on the wall does, also when it has 25 hours', async () => {
    const query =
      'since=2026-10-24T22:00:00Z&until=2026-10-26T23:00:00Z&interval=day&timeZone=Europe/Berlin&metric=requests';
    const { body } = await api.ask(`GET /stats/timeseries?${query}`);
    expect(body.times).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  });

  it('give percentiles within 2.2 % of the true ones', async () => {
    const asked = { since: startMs, until: startMs + spanMs, filter: { provider: 'acme' } };
    const { body } = await api.ask(`GET /stats/latency?${textOf(asked)}&by=model`);
    for (const { group, total, firstToken } of body.data) {
      const list = meant(asked).filter(({ servedModel }) => servedModel === group);
      const exact = (values: readonly number[], share: number) =>
        values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;
      const totals = list.map(({ totalMs }) => totalMs);
      const firsts = list.flatMap(({ firstTokenMs }) => (firstTokenMs === undefined ? [] : [firstTokenMs]));
      for (const [name, share] of [
        ['p50Ms', 0.5],
        ['p95Ms', 0.95],
        ['p99Ms', 0.99],
      ] as const) {
        expect(Math.abs(total[name] / exact(totals, share) - 1)).toBeLessThan(0.028);
        expect(Math.abs(firstToken[name] / Math.max(exact(firsts, share), 0.001) - 1)).toBeLessThan(0.028);
      }
      expect(total.count).toBe(list.length);
      expect(firstToken.count).toBe(firsts.length);
    }
  });
});

describe('what an organization sees', () => {
  it('is its own, without what providers take', async () => {
    const asked = { since: startMs, until: startMs + spanMs, filter: {} };
    const own = { ...asked, filter: { organizationId: acme.id } };
    for (const path of [...Object.keys(groupsOf), 'cache']) {
      const { body } = await api.ask(`GET /stats/${path}?${textOf(asked)}`, { key: acme.key });
      expect(shown(body.total), path).toEqual(summed(meant(own)));
      expect(body.total).toMatchObject({ costUsd: null, houseCostUsd: null });
    }
    const { body } = await api.ask(`GET /stats/overview?${textOf(asked)}`, { key: acme.key });
    expect(shown(body.figures)).toEqual(summed(meant(own)));
    expect(body.trend.costUsd).toBeNull();
    expect(body.runway).toMatchObject({ spends: 'metered' });
    const errors = await api.ask(`GET /stats/errors?${textOf(asked)}`, { key: acme.key });
    expect(errors.body.requests).toBe(meant(own).length);
    const kinds = errors.body.data.map((row: { errorKind: string; requests: number }) => [row.errorKind, row.requests]);
    const failed = (kind: string) => meant(own).filter(({ errorKind }) => errorKind === kind).length;
    expect(Object.fromEntries(kinds)).toEqual({ timeout: failed('timeout'), upstream: failed('upstream') });
  });

  it('is nothing of another, and no credential', async () => {
    const ask = (query: string, key = acme.key) => api.ask(`GET /stats/${query}`, { key });
    for (const path of ['overview', 'by-key', 'timeseries', 'latency', 'errors', 'cache', 'provider-health'])
      expect((await ask(`${path}?organizationId=${other.id}`)).status, path).toBe(404);
    expect((await ask('overview?credential=main')).status).toBe(403);
    expect((await ask('timeseries?metric=cost')).status).toBe(403);
    expect((await ask('timeseries?by=credential')).status).toBe(403);
    expect((await ask('provider-health?by=credential')).status).toBe(403);
  });
});

describe('an overview', () => {
  it('compares with the same length of time before', async () => {
    const since = startMs + spanMs / 2;
    const asked = { since, until: startMs + spanMs, filter: {} };
    const { body } = await api.ask(`GET /stats/overview?${textOf(asked)}`);
    expect(shown(body.figures)).toEqual(summed(meant(asked)));
    expect(shown(body.before.figures)).toEqual(summed(meant({ since: startMs, until: since, filter: {} })));
    const trend = body.trend.requests.reduce((sum: number, n: number) => sum + n, 0);
    expect(trend).toBe(meant(asked).length);
    expect(body.runway).toBeNull();
  });

  it.each([
    'overview?since=2026-10-24T00:00:00Z&until=2026-10-23T00:00:00Z',
    'overview?since=1990-10-24T00:00:00Z',
    'overview?period=1y',
    'overview?unknown=1',
    'timeseries?interval=minute&period=30d',
    'timeseries?timeZone=Mars/Olympus',
    'timeseries?top=0',
    'by-key?limit=0',
  ])('is refused where it makes no sense: %s', async (query) => {
    expect((await api.ask(`GET /stats/${query}`)).status).toBe(400);
  });
});
