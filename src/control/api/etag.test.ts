/** Conditional requests: no answer twice, and no change over somebody else's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';

let api: TestApi;
let path: string;

beforeAll(async () => {
  api = await testApi();
  path = `/keys/${(await api.ask('POST /keys', { body: { name: 'one' } })).body.id}`;
});

afterAll(() => api.close());

const change = (name: string, etag: string) =>
  api.ask(`PATCH ${path}`, { body: { name }, headers: { 'if-match': etag } });

it('what has not changed is not sent again', async () => {
  const first = await api.ask(`GET ${path}`);
  const etag = String(first.headers.etag);
  expect(etag).toMatch(/^"[\w-]{22}\.[\w-]{22}"$/);
  const again = await api.ask(`GET ${path}`, { headers: { 'if-none-match': `"other", W/${etag}` } });
  expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
  expect((await api.ask(`GET ${path}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
});

it('of two who read the same, the second does not write over the first', async () => {
  const etag = String((await api.ask(`GET ${path}`)).headers.etag);
  const first = await change('mine', etag);
  expect([first.status, first.body.name]).toEqual([200, 'mine']);
  const second = await change('yours', etag);
  expect([second.status, second.body.error.code, second.body.error.path]).toEqual([
    412,
    'precondition_failed',
    'If-Match',
  ]);
  expect((await api.ask(`GET ${path}`)).body.name).toBe('mine');
  expect((await change('next', String(first.headers.etag))).status).toBe(200);
  expect((await change('any', '*')).status).toBe(200);
});

it('If-Match is no secret door: what is not there stays so, and a route without a tag says so', async () => {
  const none = await api.ask('PATCH /keys/key_none', { body: {}, headers: { 'if-match': '*' } });
  expect(none.status).toBe(404);
  const budget = await api.ask('DELETE /webhook-endpoints/whe_none', { headers: { 'if-match': '"x"' } });
  expect([budget.status, budget.body.error.path]).toEqual([400, 'If-Match']);
});
