import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { hashKey } from './format.ts';
import { createKey, type KeyRequest, listKeys, revokeKey } from './keys.ts';

let database: TestDatabase;
let store: Store;
const clock = { nowMs: () => Date.UTC(2030, 0, 1), monotonicMs: () => 0 };

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
});

afterEach(() => database.close());

const create = (request: KeyRequest) => createKey(store, request, clock);

describe('creating a key', () => {
  it('shows it once; the database has its hash alone', async () => {
    const { key, id } = await create({ name: 'ci' });
    const rows = await store.db.selectFrom('keys').selectAll().execute();
    expect(rows).toMatchObject([{ id, hash: hashKey(key), prefix: key.slice(0, 8) }]);
    expect(JSON.stringify(rows)).not.toContain(key.slice(0, 12));
    expect(JSON.stringify(await listKeys(store))).not.toContain(key.slice(0, 12));
  });

  it('keeps what was asked for', async () => {
    const expiresAtMs = clock.nowMs() + 1_000;
    const models = ['openai/*', 'main'];
    const limits = { requestsPerMinute: 60, tokensPerMinute: 1_000_000_000 };
    const asked = { kind: 'management', organization: 'acme', models, limits, expiresAtMs } as const;
    const made = await create({ name: ' ops ', ...asked });
    expect(made.key).toMatch(/^tgm-/);
    expect(made).toMatchObject({ name: 'ops', ...asked });
    const { key: _, ...info } = made;
    expect(await listKeys(store)).toEqual([info]);
  });

  it('makes the organization on demand, once, also for two at the same time', async () => {
    await Promise.all([create({ name: 'a', organization: 'acme' }), create({ name: 'b', organization: 'acme' })]);
    await create({ name: 'c' });
    const organizations = await store.db.selectFrom('organizations').select('name').orderBy('name').execute();
    expect(organizations).toEqual([{ name: 'acme' }, { name: 'default' }]);
  });

  it.each<KeyRequest>([
    { name: '' },
    { name: '   ' },
    { name: 'x'.repeat(101) },
    { name: 'a\nb' },
    { name: 'a\0b' },
    { name: 'a\u202eb' },
    { name: 'a', organization: '' },
    { name: 'a', models: [''] },
    { name: 'a', models: ['open ai'] },
    { name: 'a', models: Array.from({ length: 201 }, () => 'm') },
    { name: 'a', limits: { requestsPerMinute: 0 } },
    { name: 'a', limits: { tokensPerMinute: 1.5 } },
    { name: 'a', limits: { tokensPerMinute: 1_000_000_001 } },
    { name: 'a', expiresAtMs: Date.UTC(2029, 0, 1) },
    { name: 'a', expiresAtMs: Number.NaN },
    { name: 'a', expiresAtMs: 1e18 },
  ])('is refused for %j, and leaves nothing behind', async (request) => {
    await expect(create(request)).rejects.toThrow(Refusal);
    expect(await store.db.selectFrom('keys').selectAll().execute()).toEqual([]);
    expect(await store.db.selectFrom('organizations').selectAll().execute()).toEqual([]);
  });

  it('takes any other text for a name', async () => {
    for (const name of [`'; DROP TABLE keys; --`, '%_\\', 'ключ 🔑', '<script>', '$1']) {
      expect((await create({ name })).name).toBe(name);
    }
  });
});

describe('listing keys', () => {
  it('shows the newest first, in pages, of one organization if asked, without revoked ones', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const [i, name] of names.entries()) {
      const at = { ...clock, nowMs: () => clock.nowMs() + i };
      await createKey(store, { name, organization: i % 2 ? 'odd' : 'even' }, at);
    }
    const list = async (filter?: Parameters<typeof listKeys>[1]) =>
      (await listKeys(store, filter)).map(({ name }) => name);
    expect(await list()).toEqual(['d', 'c', 'b', 'a']);
    expect(await list({ organization: 'odd' })).toEqual(['d', 'b']);
    const [first, second] = await listKeys(store, { limit: 2 });
    expect(first?.name).toBe('d');
    expect(await list({ after: second?.id ?? '' })).toEqual(['b', 'a']);
    await revokeKey(store, 'b', clock);
    expect(await list()).toEqual(['d', 'c', 'a']);
    expect(await list({ includeRevoked: true })).toEqual(['d', 'c', 'b', 'a']);
  });
});

describe('revoking a key', () => {
  it('works by id, by name, and by the key itself, which a finder of a leaked key has', async () => {
    const [a, b, c] = [await create({ name: 'a' }), await create({ name: 'b' }), await create({ name: 'c' })];
    for (const [which, id] of [
      [a.id, a.id],
      ['b', b.id],
      [c.key, c.id],
    ] as const) {
      expect(await revokeKey(store, which, clock)).toMatchObject({ revoked: { id, revokedAtMs: clock.nowMs() } });
    }
    expect(await listKeys(store)).toEqual([]);
  });

  it('does not guess: an unknown name is missing, one of two keys is ambiguous', async () => {
    expect(await revokeKey(store, 'nobody', clock)).toEqual({ missing: true });
    const [first, second] = [await create({ name: 'twin' }), await create({ name: 'twin' })];
    const result = await revokeKey(store, 'twin', clock);
    expect('ambiguous' in result && result.ambiguous.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
    expect(await listKeys(store)).toHaveLength(2);
    await revokeKey(store, first.id, clock);
    expect(await revokeKey(store, 'twin', clock)).toMatchObject({ revoked: { id: second.id } });
  });

  it('again keeps the first time', async () => {
    const { id } = await create({ name: 'a' });
    await revokeKey(store, id, clock);
    expect(await revokeKey(store, id, systemClock)).toMatchObject({ revoked: { revokedAtMs: clock.nowMs() } });
  });
});
