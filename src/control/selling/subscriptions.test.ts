import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dollar } from '../../../test/money/books.ts';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { verifyLedger } from '../../ledger/verify.ts';
import { creditWallet, walletOf } from '../../ledger/wallet.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { importDeclared } from '../keys/declared.ts';
import { updateBilling } from '../organizations/billing.ts';
import { ensureOrganization } from '../organizations.ts';
import { expireCredit } from './expiry.ts';
import { createPlan, findPlan, listPlans, type PlanTerms } from './plans.ts';
import { graceDefaults, rollSubscriptions } from './roll.ts';
import { cancelPlan, changePlan, listSubscriptions, previewChange, startPlan } from './subscriptions.ts';
import { sellingTasks } from './tasks.ts';

let database: TestDatabase;
let store: Store;
let acme: string;

/** A month that is past, so that its credit has expired for the database too. */
const start = Date.UTC(2026, 0, 31, 10, 30);
const dayMs = 86_400_000;
const at = (days: number) => start + days * dayMs;

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
  acme = await ensureOrganization(store.db, 'acme', systemClock);
});

afterEach(async () => {
  const { findings } = await verifyLedger(store);
  expect(findings).toEqual([]);
  await database.close();
});

const inside = <T>(work: (db: Store['db']) => Promise<T>) => store.db.transaction().execute(work);
let tops = 0;
const topUp = (dollars: bigint) => {
  const idempotencyKey = `top:${tops++}`;
  const credit = { organizationId: acme, amountNanoUsd: dollars * dollar, idempotencyKey, from: 'operator' as const };
  return creditWallet(store, credit, systemClock);
};
const subscribe = (plan: string, atMs = start) =>
  inside((db) => startPlan(db, { organizationId: acme, plan }, systemClock, atMs));
const change = (plan: string, atMs: number) => inside((db) => changePlan(db, acme, plan, { atMs }, systemClock));
const cancel = (when: 'now' | 'period-end', atMs: number) =>
  inside((db) => cancelPlan(db, acme, when, systemClock, atMs));
const grace = (graceDays: number, afterGrace: 'free' | 'stop') => ({ graceDays, afterGrace });
const roll = (atMs: number, settings = graceDefaults) =>
  rollSubscriptions({ store, clock: systemClock, log: silentLog, grace: settings }, atMs);
const newest = async () => (await listSubscriptions(store.db, { organizationId: acme, limit: 1 }))[0];

/** Paid money and credit, in nano-dollars. */
async function money() {
  const wallet = await walletOf(store.db, acme);
  return [wallet?.paidNanoUsd, wallet?.creditNanoUsd];
}

async function organization() {
  const row = await store.db.selectFrom('organizations').selectAll().where('id', '=', acme).executeTakeFirstOrThrow();
  return { billing: row.billing, spends: row.spends, plan: row.plan?.name ?? null };
}

const grantsEver = async () => (await store.db.selectFrom('grants').select('id').execute()).length;
const day = (ms: number | undefined) => new Date(ms ?? 0).toISOString().slice(0, 10);

describe('plans', () => {
  it('four are there from the start', async () => {
    const shown = (await listPlans(store.db)).map((plan) => [plan.name, plan.monthlyNanoUsd / dollar, plan.overage]);
    expect(shown).toEqual([
      ['Free', 0n, 'stop'],
      ['Starter', 9n, 'stop'],
      ['Plus', 29n, 'wallet'],
      ['Pro', 99n, 'wallet'],
    ]);
  });

  it('never change: another price is another plan, and who has the old one keeps it', async () => {
    const terms: PlanTerms = { name: 'Plus', monthlyNanoUsd: 39n * dollar, allowanceNanoUsd: 0n, overage: 'invoice' };
    await topUp(100n);
    await subscribe('plus');
    const made = await inside((db) => createPlan(db, terms, systemClock));
    expect(await inside((db) => createPlan(db, terms, systemClock))).toEqual(made);
    expect((await findPlan(store.db, 'PLUS'))?.id).toBe(made.id);
    await roll(at(30));
    expect(await newest()).toMatchObject({ planId: 'plan_plus', status: 'active' });
    expect(await money()).toEqual([42n * dollar, 54n * dollar]);
    const edit = store.db.updateTable('plans').set({ monthly_nano_usd: 1n });
    await expect(edit.execute()).rejects.toThrow('append-only');
  });

  it.each<[string, Partial<PlanTerms>]>([
    ['a part of a cent', { monthlyNanoUsd: 1n }],
    ['less than nothing', { monthlyNanoUsd: -dollar }],
    ['a negative allowance', { allowanceNanoUsd: -1n }],
    ['no name', { name: ' ' }],
    ['limits that are none', { limits: { requestsPerMinute: 0 } }],
  ])('refuse %s', async (_, terms) => {
    const plan: PlanTerms = { name: 'X', monthlyNanoUsd: 0n, allowanceNanoUsd: 0n, overage: 'stop', ...terms };
    await expect(inside((db) => createPlan(db, plan, systemClock))).rejects.toMatchObject({ name: 'Refusal' });
  });
});

describe('a subscription', () => {
  it('pays its month from the wallet and gets its allowance, once', async () => {
    await topUp(50n);
    expect(await subscribe('Plus')).toMatchObject({ planId: 'plan_plus', status: 'active', pays: 'wallet' });
    expect(await money()).toEqual([21n * dollar, 27n * dollar]);
    expect(await organization()).toEqual({ billing: 'plan', spends: 'wallet', plan: 'Plus' });
    await expect(subscribe('Pro')).rejects.toThrow('has a plan already');
  });

  it('is not begun when the wallet has too little, and leaves nothing behind', async () => {
    await topUp(28n);
    await expect(subscribe('Plus')).rejects.toMatchObject({ name: 'LedgerRefusal', reason: 'insufficient' });
    expect(await money()).toEqual([28n * dollar, 0n]);
    expect(await newest()).toBeUndefined();
    expect(await organization()).toEqual({ billing: 'metered', spends: 'metered', plan: null });
  });

  it('can go onto the bill instead', async () => {
    await inside((db) => startPlan(db, { organizationId: acme, plan: 'Pro', pays: 'invoice' }, systemClock, start));
    expect(await walletOf(store.db, acme)).toMatchObject({ meteredNanoUsd: 99n * dollar, creditNanoUsd: 95n * dollar });
  });

  it('keeps its organization from being told another way to pay, by hand or by file', async () => {
    await subscribe('Free');
    await expect(updateBilling(store.db, acme, { billing: 'metered' })).rejects.toThrow('the plan Free');
    const file = { organizations: [{ name: 'acme', billing: 'metered' as const }], keys: [] };
    await importDeclared(store, file, systemClock, silentLog);
    expect(await organization()).toEqual({ billing: 'plan', spends: 'credit', plan: 'Free' });
  });

  it('turns its months on its own day, and never twice', async () => {
    await topUp(100n);
    await subscribe('Plus');
    const ends: string[] = [];
    for (const days of [0, 27, 28, 29, 58, 59, 60, 88, 89, 90]) {
      await Promise.all([roll(at(days)), roll(at(days))]);
      ends.push(day((await newest())?.periodEndMs));
    }
    expect([...new Set(ends)]).toEqual(['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']);
    // $29 of each of three months; the fourth is more than there is.
    expect(await money()).toEqual([13n * dollar, 81n * dollar]);
    expect(await newest()).toMatchObject({ status: 'past_due' });
    expect(await grantsEver()).toBe(3);
  });

  it('is not turned again by a clock that goes back', async () => {
    await topUp(100n);
    await subscribe('Plus');
    await roll(at(28));
    const before = await newest();
    await roll(at(27));
    await roll(at(2));
    await roll(at(28));
    expect(await newest()).toEqual(before);
    expect(await grantsEver()).toBe(2);
  });

  it('skips months in which nobody turned it: neither paid nor given', async () => {
    await topUp(100n);
    await subscribe('Plus');
    await roll(at(100));
    expect(await newest()).toMatchObject({ periodStartMs: Date.UTC(2026, 4, 31 - 1, 10, 30) - 30 * dayMs });
    expect(await money()).toEqual([42n * dollar, 54n * dollar]);
  });

  it('is turned, and its old credit taken, by jobs of every minute and the clock of the database', async () => {
    await topUp(100n);
    const began = Date.now() - 40 * dayMs;
    await subscribe('Plus', began);
    const tasks = sellingTasks({ store, clock: { ...systemClock, nowMs: () => 0 }, log: silentLog });
    expect(tasks.map(({ schedule }) => schedule)).toEqual(['* * * * *', '* * * * *']);
    for (const task of [...tasks, ...tasks]) await task.run({});
    expect((await newest())?.periodStartMs).toBeGreaterThan(began + 27 * dayMs);
    expect(await money()).toEqual([42n * dollar, 27n * dollar]);
  });

  it('loses what is left of its allowance with its month, and only that', async () => {
    await topUp(100n);
    await subscribe('Plus');
    expect(await expireCredit(store, systemClock)).toEqual({ grants: 1, takenNanoUsd: 27n * dollar });
    expect(await expireCredit(store, systemClock)).toEqual({ grants: 0, takenNanoUsd: 0n });
    expect(await money()).toEqual([71n * dollar, 0n]);
  });
});

describe('a change of the plan', () => {
  it('to a dearer one holds at once, for exactly what its preview said', async () => {
    await topUp(100n);
    await subscribe('Starter');
    // 14 of 28 days are left.
    const preview = await previewChange(store.db, acme, 'Plus', { atMs: at(14) });
    expect(preview.when).toBe('now');
    expect(preview.proration).toEqual({
      creditNanoUsd: 4_500_000_000n,
      chargeNanoUsd: 14_500_000_000n,
      dueNanoUsd: 10n * dollar,
      allowanceNanoUsd: 9_500_000_000n,
    });
    const { prorationAtMs } = preview;
    const later = at(14) + 9 * 60_000;
    await inside((db) => changePlan(db, acme, 'Plus', { prorationAtMs, atMs: later }, systemClock));
    expect(await money()).toEqual([81n * dollar, 17_500_000_000n]);
    expect(await newest()).toMatchObject({ planId: 'plan_plus', periodEndMs: preview.periodEndMs });
    expect(await organization()).toEqual({ billing: 'plan', spends: 'wallet', plan: 'Plus' });
    const stale = previewChange(store.db, acme, 'Pro', { prorationAtMs, atMs: at(14) + 11 * 60_000 });
    await expect(stale).rejects.toThrow('no time at which the plan can change');
  });

  it('to a cheaper one holds from the next month on, and can be taken back before', async () => {
    await topUp(100n);
    await subscribe('Pro');
    expect(await change('Starter', at(3))).toMatchObject({ planId: 'plan_pro', nextPlanId: 'plan_starter' });
    expect((await change('Pro', at(4))).nextPlanId).toBeUndefined();
    await change('Free', at(5));
    expect(await organization()).toMatchObject({ plan: 'Pro' });
    await roll(at(28));
    expect(await newest()).toMatchObject({ planId: 'plan_free', status: 'active' });
    expect((await newest())?.nextPlanId).toBeUndefined();
    expect(await organization()).toEqual({ billing: 'plan', spends: 'credit', plan: 'Free' });
    expect(await money()).toEqual([dollar, 95n * dollar + dollar / 2n]);
  });

  it('is refused without a plan, for one that is not sold, and with too little in the wallet', async () => {
    await expect(change('Plus', start)).rejects.toThrow('has no plan');
    await subscribe('Free');
    await expect(change('Gold', start)).rejects.toThrow('There is no plan "Gold"');
    await expect(change('Plus', start)).rejects.toMatchObject({ reason: 'insufficient' });
    expect(await newest()).toMatchObject({ planId: 'plan_free' });
  });
});

describe('a cancellation', () => {
  it('at the end of the month keeps what was paid for until then', async () => {
    await topUp(29n);
    await subscribe('Plus');
    await cancel('period-end', at(3));
    await roll(at(27));
    expect(await organization()).toMatchObject({ plan: 'Plus' });
    await roll(at(28));
    expect(await newest()).toMatchObject({ status: 'cancelled', cancels: true });
    expect(await organization()).toEqual({ billing: 'prepaid', spends: 'wallet', plan: null });
    expect((await money())[0]).toBe(0n);
  });

  it('at once pays the unused part back and takes the allowance away', async () => {
    await topUp(29n);
    await subscribe('Plus');
    expect(await cancel('now', at(14))).toMatchObject({ paidBackNanoUsd: 14_500_000_000n });
    expect(await money()).toEqual([14_500_000_000n, 0n]);
    await expect(cancel('now', at(15))).rejects.toThrow('has no plan');
  });

  it('and a new start give no second free allowance in one month', async () => {
    await subscribe('Free');
    await cancel('now', at(1));
    await subscribe('Free', at(2));
    expect(await money()).toEqual([0n, 0n]);
    await roll(at(31));
    expect(await money()).toEqual([0n, dollar / 2n]);
  });
});

describe('a month that is not paid', () => {
  it('goes on without its allowance, and gets it when the wallet has enough', async () => {
    await topUp(29n);
    await subscribe('Plus');
    await roll(at(28));
    expect(await newest()).toMatchObject({ status: 'past_due', pastDueSinceMs: at(28) });
    await expect(change('Pro', at(29))).rejects.toThrow('not paid');
    await topUp(30n);
    await roll(at(29));
    expect(await newest()).toMatchObject({ status: 'active' });
    expect(await money()).toEqual([dollar, 54n * dollar]);
  });

  it('ends after the days of grace: with the free plan, or with none', async () => {
    await topUp(29n);
    await subscribe('Plus');
    await roll(at(28));
    await roll(at(30));
    expect(await newest()).toMatchObject({ planId: 'plan_plus' });
    await roll(at(31));
    expect(await newest()).toMatchObject({ planId: 'plan_free', status: 'active', periodStartMs: at(31) });
    expect(await organization()).toEqual({ billing: 'plan', spends: 'credit', plan: 'Free' });
    expect((await money())[1]).toBe(27n * dollar + dollar / 2n);
  });

  it('ends at once without grace, and with nothing when so told', async () => {
    await topUp(29n);
    await subscribe('Plus');
    await roll(at(28), grace(0, 'stop'));
    await roll(at(28), grace(0, 'stop'));
    expect(await newest()).toMatchObject({ planId: 'plan_plus', status: 'cancelled' });
    expect(await organization()).toEqual({ billing: 'prepaid', spends: 'wallet', plan: null });
  });
});
