/** F17 and F26 for leases: what a jump of the wall clock changes (nothing), and when the lease of a silent instance ends. */
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepaid } from '../test/money/books.ts';
import { type TestDatabase, testDatabase } from '../test/postgres.ts';
import { until } from '../test/until.ts';
import { keepLeases, type LeaseKeeper, type LeaseTimes } from './lease-keeper.ts';
import { creditWallet } from './ledger/wallet.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { silentLog } from './lib/log.ts';
import type { Store } from './store/store.ts';

let database: TestDatabase;
let store: Store;
let wallet: { id: string; unit: 'usd' };
const keepers: LeaseKeeper[] = [];

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
  const organizationId = await prepaid(store, 'acme');
  wallet = { id: `wallet:${organizationId}`, unit: 'usd' };
  const credit = { organizationId, amountNanoUsd: 100n, idempotencyKey: 'first', from: 'operator' } as const;
  await creditWallet(store, credit, systemClock);
});
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.close();
  await database.close();
});

async function keep(instance: string, clock: Clock, times: Partial<LeaseTimes> = {}): Promise<LeaseKeeper> {
  const keeper = await keepLeases({
    store,
    instance,
    clock,
    log: silentLog,
    patienceMs: 0,
    ship: async () => true,
    heardInstances: () => new Set(),
    times: { ttlMs: 60_000, graceMs: 600_000, renewMs: 50, sweepMs: 50, ...times },
  });
  keepers.push(keeper);
  return keeper;
}

const hold = (keeper: LeaseKeeper, usd: number) => keeper.book.hold([wallet], { usd, tokens: 0, requests: 0 });
const leases = () => store.db.selectFrom('leases').selectAll().orderBy('id').execute();
const hour = 3_600_000;

it('holds and leases follow no wall clock, wherever it jumps', async () => {
  let jumpMs = 0;
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + jumpMs,
    monotonicMs: () => systemClock.monotonicMs(),
  };
  const keeper = await keep('a', clock);
  await hold(keeper, 40);
  for (jumpMs of [hour, -hour, 24 * hour, -24 * hour, 400 * 24 * hour]) {
    await keeper.book.renew();
    // From the same lease, in memory.
    expect(hold(keeper, 1)).not.toBeInstanceOf(Promise);
    expect(await leases()).toMatchObject([{ closed_at: null, amount_units: 100 }]);
  }
});

it('the lease of a silent instance is closed after the grace, by one that has been heard for a whole lease', async () => {
  await sql`SELECT * FROM lend(${wallet.id}, NULL, 'silent', 'b', 60, '0 seconds')`.execute(store.db);
  await sql`UPDATE leases SET expires_at = now() - interval '1 hour'`.execute(store.db);
  let monotonicMs = 0;
  const keeper = await keep('a', { nowMs: () => systemClock.nowMs(), monotonicMs: () => monotonicMs });
  // Perhaps the database was away, and the silent one is about to say that it lives.
  monotonicMs = 59_000;
  await keeper.book.renew();
  expect((await leases()).map(({ closed_at }) => closed_at)).toEqual([null]);
  monotonicMs = 61_000;
  await until('the lease to be closed', async () => (await leases())[0]?.closed_at !== null);
  await hold(keeper, 100);
});

it('a lease within its grace is nobody else’s, also when its instance is silent', async () => {
  await sql`SELECT * FROM lend(${wallet.id}, NULL, 'silent', 'b', 60, '0 seconds')`.execute(store.db);
  await sql`UPDATE leases SET expires_at = now() - interval '9 minutes'`.execute(store.db);
  let monotonicMs = 0;
  const keeper = await keep('a', { nowMs: () => systemClock.nowMs(), monotonicMs: () => monotonicMs });
  monotonicMs = 10 * hour;
  // Two looks, at least.
  const seenAt = async () => (await store.db.selectFrom('instances').selectAll().execute())[0]?.seen_at.getTime() ?? 0;
  const before = await seenAt();
  await until('signs of life', async () => (await seenAt()) > before + 200);
  expect((await leases()).map(({ closed_at }) => closed_at)).toEqual([null]);
  await expect(Promise.resolve(hold(keeper, 41))).rejects.toThrow('has less than 41');
});
