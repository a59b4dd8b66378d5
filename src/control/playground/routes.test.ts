import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { playgroundKeyMs, playgroundKeysMax } from './keys.ts';

let api: TestApi;
let nowMs = Date.parse('2030-01-01T00:00:00Z');

beforeAll(async () => {
  api = await testApi({ clock: { nowMs: () => nowMs++, monotonicMs: () => performance.now() } });
});

afterAll(async () => {
  await api.close();
});

const mint = (key: string, body: object = {}) => api.ask('POST /playground/keys', { key, body });

it('a key of an hour is made for the own organization, and is not in the list of keys', async () => {
  const acme = await api.tenant('acme');
  const { status, body } = await mint(acme.key);
  expect([status, body]).toEqual([
    201,
    {
      id: expect.stringMatching(/^key_/),
      key: expect.stringMatching(/^tg-/),
      organizationId: acme.id,
      expiresAt: expect.any(String),
    },
  ]);
  expect(Date.parse(body.expiresAt) - nowMs).toBeLessThanOrEqual(playgroundKeyMs);
  const { body: listed } = await api.ask('GET /keys?includeRevoked=true', { key: acme.key });
  expect(listed.data.map(({ name }: { name: string }) => name)).toEqual(['acme']);
  const { body: found } = await api.ask(`GET /keys/${body.id}`, { key: acme.key });
  expect(found).toMatchObject({ kind: 'call', name: 'Playground of acme' });
});

it('of one person’s, the newest few are valid, also when many are made at once', async () => {
  const many = await api.tenant('many');
  const made = await Promise.all(Array.from({ length: playgroundKeysMax + 4 }, () => mint(many.key)));
  expect(made.map(({ status }) => status)).toEqual(made.map(() => 201));
  const states = await Promise.all(made.map(({ body }) => api.ask(`GET /keys/${body.id}`, { key: many.key })));
  expect(states.filter(({ body }) => body.revokedAt === null)).toHaveLength(playgroundKeysMax);
  const [other] = [await api.makeKey({ name: 'other', kind: 'management', organization: 'many' })];
  expect((await mint(other.key)).status).toBe(201);
  const after = await Promise.all(made.map(({ body }) => api.ask(`GET /keys/${body.id}`, { key: many.key })));
  expect(after.filter(({ body }) => body.revokedAt === null)).toHaveLength(playgroundKeysMax);
});

it('is for whoever builds, in the own organization', async () => {
  const one = await api.tenant('one');
  const two = await api.tenant('two');
  expect((await mint(one.key, { organizationId: two.id })).status).toBe(404);
  expect((await mint(api.operator, { organizationId: two.id })).body.organizationId).toBe(two.id);
  expect((await mint(api.operator, { organizationId: 'org_none' })).status).toBe(404);
  expect((await mint(one.key, { models: ['*'] })).status).toBe(400);
  const viewer = await api.makeKey({ name: 'viewer', kind: 'management', organization: 'one', scope: 'viewer' });
  expect((await mint(viewer.key)).status).toBe(403);
});
