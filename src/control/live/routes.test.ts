import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import type { ViewerFacts } from './viewer.ts';

let api: TestApi;
const opened: ViewerFacts[] = [];

beforeAll(async () => {
  const open = (facts: ViewerFacts) => {
    opened.push(facts);
    return Readable.from(['event: end\n\n']);
  };
  api = await testApi({ live: { open } });
});

afterAll(async () => {
  await api.close();
});

it('operators see everybody, or one organization; members see their own, without what providers take', async () => {
  const acme = await api.tenant('acme');
  const other = await api.tenant('other');
  for (const [path, key] of [
    ['/live', api.operator],
    [`/live?organizationId=${acme.id}`, api.operator],
    ['/live', acme.key],
    [`/live?organizationId=${acme.id}`, acme.key],
  ] as const) {
    expect((await api.ask(`GET ${path}`, { key })).status).toBe(200);
  }
  expect(opened.map(({ organizationId, house }) => [organizationId, house])).toEqual([
    [undefined, true],
    [acme.id, true],
    [acme.id, false],
    [acme.id, false],
  ]);
  expect((await api.ask(`GET /live?organizationId=${acme.id}`, { key: other.key })).status).toBe(404);
  expect((await api.ask('GET /live', { key: 'tgm-none' })).status).toBe(401);
});

it('is a stream that no proxy holds back', async () => {
  const { headers } = await api.ask('GET /live');
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
    'cache-control': 'no-store, no-transform',
  });
});

it('asks again whether its viewer may look, and a revoked key may not', async () => {
  const { id, key } = await api.makeKey({ name: 'soon gone', kind: 'management', organization: 'acme' });
  await api.ask('GET /live', { key });
  const allowed = opened.at(-1)?.allowed;
  expect(await allowed?.()).toBe(true);
  await api.ask(`POST /keys/${id}/revoke`);
  expect(await allowed?.()).toBe(false);
});
