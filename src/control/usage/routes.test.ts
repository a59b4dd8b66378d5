import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { makeUsage } from '../logs/usage.fixture.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

const noonMs = Date.UTC(2026, 7, 31, 12);

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  for (let i = 0; i < 5; i++) await insert(`req_acme_${i}`, acme.id, i);
  for (let i = 0; i < 3; i++) await insert(`req_other_${i}`, other.id, i);
});

afterAll(() => api.close());

async function insert(id: string, organizationId: string, i: number): Promise<void> {
  const attempts = [
    { id: 'a', target: 'acme/small', credential: 'house-secretly', startedAtMs: noonMs, durationMs: 3, status: 200 },
  ];
  const row = {
    request_id: id,
    status: i === 0 ? 'failed' : 'completed',
    key_id: `key_${organizationId}`,
    organization_id: organizationId,
    provider: 'acme',
    credential: 'house-secretly',
    cost_nano_usd: 4_200_001n,
    charge_nano_usd: 6_300_002n,
    attempts: JSON.stringify(attempts),
    tags: ['t'],
  };
  await makeUsage(api.store.db, row, noonMs + i * 1000);
}

const ids = (body: { data: { requestId: string }[] }) => body.data.map(({ requestId }) => requestId);

describe('usage', () => {
  it('is listed in pages, newest first, with exact money', async () => {
    const first = (await api.ask('GET /usage?limit=3')).body;
    expect(first.data[0]).toMatchObject({
      startedAt: '2026-08-31T12:00:04.000Z',
      costUsd: '0.004200001',
      chargeUsd: '0.006300002',
    });
    const second = (await api.ask(`GET /usage?limit=200&after=${first.next}`)).body;
    expect([second.next, new Set([...ids(first), ...ids(second)]).size]).toEqual([null, 8]);
  });

  it('shows an organization its own alone, without what the operator pays and to whom', async () => {
    const { body, text } = await api.ask('GET /usage', { key: acme.key });
    expect(ids(body)).toEqual([4, 3, 2, 1, 0].map((i) => `req_acme_${i}`));
    expect(body.data[0]).toMatchObject({ chargeUsd: '0.006300002', costUsd: null, house: null });
    expect(text).not.toMatch(/house-secretly|0\.0042/);
    expect((await api.ask('GET /usage')).text).toContain('house-secretly');
    expect((await api.ask(`GET /usage?organizationId=${other.id}`, { key: acme.key })).status).toBe(404);
    expect((await api.ask(`GET /usage?key=key_${other.id}`, { key: acme.key })).body.data).toEqual([]);
  });

  it('is found by time, model, status and organization', async () => {
    const found = async (query: string) => ids((await api.ask(`GET /usage?${query}`)).body).length;
    expect(await found(`organizationId=${other.id}`)).toBe(3);
    expect(await found('since=2026-08-31T12:00:03Z')).toBe(2);
    expect(await found('until=2026-08-31T14:00:03%2B02:00')).toBe(6);
    expect(await found('status=failed&model=acme/small&operation=chat')).toBe(2);
    expect(await found('model=none')).toBe(0);
  });

  it('is added up exactly, and for an organization its own alone', async () => {
    const all = (await api.ask('GET /usage/summary?by=organization')).body.data;
    expect(all).toMatchObject([
      {
        group: acme.id,
        label: 'acme',
        requests: 5,
        failed: 1,
        inputTokens: 50,
        costUsd: '0.021000005',
        chargeUsd: '0.03150001',
      },
      { group: other.id, label: 'other', requests: 3, failed: 1 },
    ]);
    const { body, text } = await api.ask('GET /usage/summary?by=organization', { key: acme.key });
    expect(body.data).toMatchObject([{ group: acme.id, chargeUsd: '0.03150001', costUsd: null }]);
    expect(text).not.toContain(other.id);
    expect((await api.ask('GET /usage/summary?by=day')).body.data).toMatchObject([
      { group: '2026-08-31', requests: 8 },
    ]);
    expect((await api.ask(`GET /usage/summary?by=day&organizationId=${other.id}`, { key: acme.key })).status).toBe(404);
  });

  it.each(['since=yesterday', 'status=odd', 'after=nonsense', 'limit=0', 'by=day', 'since=2026-08-31T12:00:00'])(
    'is refused for %s',
    async (query) => {
      const { status, body } = await api.ask(`GET /usage?${query}`);
      expect([status, body.error.code]).toEqual([400, 'invalid_request']);
    },
  );

  it('is not added up by what nobody knows', async () => {
    expect((await api.ask('GET /usage/summary')).body.error.path).toBe('by');
    expect((await api.ask('GET /usage/summary?by=moon')).status).toBe(400);
  });
});
