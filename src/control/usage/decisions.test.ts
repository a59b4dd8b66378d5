/** What usage says of decisions, and of the arms of experiments. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { type Made, makeUsage } from '../logs/usage.fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

const decided = {
  route: 'main',
  strategy: 'cheapest',
  ranked: ['acme/small', 'acme/large'],
  scores: [null, 0.5],
  costsNanoUsd: [4_200_123, null],
  rejected: [{ target: 'acme/tiny', filter: 'context' }],
  sticky: { target: 'acme/small', kept: true, cachedTokens: 7, cacheWorthNanoUsd: 4_200_777 },
  smart: { score: 0.25, tier: 0 },
};

const noonMs = Date.UTC(2026, 7, 31, 12);

async function insert(id: string, { id: organizationId }: { id: string }, more: Made = {}): Promise<void> {
  const money = { cost_nano_usd: 4_000_001n, charge_nano_usd: 6_000_002n };
  await makeUsage(api.store.db, { request_id: id, organization_id: organizationId, ...money, ...more }, noonMs);
}

describe('usage', () => {
  it('says why a request went where it went, and to operators alone what that would have cost them', async () => {
    const third = await api.tenant('third');
    const other = await api.tenant('other');
    await insert('req_other', other);
    await insert('req_third', third, { decision: JSON.stringify(decided) });
    const { body, text } = await api.ask('GET /usage', { key: third.key });
    const { costsNanoUsd, sticky, ...same } = decided;
    const { cacheWorthNanoUsd, ...kept } = sticky;
    const shown = { ...same, sticky: { ...kept, why: null }, smart: { ...same.smart, rule: null } };
    expect(body.data[0].decision).toEqual({ ...shown, rankedCount: 2, arm: null, explored: false });
    expect(text).not.toMatch(/4200|0\.004/);
    const [house] = (await api.ask(`GET /usage?organizationId=${third.id}`)).body.data;
    expect(house.house.decisionCosts).toEqual({ expectedUsd: ['0.004200123', null], cacheWorthUsd: '0.004200777' });
    expect((await api.ask('GET /usage', { key: other.key })).body.data[0].decision).toBeNull();
  });

  it('of experiments is added up by arm, with how each does and pleases, for an organization its own alone', async () => {
    const arms = await api.tenant('arms');
    const strangers = await api.tenant('strangers');
    const opinion = (request_id: string, score: number, { id }: { id: string }) =>
      api.store.db
        .insertInto('feedback')
        .values({ request_id, organization_id: id, key_id: 'k', score, label: null })
        .execute();
    const armed = (arm: string) => ({
      decision: JSON.stringify({ route: 'trial', strategy: 'split', arm, ranked: [] }),
    });
    for (let i = 1; i <= 21; i++)
      await insert(`req_a_${i}`, arms, { ...armed('a'), total_ms: i * 10, first_token_ms: i });
    await insert('req_a_bad', arms, { status: 'failed', ...armed('a'), total_ms: 110 });
    await insert('req_b', arms, { ...armed('b'), status: 'cancelled' });
    await insert('req_none', arms);
    await insert('req_theirs', strangers, armed('a'));
    await opinion('req_a_1', 1, arms);
    await opinion('req_a_2', 0, arms);
    await opinion('req_a_3', 0.5, arms);
    await opinion('req_theirs', 0, strangers);
    const { body } = await api.ask('GET /usage/summary?by=arm', { key: arms.key });
    const [a, b, ...others] = body.data;
    expect(others).toEqual([]);
    expect(a).toMatchObject({ group: 'trial a', requests: 22, failed: 1, chargeUsd: '0.132000044', costUsd: null });
    expect(a.arm).toEqual({
      ...{ route: 'trial', arm: 'a', firstTokenP50Ms: 11, firstTokenP95Ms: 20, totalP50Ms: 110 },
      ...{ totalP95Ms: 199.5, errorShare: 1 / 22, feedbackCount: 3, feedbackMean: 0.5 },
    });
    expect(b).toMatchObject({ group: 'trial b', requests: 1, failed: 1 });
    expect(b.arm).toMatchObject({ firstTokenP50Ms: null, errorShare: 0, feedbackCount: 0, feedbackMean: null });
    const all = (await api.ask('GET /usage/summary?by=arm')).body.data;
    expect(all.map(({ group, requests }: { group: string; requests: number }) => [group, requests])).toEqual([
      ['trial a', 23],
      ['trial b', 1],
    ]);
    expect((await api.ask('GET /usage/summary?by=day')).body.data[0].arm).toBeNull();
  });
});
