/** A handler that forgets whose rows it may show: the database shows it those of its caller's organization alone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { access } from '../../src/control/api/access.ts';
import { route } from '../../src/control/api/route.ts';
import { type TestApi, testApi } from './harness.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

const careless = route({
  method: 'GET',
  path: '/careless',
  tag: 'x',
  summary: 'All keys',
  answer: z.object({ ids: z.array(z.string()) }),
  handle: async (_, { store }) => {
    const rows = await store.db.selectFrom('keys').select('organization_id').execute();
    return { ids: rows.map((row) => row.organization_id) };
  },
});

const thief = route({
  method: 'POST',
  path: '/thief',
  tag: 'x',
  summary: 'Take all keys',
  answer: z.object({ ids: z.array(z.string()) }),
  handle: ({ write }) =>
    write(async (db) => {
      const rows = await db.updateTable('keys').set({ cache_ttl_ms: 1 }).returning('organization_id').execute();
      return { ids: rows.map((row) => row.organization_id) };
    }),
});

beforeAll(async () => {
  const rule = access['GET /keys'];
  if (rule === undefined) throw new Error('GET /keys has no rule');
  api = await testApi({ routes: [careless, thief], rules: { 'GET /careless': rule, 'POST /thief': rule } });
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});

afterAll(() => api.close());

it('a list without a WHERE', async () => {
  expect((await api.ask('GET /careless', { key: acme.key })).body.ids).toEqual([acme.id]);
  expect((await api.ask('GET /careless', { key: other.key })).body.ids).toEqual([other.id]);
  expect((await api.ask('GET /careless')).body.ids).toHaveLength(3);
});

it('a write without a WHERE, with an Idempotency-Key too', async () => {
  const ask = (headers: Record<string, string>) => api.ask('POST /thief', { key: acme.key, headers });
  expect((await ask({})).body.ids).toEqual([acme.id]);
  expect((await ask({ 'idempotency-key': 'a' })).body.ids).toEqual([acme.id]);
});
