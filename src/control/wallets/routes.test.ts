import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});
afterAll(() => api.close());

const credit = (amountUsd: string, idempotencyKey: string) =>
  api.ask(`POST /organizations/${acme.id}/wallet/credits`, {
    body: { amountUsd },
    headers: { 'idempotency-key': idempotencyKey },
  });

describe('a wallet', () => {
  it('is filled once for each key, to the nano-dollar', async () => {
    const [first, again] = [await credit('12.500000001', 'a'), await credit('12.500000001', 'a')];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    const { body } = await api.ask(`GET /organizations/${acme.id}/wallet`, { key: acme.key });
    expect(body).toMatchObject({ balanceUsd: '12.500000001', lentUsd: '0.00', blockedReason: null });
  });

  it('gives back what is there, and says how much that is', async () => {
    const back = (amountUsd: string) =>
      api.ask(`POST /organizations/${acme.id}/wallet/take-backs`, { body: { amountUsd } });
    const refused = await back('99');
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('$12.500000001')]);
    expect((await back('2.5')).body.wallet.paidUsd).toBe('10.000000001');
  });

  it('shows what moved, entry by entry', async () => {
    const { body } = await api.ask('GET /transfers?limit=1', { key: acme.key });
    expect(body.data[0]).toMatchObject({
      kind: 'take-back',
      entries: [
        { account: `wallet:${acme.id}`, amountUsd: '-2.50' },
        { account: 'house:operator', amountUsd: '2.50' },
      ],
    });
    expect((await api.ask(`GET /transfers?after=${body.next}`, { key: acme.key })).body.data).toHaveLength(1);
  });

  it('of another organization is not there, and nobody fills his own', async () => {
    expect((await api.ask(`GET /organizations/${acme.id}/wallet`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`GET /transfers?organizationId=${acme.id}`, { key: other.key })).status).toBe(404);
    expect((await api.ask('GET /transfers', { key: other.key })).body.data).toEqual([]);
    const own = { key: acme.key, body: { amountUsd: '1' } };
    expect((await api.ask(`POST /organizations/${acme.id}/wallet/credits`, own)).status).toBe(403);
  });

  it.each(['0', '-1', '1e3', '0.0000000001', 1])('takes no amount like %j', async (amountUsd) => {
    const asked = await api.ask(`POST /organizations/${acme.id}/wallet/credits`, { body: { amountUsd } });
    expect([asked.status, asked.body.error.path]).toEqual([400, 'amountUsd']);
  });
});

describe('a budget', () => {
  const month = { owner: 'tag', ownerName: 'nightly', unit: 'usd', window: 'month', limit: '10.5' };

  it('is made, changed and removed by the organization that it limits', async () => {
    const made = await api.ask('POST /budgets', { key: acme.key, body: month });
    expect([made.status, made.body]).toMatchObject([201, { limit: '10.50', spent: '0.00', action: 'refuse' }]);
    const path = `/budgets/${made.body.id}`;
    const changed = await api.ask(`PATCH ${path}`, { key: acme.key, body: { limit: '0.1', action: 'warn' } });
    expect(changed.body).toMatchObject({ limit: '0.10', action: 'warn' });
    expect((await api.ask(`PATCH ${path}`, { key: other.key, body: { limit: '9' } })).status).toBe(404);
    expect((await api.ask(`DELETE ${path}`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`DELETE ${path}`, { key: acme.key })).status).toBe(204);
    expect((await api.ask(`GET ${path}`, { key: acme.key })).status).toBe(404);
  });

  it('of the whole organization is the operator’s', async () => {
    const body = { owner: 'organization', unit: 'tokens', window: 'day', limit: '1000' };
    expect((await api.ask('POST /budgets', { key: acme.key, body })).status).toBe(403);
    const made = await api.ask('POST /budgets', { body: { ...body, organizationId: acme.id } });
    expect([made.status, made.body.limit]).toEqual([201, '1000']);
    expect((await api.ask(`DELETE /budgets/${made.body.id}`, { key: acme.key })).status).toBe(403);
  });

  it('counts whole tokens and requests', async () => {
    const body = { ...month, unit: 'tokens', limit: '0.5' };
    expect((await api.ask('POST /budgets', { key: acme.key, body })).status).toBe(400);
  });
});
