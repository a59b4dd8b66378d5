import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };
let search: { id: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  const made = await api.ask('POST /keys', { key: acme.key, body: { name: 'k', project: 'search' } });
  expect(made.status).toBe(201);
  [search] = (await api.ask('GET /projects', { key: acme.key })).body.data;
});

afterAll(() => api.close());

describe('projects', () => {
  it('get limits, which are checked, shown and taken away', async () => {
    const path = `/projects/${search.id}`;
    expect((await api.ask(`GET ${path}`)).body).toMatchObject({
      name: 'search',
      organizationId: acme.id,
      limits: null,
    });
    const limits = { requestsPerDay: 500, outputTokensPerMinute: 10_000, concurrentRequests: 3 };
    const limited = await api.ask(`PATCH ${path}`, { key: acme.key, body: { limits } });
    expect(limited.body).toMatchObject({ name: 'search', limits });
    expect((await api.ask(`GET ${path}`, { key: acme.key })).body).toEqual(limited.body);
    const wrong = await api.ask(`PATCH ${path}`, { body: { limits: { requestsPerDay: 0 } } });
    expect([wrong.status, wrong.body.error.path]).toEqual([400, 'limits.requestsPerDay']);
    expect((await api.ask(`PATCH ${path}`, { body: { limits: {} } })).body.limits).toBeNull();
    expect((await api.ask(`PATCH ${path}`, { body: { limits: null } })).body.limits).toBeNull();
  });

  it('of another organization are not there', async () => {
    const path = `/projects/${search.id}`;
    expect((await api.ask('GET /projects', { key: other.key })).body.data).toEqual([]);
    expect((await api.ask(`GET ${path}`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`PATCH ${path}`, { key: other.key, body: { limits: null } })).status).toBe(404);
    expect((await api.ask('PATCH /projects/prj_none', { body: { limits: null } })).status).toBe(404);
  });
});
