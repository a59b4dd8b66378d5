import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { openLiveSnapshot } from '../../snapshot/live.ts';
import { importDeclared } from './declared.ts';
import { hashKey } from './format.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});

afterAll(() => api.close());

const create = async (body: object, key?: string) =>
  (await api.ask('POST /keys', { body, ...(key !== undefined && { key }) })).body;

/** Whether a gateway takes this text, and under which id. */
async function known(text: string): Promise<{ id: string; expiresAtMs?: number } | undefined> {
  const names = { credentials: [], catalog: { models: [], find: () => undefined }, routes: [] };
  const timeouts = { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 };
  const live = await openLiveSnapshot({ store: api.store, names: { ...names, timeouts }, log: silentLog });
  await live.close();
  return live.current.keys.get(hashKey(text));
}

describe('creating a key', () => {
  it('shows it once, with what was asked for', async () => {
    const asked = {
      models: ['openai/*'],
      limits: { tokensPerMinute: 10 },
      expiresAt: '2100-01-01T00:00:00.000Z',
      project: 'site',
      member: 'ada',
    };
    const made = await create({ name: 'ci', organizationId: acme.id, ...asked });
    expect(made).toMatchObject({ name: 'ci', kind: 'call', scopes: null, organizationId: acme.id, ...asked });
    expect(made.key).toMatch(/^tg-/);
    const { key, ...rest } = made;
    const read = await api.ask(`GET /keys/${made.id}`);
    expect(read.body).toEqual(rest);
    expect(read.text).not.toContain(key.slice(0, 12));
    expect(await known(key)).toMatchObject({ id: made.id });
  });

  it('makes one that is valid here at once', async () => {
    const made = await create({ name: 'manager', kind: 'management' }, acme.key);
    expect(made).toMatchObject({ kind: 'management', scopes: ['organization'], organizationId: acme.id });
    expect((await api.ask('GET /keys', { key: made.key })).status).toBe(200);
  });

  it('for another organization, or for an operator, is not for an organization key', async () => {
    const ask = (body: object) => api.ask('POST /keys', { key: acme.key, body: { name: 'x', ...body } });
    expect((await ask({ organizationId: other.id })).status).toBe(404);
    expect((await ask({ organizationId: 'org_none' })).status).toBe(404);
    expect((await ask({ kind: 'management', scope: 'operator' })).status).toBe(403);
  });

  it('names the field that is wrong, and the rule', async () => {
    const wrong = async (body: object) => {
      const { status, body: answer } = await api.ask('POST /keys', { body });
      expect([status, answer.error.code]).toEqual([400, 'invalid_request']);
      expect(answer.error.remedy).toMatch(/./);
      return answer.error.path;
    };
    expect(await wrong({})).toBe('name');
    expect(await wrong({ name: 'x', nmae: 'y' })).toBe('nmae');
    expect(await wrong({ name: 'x', limits: { requestsPerMinute: 0 } })).toBe('limits.requestsPerMinute');
    expect(await wrong({ name: 'x', models: ['a', 7] })).toBe('models[1]');
    expect(await wrong({ name: 'x', expiresAt: 'tomorrow' })).toBe('expiresAt');
    expect(await wrong({ name: 'a\0b' })).toBe('name');
    expect((await api.ask('POST /keys', { body: { name: 'x', expiresAt: '2001-01-01T00:00:00Z' } })).status).toBe(400);
    expect((await api.ask('POST /keys', { body: { name: 'x', scope: 'operator' } })).status).toBe(400);
  });
});

describe('a key', () => {
  it('of another organization is not there, whatever is asked of it', async () => {
    const { id } = await create({ name: 'theirs', organizationId: other.id });
    const before = (await api.ask(`GET /keys/${id}`)).body;
    const asked: [string, object?][] = [
      ['GET ', undefined],
      ['PATCH ', { name: 'mine' }],
      ['POST /rotate', { overlapSeconds: 0 }],
      ['POST /revoke', undefined],
    ];
    for (const [what, body] of asked) {
      const [method, tail = ''] = what.split(' ');
      const strange = await api.ask(`${method} /keys/${id}${tail}`, { key: acme.key, body });
      const missing = await api.ask(`${method} /keys/key_none${tail}`, { key: acme.key, body });
      expect([strange.status, missing.status]).toEqual([404, 404]);
      expect(strange.text.replaceAll(id, 'key_none').replace(/req_\w+/, '')).toBe(missing.text.replace(/req_\w+/, ''));
    }
    expect((await api.ask(`GET /keys/${id}`)).body).toEqual(before);
    const { data } = (await api.ask('GET /keys', { key: acme.key })).body;
    expect(data.filter(({ organizationId }: { organizationId: string }) => organizationId !== acme.id)).toEqual([]);
    expect((await api.ask(`GET /keys?organizationId=${other.id}`, { key: acme.key })).status).toBe(404);
  });

  it('of an operator cannot be changed, and so not taken over, by an organization key beside it', async () => {
    const operator = await create({ name: 'boss', kind: 'management', scope: 'operator' });
    const beside = await create({ name: 'clerk', kind: 'management' });
    const ask = (what: string, body?: object) => api.ask(what, { key: beside.key, body });
    expect((await ask(`POST /keys/${operator.id}/rotate`, { overlapSeconds: 0 })).status).toBe(403);
    expect((await ask(`PATCH /keys/${operator.id}`, { name: 'x' })).status).toBe(403);
    expect((await ask(`POST /keys/${operator.id}/revoke`)).status).toBe(403);
    expect((await api.ask('GET /keys', { key: operator.key })).status).toBe(200);
  });

  it('is changed by what is sent alone; null takes away', async () => {
    const made = await create({ name: 'a', models: ['main'], limits: { requestsPerMinute: 1 } });
    const patch = async (body: object) => (await api.ask(`PATCH /keys/${made.id}`, { body })).body;
    const { key: _, ...info } = made;
    expect(await patch({})).toEqual(info);
    expect(await patch({ name: 'b', expiresAt: '2100-01-01T00:00:00Z' })).toEqual({
      ...info,
      name: 'b',
      expiresAt: '2100-01-01T00:00:00.000Z',
    });
    expect(await patch({ models: null, limits: null, expiresAt: null })).toEqual({
      ...info,
      name: 'b',
      models: null,
      limits: null,
    });
    expect((await api.ask(`PATCH /keys/${made.id}`, { body: { id: 'key_x', kind: 'management' } })).status).toBe(400);
  });

  it('gets a new text by rotation; the old one is the same key until the overlap ends', async () => {
    const made = await create({ name: 'rotating' });
    const { body: rotated } = await api.ask(`POST /keys/${made.id}/rotate`, { body: { overlapSeconds: 3600 } });
    expect(rotated.id).toBe(made.id);
    expect(rotated.key).not.toBe(made.key);
    const until = Date.parse(rotated.previousUntil);
    expect(await known(rotated.key)).toMatchObject({ id: made.id });
    expect((await known(rotated.key))?.expiresAtMs).toBeUndefined();
    expect(await known(made.key)).toMatchObject({ id: made.id, expiresAtMs: until });
    const { body: again } = await api.ask(`POST /keys/${made.id}/rotate`, { body: { overlapSeconds: 0 } });
    expect([await known(made.key), await known(rotated.key)]).toEqual([undefined, undefined]);
    expect([again.previousUntil, await known(again.key)]).toMatchObject([null, { id: made.id }]);
  });

  it('that is a management key rotates itself without a gap', async () => {
    const made = await create({ name: 'self', kind: 'management' }, acme.key);
    const { body } = await api.ask(`POST /keys/${made.id}/rotate`, { key: made.key, body: { overlapSeconds: 60 } });
    expect((await api.ask('GET /keys', { key: made.key })).status).toBe(200);
    expect((await api.ask('GET /keys', { key: body.key })).status).toBe(200);
  });

  it('that is revoked is refused at once, by both its texts, and stays as it is', async () => {
    const made = await create({ name: 'leaked' });
    const { body: rotated } = await api.ask(`POST /keys/${made.id}/rotate`, { body: { overlapSeconds: 3600 } });
    const first = await api.ask(`POST /keys/${made.id}/revoke`);
    expect(first.body.revokedAt).not.toBeNull();
    expect((await api.ask(`POST /keys/${made.id}/revoke`)).body).toEqual(first.body);
    expect([await known(made.key), await known(rotated.key)]).toEqual([undefined, undefined]);
    expect((await api.ask(`PATCH /keys/${made.id}`, { body: { name: 'x' } })).status).toBe(409);
    const listed = async (query: string) =>
      (await api.ask(`GET /keys${query}`)).body.data.some(({ id }: { id: string }) => id === made.id);
    expect([await listed('?limit=200'), await listed('?limit=200&includeRevoked=true')]).toEqual([false, true]);
  });

  it('that the configuration file declares is changed there alone', async () => {
    await importDeclared(
      api.store,
      { organizations: [], keys: [{ name: 'filed', key: 'tg-of-the-file-0123456789' }] },
      systemClock,
      silentLog,
    );
    const { data } = (await api.ask('GET /keys?limit=200')).body;
    const { id } = data.find(({ name }: { name: string }) => name === 'filed');
    expect((await api.ask(`PATCH /keys/${id}`, { body: { name: 'x' } })).status).toBe(409);
    expect((await api.ask(`POST /keys/${id}/rotate`, { body: { overlapSeconds: 0 } })).status).toBe(409);
  });
});

describe('listing keys', () => {
  it('goes through all of them in pages, without a gap or a double', async () => {
    for (const name of ['p1', 'p2', 'p3']) await create({ name }, other.key);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { data, next } = (await api.ask(`GET /keys?limit=2${after}`, { key: other.key })).body;
      seen.push(...data.map(({ id }: { id: string }) => id));
      if (next === null) break;
      after = `&after=${next}`;
    }
    const whole = (await api.ask('GET /keys?limit=200', { key: other.key })).body.data;
    expect(seen).toEqual(whole.map(({ id }: { id: string }) => id));
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'after=', 'includeRevoked=1', 'unknown=1'])(
    'is refused for %s',
    async (query) => {
      expect((await api.ask(`GET /keys?${query}`)).status).toBe(400);
    },
  );
});
