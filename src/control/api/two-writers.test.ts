/** Two who change the same thing at once: one after the other, and each told what the one before left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { testNaming } from '../../../test/api/naming.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkMatch, etagOf, matchesEtag } from './etag.ts';

let api: TestApi;
let acme: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
});

afterAll(() => api.close());

const writers = 8;
const all = <T>(work: (i: number) => Promise<T>) => Promise.all(Array.from({ length: writers }, (_, i) => work(i)));
const makeKey = async () => (await api.ask('POST /keys', { key: acme.key, body: { name: 'start' } })).body.id as string;
const entriesOf = async (id: string) =>
  (await api.ask(`GET /audit?resourceId=${id}&limit=200`, { key: acme.key })).body.data as {
    action: string;
    before: { name: string; revokedAt: string | null };
    after: { name: string };
  }[];

describe('writers at once', () => {
  it('with the same If-Match: one changes it, all others are refused', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await makeKey();
      const etag = String((await api.ask(`GET /keys/${id}`, { key: acme.key })).headers.etag);
      const answers = await all((i) =>
        api.ask(`PATCH /keys/${id}`, { key: acme.key, body: { name: `of ${i}` }, headers: { 'if-match': etag } }),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(writers - 1).fill(412)]);
      const [winner] = answers.filter(({ status }) => status === 200);
      expect((await api.ask(`GET /keys/${id}`, { key: acme.key })).body.name).toBe(winner?.body.name);
    }
  });

  it('are told different things of before: the log is a chain', async () => {
    const id = await makeKey();
    await all((i) => api.ask(`PATCH /keys/${id}`, { key: acme.key, body: { name: `of ${i}` } }));
    const changes = (await entriesOf(id)).filter(({ action }) => action.startsWith('PATCH'));
    const next = new Map(changes.map(({ before, after }) => [before.name, after.name]));
    expect(next.size).toBe(writers);
    const chain = ['start'];
    for (let name = next.get('start'); name !== undefined; name = next.get(name)) chain.push(name);
    expect(chain).toHaveLength(writers + 1);
  });

  it('revoke it once: all others find it revoked', async () => {
    const id = await makeKey();
    const answers = await all(() => api.ask(`POST /keys/${id}/revoke`, { key: acme.key }));
    expect(new Set(answers.map(({ body }) => body.revokedAt)).size).toBe(1);
    const before = (await entriesOf(id)).filter(({ action }) => action.endsWith('/revoke')).map((each) => each.before);
    expect(before.filter(({ revokedAt }) => revokedAt === null)).toHaveLength(1);
  });
});

describe('an entity tag', () => {
  it('matches although traffic changed what is shown, and tells that it did', () => {
    const before = { name: 'monthly', spent: '1.00', health: null };
    const after = { ...before, spent: '2.00', health: { state: 'ok' } };
    expect(() => checkMatch(etagOf(before), true, after)).not.toThrow();
    expect(() => checkMatch(etagOf(before), true, { ...after, name: 'weekly' })).toThrow('changed since it was read');
    expect(matchesEtag(etagOf(before), etagOf(after))).toBe(false);
  });

  it('is another one after each change, also of a secret in the same millisecond', async () => {
    const clock = { ...systemClock, nowMs: () => Date.parse('2027-01-01T00:00:00Z') };
    const own = await testApi({ clock, naming: await testNaming() });
    try {
      const provider = { name: 'mine', vendor: 'openai', apiKey: 'sk-of-the-first-0123456789' };
      expect(await own.ask('POST /providers', { body: provider })).toMatchObject({ status: 201 });
      const read = async () => own.ask('GET /providers/mine');
      const first = await read();
      const [{ id }] = first.body.credentials;
      const path = `/providers/mine/credentials/${id}`;
      // Of the same length and end: nothing but the version tells them apart.
      await own.ask(`PATCH ${path}`, { body: { apiKey: 'sk-of-the-other-0123456789' } });
      expect((await read()).body.updatedAt).toBe(first.body.updatedAt);
      const headers = { 'if-match': String(first.headers.etag) };
      expect((await own.ask('PATCH /providers/mine', { body: { enabled: false }, headers })).status).toBe(412);
      const now = { 'if-match': String((await read()).headers.etag) };
      expect((await own.ask('PATCH /providers/mine', { body: { enabled: false }, headers: now })).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});
