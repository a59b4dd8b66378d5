import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Limits } from '../../llm/limits.ts';
import type { Store } from '../../store/store.ts';
import { type DeclaredKey, importDeclared } from './declared.ts';
import { hashKey } from './format.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';

let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
});

afterEach(() => database.close());

const load = (keys: readonly DeclaredKey[], into = store) =>
  importDeclared(into, { organizations: [{ name: 'acme' }], keys }, systemClock, silentLog);

const version = async () =>
  (await store.db.selectFrom('settings').select('snapshot_version').executeTakeFirstOrThrow()).snapshot_version;

/** Name by literal, of the keys that work. */
async function working(literals: readonly string[]): Promise<Record<string, string>> {
  const rows = await store.db.selectFrom('keys').selectAll().where('revoked_at', 'is', null).execute();
  const found = literals.flatMap((literal) => {
    const row = rows.find(({ hash }) => hash === hashKey(literal));
    return row === undefined ? [] : [[literal, row.name] as const];
  });
  expect(rows).toHaveLength(found.length);
  return Object.fromEntries(found);
}

describe('the configuration file', () => {
  it('brings its keys and organizations', async () => {
    const expiresAtMs = Date.UTC(2040, 0, 1);
    await load([
      { name: 'ci', key: 'literal-one', organization: 'acme', models: ['main'], expiresAtMs },
      { name: 'ops', key: 'tgm-literal' },
    ]);
    expect(await listKeys(store)).toMatchObject([
      { name: 'ops', kind: 'management', organization: 'default', source: 'file' },
      { name: 'ci', kind: 'call', organization: 'acme', models: ['main'], expiresAtMs, source: 'file' },
    ]);
    expect(JSON.stringify(await store.db.selectFrom('keys').selectAll().execute())).not.toContain('literal');
  });

  it('brings budgets, follows their changes, and ends those that are gone with what they counted', async () => {
    const monthly = { unit: 'usd', limitUnits: 10_000_000_000n, window: 'month', action: 'refuse' } as const;
    const loadBudgets = (budgets: DeclaredKey['budgets']) =>
      load([{ name: 'ci', key: 'literal-one', organization: 'acme', ...(budgets && { budgets }) }]);
    const rows = () =>
      store.db.selectFrom('budgets').select(['id', 'limit_units', 'action', 'disabled']).orderBy('id').execute();
    await loadBudgets([monthly, { ...monthly, window: 'day', action: 'warn' }]);
    const [first] = await rows();
    const before = await version();
    await loadBudgets([monthly, { ...monthly, window: 'day', action: 'warn' }]);
    expect(await version()).toBe(before);
    await loadBudgets([{ ...monthly, limitUnits: 5n }]);
    expect(await rows()).toMatchObject([
      { id: first?.id, limit_units: 5, action: 'refuse', disabled: false },
      { action: 'warn', disabled: true },
    ]);
    await loadBudgets(undefined);
    expect((await rows()).map(({ disabled }) => disabled)).toEqual([true, true]);
  });

  it('changes nothing when it did not change, so that a restart makes no version', async () => {
    const limits = { requestsPerMinute: 60, tokensPerMinute: 1_000 };
    const keys = [{ name: 'ci', key: 'literal-one', models: ['main'], limits }];
    const again = () =>
      importDeclared(store, { organizations: [{ name: 'acme', limits }], keys }, systemClock, silentLog);
    await again();
    const before = await version();
    await again();
    expect(await version()).toBe(before);
  });

  it('owns the limits of what it declares: they come, change and go with it', async () => {
    const declare = (organization: object, key: object) => {
      const declared = {
        organizations: [{ name: 'acme', ...organization }],
        keys: [{ name: 'ci', key: 'literal-one', organization: 'acme', ...key }],
      };
      return importDeclared(store, declared, systemClock, silentLog);
    };
    const limits = async () => {
      const organization = await store.db.selectFrom('organizations').select('limits').executeTakeFirstOrThrow();
      return [organization.limits, (await listKeys(store))[0]?.limits];
    };
    await declare({ limits: { requestsPerMinute: 5 } }, { limits: { tokensPerMinute: 100 } });
    expect(await limits()).toEqual([{ requestsPerMinute: 5 }, { tokensPerMinute: 100 }]);
    await declare({ limits: { requestsPerMinute: 6 } }, { limits: {} });
    expect(await limits()).toEqual([{ requestsPerMinute: 6 }, undefined]);
    await declare({}, {});
    expect(await limits()).toEqual([null, undefined]);
  });

  it('puts keys into projects and limits them, and a restart changes nothing', async () => {
    const declare = async (limits?: Limits, project: string | undefined = 'search') => {
      const projects = [{ name: 'search', ...(limits && { limits }) }];
      const declared = {
        organizations: [{ name: 'acme', projects }],
        keys: [{ name: 'ci', key: 'literal-one', organization: 'acme', ...(project && { project }) }],
      };
      await importDeclared(store, declared, systemClock, silentLog);
      const row = await store.db.selectFrom('projects').selectAll().executeTakeFirstOrThrow();
      return [row.limits, (await listKeys(store))[0]?.project];
    };
    const limits = { requestsPerDay: 5, concurrentRequests: 2 };
    expect(await declare(limits)).toEqual([limits, 'search']);
    const before = await version();
    expect(await declare(limits)).toEqual([limits, 'search']);
    expect(await version()).toBe(before);
    // Gateways read the limits with the keys, so these are news to them.
    expect(await declare()).toEqual([null, 'search']);
    expect(await version()).toBeGreaterThan(before);
    expect(await declare(undefined, '')).toEqual([null, 'search']);
  });

  it('changes what it declares, and keeps the id that usage rows know', async () => {
    await load([{ name: 'ci', key: 'literal-one', models: ['main'] }]);
    const [before] = await listKeys(store);
    await load([{ name: 'ci', key: 'literal-two', organization: 'acme' }]);
    expect(await working(['literal-one', 'literal-two'])).toEqual({ 'literal-two': 'ci' });
    const [after] = await listKeys(store);
    expect(after).toMatchObject({ id: before?.id, organization: 'acme' });
    expect(after?.models).toBeUndefined();
  });

  it('leaves a key alone that it does not name any more', async () => {
    await load([
      { name: 'a', key: 'literal-a' },
      { name: 'b', key: 'literal-b' },
    ]);
    await load([{ name: 'a', key: 'literal-a' }]);
    expect(await working(['literal-a', 'literal-b'])).toEqual({ 'literal-a': 'a', 'literal-b': 'b' });
  });

  it('may swap, move and rename literals', async () => {
    const [one, two, three] = ['literal-one', 'literal-two', 'literal-three'];
    const declare = (names: Record<string, string>) =>
      load(Object.entries(names).map(([name, key]) => ({ name, key })));
    await declare({ a: one, b: two });
    await declare({ a: two, b: one });
    expect(await working([one, two])).toEqual({ [one]: 'b', [two]: 'a' });
    await declare({ a: one });
    expect(await working([one])).toEqual({ [one]: 'a' });
    await declare({ c: one });
    expect(await working([one])).toEqual({ [one]: 'c' });
    await declare({ c: three, a: one });
    expect(await working([one, three])).toEqual({ [one]: 'a', [three]: 'c' });
  });

  it('takes over a key that was created before', async () => {
    const { key, id } = await createKey(store, { name: 'made' }, systemClock);
    await load([{ name: 'ci', key }]);
    expect(await listKeys(store)).toMatchObject([{ id, name: 'ci', source: 'file' }]);
  });

  it('does not bring back a revoked key, but takes a new literal for its name', async () => {
    await load([{ name: 'ci', key: 'literal-one' }]);
    await revokeKey(store, 'ci', systemClock);
    await load([{ name: 'ci', key: 'literal-one' }]);
    expect(await working([])).toEqual({});
    await load([{ name: 'ci', key: 'literal-two' }]);
    expect(await working(['literal-two'])).toEqual({ 'literal-two': 'ci' });
  });

  it('is read by replicas that start at the same time', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => database.open()));
    const keys = Array.from({ length: 5 }, (_, i) => ({ name: `k${i}`, key: `literal-${i}`, organization: 'acme' }));
    await Promise.all(stores.map((replica) => load(keys, replica)));
    expect(await listKeys(store)).toHaveLength(5);
  });
});
