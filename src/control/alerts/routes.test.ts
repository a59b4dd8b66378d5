import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { silentLog } from '../../lib/log.ts';
import { prepareJobs } from '../jobs/queue.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  await prepareJobs(api.store, silentLog);
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});
afterAll(() => api.close());

describe('alert rules', () => {
  it('are those of all until an organization has its own, and again afterwards', async () => {
    const path = `/organizations/${acme.id}/alert-rules`;
    const before = (await api.ask(`GET ${path}`, { key: acme.key })).body.data;
    expect(before).toMatchObject([
      { kind: 'budget', percents: [50, 80, 100], own: false },
      { kind: 'low-balance', percents: [20], own: false },
      { kind: 'anomaly', amountUsd: '1.00', factor: 8, own: false },
    ]);
    const body = { percents: [95, 90, 95] };
    const changed = await api.ask(`PUT ${path}/budget`, { key: acme.key, body });
    expect(changed.body.data[0]).toMatchObject({ kind: 'budget', percents: [90, 95], own: true });
    expect((await api.ask(`GET /organizations/${other.id}/alert-rules`)).body.data).toEqual(before);
    expect((await api.ask(`DELETE ${path}/budget`, { key: acme.key })).body.data).toEqual(before);
  });

  it('that say nothing, or are of the installation, are refused', async () => {
    const path = `/organizations/${acme.id}/alert-rules`;
    expect((await api.ask(`PUT ${path}/budget`, { key: acme.key, body: {} })).status).toBe(400);
    const both = { percents: [10], amountUsd: '5' };
    expect((await api.ask(`PUT ${path}/low-balance`, { key: acme.key, body: both })).status).toBe(400);
    expect((await api.ask(`PUT ${path}/ledger-drift`, { body: {} })).status).toBe(400);
    expect((await api.ask(`GET /organizations/${other.id}/alert-rules`, { key: acme.key })).status).toBe(404);
    expect((await api.ask('PUT /alert-rules/anomaly', { key: acme.key, body: {} })).status).toBe(403);
    const changed = await api.ask('PUT /alert-rules/house-overrun', { body: { amountUsd: '10', disabled: true } });
    expect(changed.body.data[4]).toMatchObject({ kind: 'house-overrun', amountUsd: '10.00', disabled: true });
  });
});

describe('webhook endpoints', () => {
  it('show their secret once, and belong to whoever made them', async () => {
    const body = { url: 'https://example.com/hook' };
    const made = await api.ask('POST /webhook-endpoints', { key: acme.key, body });
    expect(made.body).toMatchObject({ organizationId: acme.id, url: body.url, disabled: false });
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const list = await api.ask('GET /webhook-endpoints', { key: acme.key });
    expect(list.body.data.map((row: { id: string }) => row.id)).toEqual([made.body.id]);
    expect(list.text).not.toContain('whsec_');
    const path = `/webhook-endpoints/${made.body.id}`;
    expect((await api.ask(`POST ${path}/rotate`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`DELETE ${path}`, { key: other.key })).status).toBe(404);
    const rotated = await api.ask(`POST ${path}/rotate`, { key: acme.key });
    expect(rotated.body.secret).not.toBe(made.body.secret);
    expect(rotated.body.previousUntil).toMatch(/Z$/);
    const all = await api.ask('POST /webhook-endpoints', { body: { url: 'http://127.0.0.1:9/' } });
    expect(all.body.organizationId).toBeNull();
    expect((await api.ask(`DELETE /webhook-endpoints/${all.body.id}`, { key: acme.key })).status).toBe(404);
    expect((await api.ask(`DELETE ${path}`, { key: acme.key })).status).toBe(204);
    expect((await api.ask('GET /webhook-endpoints', { key: acme.key })).body.data).toEqual([]);
  });

  it('in private networks are for operators alone', async () => {
    const ask = (url: string, key = acme.key) => api.ask('POST /webhook-endpoints', { key, body: { url } });
    for (const url of ['https://10.1.2.3/', 'http://example.com/', 'https://localhost/', 'ftp://example.com/']) {
      expect((await ask(url)).status, url).toBe(400);
    }
    expect((await ask('http://10.1.2.3/', api.operator)).status).toBe(201);
    const strange = { url: 'https://example.com/', organizationId: other.id };
    expect((await api.ask('POST /webhook-endpoints', { key: acme.key, body: strange })).status).toBe(404);
  });
});

describe('alerts', () => {
  it('are tested by whoever gets them, and tell a customer nothing of the operators', async () => {
    const emails = (path: string, list: readonly string[], key = api.operator) =>
      api.ask(`PUT ${path}`, { key, body: { emails: list } });
    const path = `/organizations/${acme.id}/alert-emails`;
    expect((await emails(path, ['me@acme.example'], acme.key)).body).toEqual({ emails: ['me@acme.example'] });
    expect((await emails(path, ['no address'], acme.key)).status).toBe(400);
    expect((await emails('/alert-emails', ['op@example.com'], acme.key)).status).toBe(403);
    await emails('/alert-emails', ['op@example.com']);
    const sent = await api.ask(`POST /organizations/${acme.id}/alerts/test`, { key: acme.key });
    expect([sent.status, sent.body.deliveries]).toEqual([
      202,
      [{ channel: 'email', to: 'me@acme.example', status: 'waiting', attempts: 0, error: null }],
    ]);
    expect((await api.ask('GET /alerts', { key: acme.key })).body.data).toEqual([sent.body]);
    expect((await api.ask('GET /alerts', { key: other.key })).body.data).toEqual([]);
    expect((await api.ask('GET /alerts')).text).toContain('op@example.com');
    expect((await api.ask('POST /alerts/test', { key: acme.key })).status).toBe(403);
    expect((await api.ask('POST /alerts/test')).body).toMatchObject({ organizationId: null, kind: 'test' });
  });
});
