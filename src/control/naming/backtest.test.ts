import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { openaiAlone, testNaming } from '../../../test/api/naming.ts';
import { nodeOf, routeOf, targetOf } from '../../routing/decision.fixture.ts';
import { unmeasured } from '../../routing/measures.ts';
import { type Made, makeUsage } from '../logs/usage.fixture.ts';
import { type PastRequest, replay } from './backtest.ts';

const dear = targetOf('a/dear', { price: { input: 10, output: 20 } });
const cheap = targetOf('b/cheap', { price: { input: 1, output: 2 } });
const usage = {
  input: 1_000,
  output: 100,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  thinking: 0,
  audioInput: 0,
  audioOutput: 0,
  webSearches: 0,
  imageInput: 0,
  imageOutput: 0,
  images: 0,
  audioSeconds: 0,
  characters: 0,
  searches: 0,
};
const past: PastRequest = {
  requestId: 'req_1',
  keyId: 'key_1',
  startedAtMs: Date.UTC(2026, 0),
  sessionId: null,
  endUser: null,
  tags: [],
  served: 'a/dear',
  isWhole: true,
  usage,
  costNanoUsd: 12_000_000n,
  totalMs: 900,
};
const none = () => undefined;
const middle = () => 0.5;

describe('a request decided anew', () => {
  it('costs what its tokens cost at whoever is asked first, and what it did where that is the same', () => {
    const route = routeOf(nodeOf({ kind: 'cheapest' }, [dear, cheap]));
    expect(replay(route, past, none, middle)).toMatchObject({
      target: { model: { id: 'b/cheap' } },
      costNanoUsd: 1_200_000n,
      isAssumed: true,
    });
    const same = routeOf(nodeOf({ kind: 'fallback' }, [dear, cheap]));
    expect(replay(same, past, none, middle)).toMatchObject({
      costNanoUsd: 12_000_000n,
      totalMs: 900,
      isAssumed: false,
    });
  });

  it('is expected to do as models did: whoever comes after a failure counts too', () => {
    const measures = (model: string) => ({
      ...unmeasured,
      samples: 10,
      successShare: model === 'b/cheap' ? 0.5 : 0.9,
      totalMs: 700,
    });
    const route = routeOf(nodeOf({ kind: 'fallback' }, [cheap, dear]));
    const { successShare, totalMs, isAssumed } = replay(route, past, measures, middle);
    expect([successShare, totalMs, isAssumed]).toEqual([0.95, 700, false]);
  });

  it('has nobody where the rules leave nobody, and no cost where there is no price', () => {
    const strict = routeOf(nodeOf({ kind: 'fallback' }, [dear]), { requires: { inputPicoUsdMax: 1 } });
    expect(replay(strict, past, none, middle)).toMatchObject({ target: undefined, successShare: 0 });
    const free = routeOf(nodeOf({ kind: 'fallback' }, [targetOf('c/unpriced', { price: null })]));
    expect(replay(free, past, none, middle).costNanoUsd).toBeUndefined();
  });
});

describe('POST /routes/backtest', () => {
  let api: TestApi;
  let acme: { id: string; key: string };
  const nowMs = Date.UTC(2026, 10, 20, 12);
  const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
  const make = (made: Made, ageMs: number) =>
    makeUsage(api.store.db, { organization_id: acme.id, served_model: 'openai/gpt-5', ...made }, nowMs - ageMs);
  const ask = (more: object, key?: string) =>
    api.ask('POST /routes/backtest', {
      ...(key !== undefined && { key }),
      body: { name: 'main', definition: { strategy: 'cheapest', targets }, organizationId: acme.id, ...more },
    });
  const targets = ['openai/gpt-5', 'openai/gpt-5-mini'];

  beforeAll(async () => {
    api = await testApi({ clock, naming: testNaming(openaiAlone) });
    acme = await api.tenant('acme');
    const one = { input_tokens: 1_000, output_tokens: 100, cost_nano_usd: 2_250_000n, total_ms: 1_000 };
    for (let i = 1; i <= 5; i++) await make(one, i * 60_000);
    await make({ ...one, status: 'failed', served_model: null, cost_nano_usd: 0n, output_tokens: 0 }, 6 * 60_000);
    await make(one, 9 * 86_400_000);
    await make({ ...one, requested_model: 'other' }, 1_000);
    await makeUsage(api.store.db, { organization_id: 'org_other', requested_model: 'main' }, nowMs - 1_000);
  });
  afterAll(() => api.close());

  it('goes through the requests of one organization that asked for the route, piece by piece', async () => {
    const { status, body } = await ask({ limit: 4 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ found: 6, requests: 4, moved: 4, actualCostUsd: '0.009', actualWhole: 4 });
    expect(Number(body.wouldCostUsd)).toBeLessThan(0.009);
    expect(body.targets).toContainEqual(
      expect.objectContaining({ target: 'openai/gpt-5-mini', requests: 4, before: 0, isAssumed: true }),
    );
    const rest = (await ask({ limit: 4, after: body.next, until: body.until })).body;
    expect(rest).toMatchObject({ requests: 2, next: null, actualWhole: 1 });
  });

  it('asks for another name, and further back, where that is wanted', async () => {
    expect((await ask({ modelAsked: 'other' })).body).toMatchObject({ found: 1, requests: 1 });
    expect((await ask({ days: 30 })).body.found).toBe(7);
    expect((await ask({ definition: { targets: ['openai/gpt-5'] } })).body).toMatchObject({
      moved: 1,
      nobody: 0,
      targets: [{ target: 'openai/gpt-5', requests: 6, before: 5, isAssumed: false }],
    });
  });

  it('says what is wrong, and is for operators alone', async () => {
    expect((await ask({ definition: { targets: ['nobody/none'] } })).body.error.path).toBe('definition.targets[0]');
    expect((await ask({ after: 'bm9uc2Vuc2U' })).status).toBe(400);
    expect((await ask({ days: 31 })).status).toBe(400);
    expect((await ask({}, acme.key)).status).toBe(403);
  });
});
