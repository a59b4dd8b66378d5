/** Keys as people work with them: found, tagged, paused and resumed; and projects of their own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { hashKey } from './format.ts';

let api: TestApi;
let acme: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
});

afterAll(() => api.close());

const ask = (what: string, body?: object) => api.ask(what, { key: acme.key, ...(body && { body }) });
const names = async (query: string) =>
  (await ask(`GET /keys?kind=call&${query}`)).body.data.map(({ name }: { name: string }) => name);

describe('a key', () => {
  it('is paused and resumed, and valid only while it is not paused', async () => {
    const { body: made } = await ask('POST /keys', { name: 'night' });
    const known = () => api.snapshot.current.keys.has(hashKey(made.key));
    expect(known()).toBe(true);
    const paused = await ask(`POST /keys/${made.id}/pause`);
    expect([paused.status, typeof paused.body.pausedAt]).toEqual([200, 'string']);
    expect(known()).toBe(false);
    expect((await ask(`POST /keys/${made.id}/pause`)).body.pausedAt).toBe(paused.body.pausedAt);
    expect((await ask(`POST /keys/${made.id}/resume`)).body.pausedAt).toBeNull();
    expect(known()).toBe(true);
    await ask(`POST /keys/${made.id}/revoke`);
    expect((await ask(`POST /keys/${made.id}/resume`)).status).toBe(409);
  });

  it('carries tags into the snapshot, which a change replaces', async () => {
    const { body: made } = await ask('POST /keys', { name: 'tagged', tags: ['team:web', 'ci'] });
    expect(made.tags).toEqual(['team:web', 'ci']);
    expect(api.snapshot.current.keys.get(hashKey(made.key))?.tags).toEqual(['team:web', 'ci']);
    expect((await ask(`PATCH /keys/${made.id}`, { tags: null })).body.tags).toEqual([]);
    expect((await ask('POST /keys', { name: 'x', tags: ['a,b'] })).status).toBe(400);
    expect((await ask('POST /keys', { name: 'x', tags: Array.from({ length: 11 }, (_, i) => `t${i}`) })).status).toBe(
      400,
    );
  });

  it('says how much it is used', async () => {
    const { body: made } = await ask('POST /keys', { name: 'quiet' });
    expect((await ask(`GET /keys/${made.id}/activity`)).body).toEqual({
      lastUsedAt: null,
      requests: 0,
      requestsPerMinute: 0,
    });
  });
});

describe('keys', () => {
  it('are found by name, beginning, state and project, and sorted by name in pages', async () => {
    const tenant = await api.tenant('sorted');
    const own = (what: string, body?: object) => api.ask(what, { key: tenant.key, ...(body && { body }) });
    for (const name of ['b', 'a', 'c', 'a%']) await own('POST /keys', { name, project: name === 'c' ? 'site' : 'app' });
    const list = async (query: string) => (await own(`GET /keys?kind=call&${query}`)).body;
    const shown = async (query: string) => (await list(query)).data.map(({ name }: { name: string }) => name);
    expect(await shown('sort=name')).toEqual(['a', 'a%', 'b', 'c']);
    expect(await shown('sort=-name')).toEqual(['c', 'b', 'a%', 'a']);
    expect(await shown('sort=createdAt')).toEqual(['b', 'a', 'c', 'a%']);
    expect(await shown('search=a%25')).toEqual(['a%']);
    const first = await list('sort=name&limit=2');
    expect(
      (await list(`sort=name&limit=2&after=${first.next}`)).data.map(({ name }: { name: string }) => name),
    ).toEqual(['b', 'c']);
    expect((await own('GET /keys?sort=name&after=nonsense')).status).toBe(400);
    const [project] = (await own('GET /projects')).body.data.filter(({ name }: { name: string }) => name === 'site');
    expect(await shown(`projectId=${project.id}`)).toEqual(['c']);
    const { data } = await list('sort=name');
    await own(`POST /keys/${data[0].id}/pause`);
    await own(`POST /keys/${data[1].id}/revoke`);
    expect(await shown('state=paused')).toEqual(['a']);
    expect(await shown('state=revoked')).toEqual(['a%']);
    expect(await shown('state=active&sort=name')).toEqual(['b', 'c']);
    expect(await shown('state=expired')).toEqual([]);
  });

  it('of another are not found by any filter', async () => {
    expect(await names('search=b')).not.toContain('b');
  });
});

describe('a role', () => {
  it('makes, rotates, pauses and revokes no key above itself', async () => {
    const developer = await api.makeKey({ name: 'dev', kind: 'management', scope: 'developer', organization: 'acme' });
    const by = (what: string, body?: object) => api.ask(what, { key: developer.key, ...(body && { body }) });
    for (const scope of ['operator', 'organization', 'owner', 'admin', 'billing']) {
      expect((await by('POST /keys', { name: 'x', kind: 'management', scope })).status, scope).toBe(403);
    }
    const own = await by('POST /keys', { name: 'x', kind: 'management' });
    expect([own.status, own.body.scopes]).toEqual([201, ['developer']]);
    const owners = (await ask('POST /keys', { name: 'boss', kind: 'management', scope: 'owner' })).body.id;
    expect((await by(`POST /keys/${owners}/rotate`, { overlapSeconds: 0 })).status).toBe(403);
    for (const verb of ['pause', 'resume', 'revoke'])
      expect((await by(`POST /keys/${owners}/${verb}`)).status).toBe(403);
    expect((await by(`PATCH /keys/${owners}`, { name: 'mine' })).status).toBe(403);
  });
});

describe('a project', () => {
  it('is made, renamed and limited; a second of its name is refused', async () => {
    const made = await ask('POST /projects', { name: 'web', limits: { requestsPerMinute: 5 } });
    expect([made.status, made.body.organizationId]).toEqual([201, acme.id]);
    expect((await ask('POST /projects', { name: 'web' })).status).toBe(409);
    const renamed = await ask(`PATCH /projects/${made.body.id}`, { name: 'site' });
    expect(renamed.body).toMatchObject({ name: 'site', limits: { requestsPerMinute: 5 } });
    const other = await api.tenant('other-projects');
    expect(
      (await api.ask('POST /projects', { key: other.key, body: { name: 'x', organizationId: acme.id } })).status,
    ).toBe(404);
    expect((await api.ask(`GET /projects?organizationId=${acme.id}`, { key: other.key })).status).toBe(404);
  });
});
