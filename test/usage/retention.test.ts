/** Months of usage go as a whole, and nothing that was charged is touched. */
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endOldUsage } from '../../src/control/usage/tasks.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import { silentLog } from '../../src/lib/log.ts';
import { askForRebuild, daysToRebuild, rebuildDay } from '../../src/store/roll-ups/rebuild.ts';
import { rollUsage } from '../../src/store/roll-ups/roll.ts';
import type { Store } from '../../src/store/store.ts';
import { makeUsagePartitions } from '../../src/store/usage-partitions.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { settlementOf } from './settlements.ts';

let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterEach(() => database.close());

const dayMs = 86_400_000;
const nowMs = systemClock.nowMs();
const ago = (days: number) => nowMs - days * dayMs;
const old = (days: number, charge: bigint, more: object = {}) =>
  settlementOf({ startedAtMs: ago(days), requestId: newId('req', ago(days)), charge, ...more });

const count = async (text: string) => {
  const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.raw(text)}`.execute(store.db);
  return rows[0]?.n;
};

const end = (usageDays?: number) =>
  endOldUsage({ store, clock: systemClock, log: silentLog, retention: { usageDays, minutesDays: 3 } });

it('drops months that are old enough, keeps the ledger and its sums, and the books still agree', async () => {
  await postUsage(store.db, [old(200, 5n, { endUser: 'ann' }), old(130, 7n), old(1, 11n)]);
  while (await rollUsage(store.db));
  await makeUsagePartitions(store.db);
  expect(await count('usage_default')).toBe(0);
  await end(90);
  expect(await count('usage')).toBe(1);
  expect(await count('transfers')).toBe(3);
  const { rows } = await sql<{ charge_usd: bigint }>`
    SELECT sum(charge_nano_usd)::bigint AS charge_usd FROM usage_days WHERE cube = 'house'`.execute(store.db);
  expect(rows[0]?.charge_usd).toBe(23n);
  expect(await count(`usage_days WHERE cube = 'end-user'`)).toBe(0);
  expect((await verifyLedger({ db: store.db })).findings).toEqual([]);
});

it('does not make the sums of a month anew whose rows are gone', async () => {
  await postUsage(store.db, [old(130, 7n)]);
  while (await rollUsage(store.db));
  await makeUsagePartitions(store.db);
  await askForRebuild(store.db, 0, nowMs);
  await end(90);
  const [day = 0] = await daysToRebuild(store.db, 10);
  expect(await rebuildDay(store.db, day)).toBe(true);
  expect(await count('usage_days')).toBeGreaterThan(0);
  expect(await daysToRebuild(store.db, 10)).toEqual([]);
});

it('keeps everything where no end is said, but for the minutes', async () => {
  await postUsage(store.db, [old(1_000, 1n), old(1, 1n)]);
  while (await rollUsage(store.db));
  await end();
  expect(await count('usage')).toBe(2);
  expect(await count(`usage_minutes WHERE cube = 'house'`)).toBe(1);
  expect(await count(`usage_hours WHERE cube = 'house'`)).toBe(2);
});

it('still finds a usage row that is missing although its month is kept', async () => {
  await postUsage(store.db, [old(200, 5n), old(1, 7n)]);
  await makeUsagePartitions(store.db);
  await end(90);
  await sql`DELETE FROM usage`.execute(store.db);
  const { findings } = await verifyLedger({ db: store.db });
  expect(findings.map(({ rule }) => rule)).toEqual(['I4']);
});

it('makes a partition for each month to come, once, at however many instances', async () => {
  const other = await database.open();
  await Promise.all([makeUsagePartitions(store.db), makeUsagePartitions(other.db)]);
  expect(await count('usage_partitions')).toBe(4);
});
