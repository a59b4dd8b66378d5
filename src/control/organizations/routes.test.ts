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

describe('organizations', () => {
  it('are made, read and changed by an operator', async () => {
    const made = await api.ask('POST /organizations', { body: { name: 'new', limits: { requestsPerMinute: 5 } } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'new', disabled: false, limits: { requestsPerMinute: 5 } });
    const path = `/organizations/${made.body.id}`;
    expect((await api.ask(`GET ${path}`)).body).toEqual(made.body);
    const changed = await api.ask(`PATCH ${path}`, { body: { name: 'newer', limits: null, disabled: true } });
    expect(changed.body).toEqual({ ...made.body, name: 'newer', limits: null, disabled: true });
    expect((await api.ask(`PATCH ${path}`, { body: {} })).body).toEqual(changed.body);
  });

  it('pay as an operator says, by their own time zone', async () => {
    const path = `/organizations/${acme.id}`;
    const paid = await api.ask(`PATCH ${path}`, { body: { billing: 'prepaid', timeZone: 'Europe/Berlin' } });
    expect(paid.body).toMatchObject({ billing: 'prepaid', timeZone: 'Europe/Berlin', blockedReason: null });
    expect((await api.ask(`GET ${path}`, { key: acme.key })).body).toEqual(paid.body);
    expect((await api.ask(`PATCH ${path}`, { body: { timeZone: 'Moon/Base' } })).status).toBe(400);
    expect((await api.ask(`PATCH ${path}`, { body: { billing: 'plan' } })).body.error.path).toBe('billing');
    expect((await api.ask(`PATCH ${path}`, { body: { name: 'gone', timeZone: 'Moon/Base' } })).status).toBe(400);
    expect((await api.ask(`GET ${path}`)).body).toEqual(paid.body);
  });

  it('are listed in pages, newest first', async () => {
    const all = (await api.ask('GET /organizations')).body;
    expect(all.next).toBeNull();
    const first = (await api.ask('GET /organizations?limit=2')).body;
    const second = (await api.ask(`GET /organizations?limit=200&after=${first.next}`)).body;
    expect([...first.data, ...second.data]).toEqual(all.data);
    const ids = all.data.map((row: { id: string }) => row.id);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it('show an organization key its own alone; all others are not found, whatever is asked of them', async () => {
    expect((await api.ask('GET /organizations', { key: acme.key })).body.data).toMatchObject([{ id: acme.id }]);
    expect((await api.ask(`GET /organizations/${acme.id}`, { key: acme.key })).body.name).toBe('acme');
    const strange = await api.ask(`GET /organizations/${other.id}`, { key: acme.key });
    const missing = await api.ask('GET /organizations/org_none', { key: acme.key });
    expect([strange.status, missing.status]).toEqual([404, 404]);
    expect(strange.body.error.code).toBe(missing.body.error.code);
  });

  it('are made and changed by operators alone', async () => {
    const body = { name: 'mine' };
    expect((await api.ask('POST /organizations', { key: acme.key, body })).status).toBe(403);
    expect((await api.ask(`PATCH /organizations/${acme.id}`, { key: acme.key, body })).status).toBe(403);
  });

  it('have names of their own, and the default one keeps its name', async () => {
    expect((await api.ask('POST /organizations', { body: { name: 'acme' } })).status).toBe(409);
    expect((await api.ask(`PATCH /organizations/${acme.id}`, { body: { name: 'other' } })).status).toBe(409);
    const { data } = (await api.ask('GET /organizations')).body;
    const fallback = data.find((row: { name: string }) => row.name === 'default');
    const renamed = await api.ask(`PATCH /organizations/${fallback.id}`, { body: { name: 'main' } });
    expect([renamed.status, renamed.body.error.remedy]).toEqual([400, expect.stringContaining('another')]);
    expect((await api.ask(`PATCH /organizations/${fallback.id}`, { body: { disabled: true } })).status).toBe(409);
  });
});
