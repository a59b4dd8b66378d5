import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prepaid, settlement } from '../../../test/money/books.ts';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { postUsage } from '../../ledger/post-usage.ts';
import { verifyLedger } from '../../ledger/verify.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { createKey } from '../keys/keys.ts';
import { type BudgetRequest, createBudget, findBudget, listBudgets, removeBudget, updateBudget } from './budgets.ts';

let database: TestDatabase;
let store: Store;
let org: string;
let count = 0;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());

beforeEach(async () => {
  org = await prepaid(store, `org-${++count}`);
});

const create = (more: Partial<BudgetRequest> = {}) => {
  const request = { owner: 'organization', unit: 'tokens', window: 'total', limitUnits: 100n } as const;
  return createBudget(store.db, { ...request, organizationId: org, ...more }, systemClock);
};

const use = (more: { keyId?: string; leases?: number[]; tags?: string[] } = {}) =>
  postUsage(store.db, [settlement({ organizationId: org, chargeNanoUsd: 5n, ...more })]);

const lend = async (budget: string, need: number) => {
  const { rows } = await sql<{ lease: number; lent: number }>`
    SELECT lease, lent FROM lend(${budget}, NULL, 'i', 'b', ${need}, '1 minute')`.execute(store.db);
  return rows[0];
};

describe('a budget', () => {
  it('counts what its owner uses: organization, project, member, key or tag', async () => {
    const { id: keyId } = await createKey(
      store,
      { name: 'bot', organization: `org-${count}`, project: 'web', member: 'ann' },
      systemClock,
    );
    await create();
    await create({ owner: 'project', ownerName: 'web' });
    await create({ owner: 'member', ownerName: 'ann' });
    await create({ owner: 'member', ownerName: 'bob' });
    await create({ owner: 'key', ownerName: keyId });
    await create({ owner: 'tag', ownerName: 'ci' });
    await use({ keyId });
    await use({ tags: ['ci', 'ci', 'nightly'] });
    const budgets = await listBudgets(store.db, { organizationId: org });
    expect(budgets.map(({ owner, ownerName, spentUnits = 0n }) => [owner, ownerName, spentUnits])).toEqual([
      ['tag', 'ci', 15n],
      ['key', 'bot', 15n],
      ['member', 'bob', 0n],
      ['member', 'ann', 15n],
      ['project', 'web', 15n],
      ['organization', `org-${count}`, 30n],
    ]);
  });

  it('has a new limit at once, also below what is used', async () => {
    const { id } = await create();
    await use();
    expect(await lend(id, 50)).toMatchObject({ lent: 85 });
    expect(await updateBudget(store.db, id, { limitUnits: 10n })).toMatchObject({ limitUnits: 10n, spentUnits: 15n });
    expect(await lend(id, 1)).toMatchObject({ lent: 0 });
    await updateBudget(store.db, id, { limitUnits: 1_000n });
    expect(await lend(id, 900)).toMatchObject({ lent: 900 });
  });

  it('that is off counts nothing', async () => {
    const { id } = await create();
    await updateBudget(store.db, id, { disabled: true });
    await use();
    expect(await findBudget(store.db, id)).toMatchObject({ disabled: true });
    expect((await findBudget(store.db, id))?.spentUnits).toBeUndefined();
  });

  it('may be removed while requests hold on it; what they use later counts nowhere, and the books agree', async () => {
    const { id } = await create();
    const held = await lend(id, 10);
    await use();
    expect(await store.db.transaction().execute((db) => removeBudget(db, id))).toBe(true);
    await use({ leases: [held?.lease ?? 0] });
    await sql`SELECT give_back(${held?.lease ?? 0}, 5, false)`.execute(store.db);
    expect(await findBudget(store.db, id)).toBeUndefined();
    expect(await store.db.transaction().execute((db) => removeBudget(db, id))).toBe(false);
    expect((await verifyLedger(store)).drift).toBe(0);
  });

  it('that the configuration file declares is changed there', async () => {
    const { id } = await create();
    await store.db.updateTable('budgets').set({ source: 'file' }).where('id', '=', id).execute();
    await expect(updateBudget(store.db, id, { limitUnits: 1n })).rejects.toThrow(/configuration file/);
    await expect(removeBudget(store.db, id)).rejects.toThrow(/configuration file/);
  });

  it('switches to a route that it names, and to none otherwise', async () => {
    const { id } = await create({ action: 'switch', switchTo: 'cheap' });
    expect(await updateBudget(store.db, id, { limitUnits: 5n })).toMatchObject({ action: 'switch', switchTo: 'cheap' });
    expect((await updateBudget(store.db, id, { action: 'warn' }))?.switchTo).toBeUndefined();
    await expect(updateBudget(store.db, id, { action: 'switch' })).rejects.toThrow(/name a route/);
  });

  it.each([
    [{ limitUnits: 0n }, /0 is not a limit/],
    [{ limitUnits: 10n ** 16n }, /is not a limit/],
    [{ unit: 'euros' }, /"euros" is not a unit/],
    [{ window: 'year' }, /"year" is not a window/],
    [{ owner: 'team' }, /"team" is not an owner/],
    [{ action: 'explode' }, /"explode" is not an action/],
    [{ ownerName: 'x' }, /no other owner/],
    [{ owner: 'tag', ownerName: 'a b' }, /cannot be a tag/],
    [{ owner: 'project', ownerName: '' }, /which project/],
    [{ owner: 'key', ownerName: 'nobody' }, /no valid key/],
  ] as const)('is not made of %o', async (more, words) => {
    await expect(create(more as unknown as Partial<BudgetRequest>)).rejects.toThrow(words);
    expect(await listBudgets(store.db, { organizationId: org })).toEqual([]);
  });

  it('of another organization’s key is not made', async () => {
    await createKey(store, { name: 'theirs', organization: `another-${count}` }, systemClock);
    await expect(create({ owner: 'key', ownerName: 'theirs' })).rejects.toThrow(/no valid key/);
  });
});
