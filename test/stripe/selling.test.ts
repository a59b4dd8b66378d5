/** Plans that Stripe bills, with what sells plans: each month's allowance comes once, with the invoice that pays for it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiParts } from '../../src/control/api/route.ts';
import { createPlan } from '../../src/control/selling/plans.ts';
import { rollSubscriptions } from '../../src/control/selling/roll.ts';
import { cancelAtStripe, changeAtStripe, subscribeAtStripe } from '../../src/control/selling/stripe-billing.ts';
import { stripePlans } from '../../src/control/selling/stripe-plans.ts';
import { planForSale, requireSubscription, startPlan } from '../../src/control/selling/subscriptions.ts';
import { walletOf } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { renewDue } from '../fakes/stripe/billing.ts';
import { paySession } from '../fakes/stripe/checkout.ts';
import { dollar, openShop, type Shop } from './shop.ts';

const dayMs = 86_400_000;
let shop: Shop;
let api: ApiParts;
let org: string;
let count = 0;

beforeAll(async () => {
  shop = await openShop({ plans: stripePlans(systemClock) });
  const { store, clock, parts } = shop;
  api = { store, clock, log: silentLog, refresh: async () => {}, stripe: parts };
});
afterAll(async () => {
  expect(await shop.findings()).toEqual([]);
  await shop.close();
});
beforeEach(async () => {
  org = await shop.organization(`org-${++count}`);
});

const plan = (name: string) => planForSale(shop.store.db, name);
const row = () => requireSubscription(shop.store.db, org);
const change = async (name: string, key = name) => changeAtStripe(api, await row(), await plan(name), key);

/** The page is paid, and its events wait. */
async function order(name: string): Promise<void> {
  const { paymentId } = await subscribeAtStripe(api, org, await plan(name), {});
  const made = await shop.store.db
    .selectFrom('stripe_payments')
    .select('session_id')
    .where('id', '=', paymentId)
    .executeTakeFirstOrThrow();
  paySession(shop.standIn.world, made.session_id ?? '', 'pays');
}

async function subscribe(name: string): Promise<void> {
  await order(name);
  await shop.deliverAll();
}

async function pass(ms: number): Promise<void> {
  shop.passMs(ms);
  renewDue(shop.standIn.world);
  await shop.deliverAll();
}

async function money() {
  const wallet = await walletOf(shop.store.db, org);
  return [wallet?.paidNanoUsd, wallet?.creditNanoUsd];
}

async function organization() {
  const found = await shop.store.db
    .selectFrom('organizations')
    .select(['spends', 'billing', 'plan'])
    .where('id', '=', org)
    .executeTakeFirstOrThrow();
  return [found.billing, found.spends, found.plan?.name ?? null];
}

async function feesPaid(): Promise<bigint> {
  const rows = await shop.store.db
    .selectFrom('transfers')
    .innerJoin('entries', 'entries.transfer_id', 'transfers.id')
    .select('amount_nano_usd')
    .where('organization_id', '=', org)
    .where('account_id', '=', 'house:plans')
    .where('transfers.kind', '=', 'plan-fee')
    .execute();
  return rows.reduce((sum, each) => sum + each.amount_nano_usd, 0n);
}

describe('a plan that Stripe bills', () => {
  it('begins with its first invoice, and gives each month once, however often and in whatever order it is told', async () => {
    await order('Plus');
    expect(await organization()).toEqual(['metered', 'metered', null]);
    const events = [...shop.standIn.world.events].reverse();
    for (const event of events) await shop.deliver(event);
    await Promise.all(events.map((event) => shop.deliver(event)));
    expect(await row()).toMatchObject({ plan_id: 'plan_plus', pays: 'stripe', status: 'active' });
    expect(await organization()).toEqual(['plan', 'wallet', 'Plus']);
    expect(await money()).toEqual([0n, 27n * dollar]);
    await pass(31 * dayMs);
    await pass(31 * dayMs);
    expect(await money()).toEqual([0n, 81n * dollar]);
    expect(await feesPaid()).toBe(87n * dollar);
  });

  it('takes the place of a free one', async () => {
    await shop.store.db
      .transaction()
      .execute((db) => startPlan(db, { organizationId: org, plan: 'Free' }, systemClock));
    await subscribe('Starter');
    expect(await row()).toMatchObject({ plan_id: 'plan_starter', pays: 'stripe' });
    expect(await money()).toEqual([0n, 8n * dollar]);
  });

  it('changes to a dearer one at once, with the difference of the allowances', async () => {
    await subscribe('Starter');
    shop.passMs(15 * dayMs);
    await change('Plus');
    await shop.deliverAll();
    await change('Plus');
    await shop.deliverAll();
    const { period_start, period_end } = await row();
    const left = 1 - (15 * dayMs) / (period_end.getTime() - period_start.getTime());
    expect(Number((await money())[1]) / 1e9).toBeCloseTo(8 + 19 * left, 4);
    expect(Number(await feesPaid()) / 1e9).toBeCloseTo(9 + 20 * left, 1);
    expect(await organization()).toEqual(['plan', 'wallet', 'Plus']);
    await pass(31 * dayMs);
    expect(Number((await money())[1]) / 1e9).toBeCloseTo(8 + 19 * left + 27, 4);
  });

  it('changes to a cheaper one with the next month', async () => {
    await subscribe('Pro');
    await change('Starter');
    await shop.deliverAll();
    expect(await row()).toMatchObject({ plan_id: 'plan_pro', next_plan_id: 'plan_starter' });
    expect(await organization()).toEqual(['plan', 'wallet', 'Pro']);
    await pass(31 * dayMs);
    expect(await row()).toMatchObject({ plan_id: 'plan_starter', next_plan_id: null });
    expect(await organization()).toEqual(['plan', 'credit', 'Starter']);
    expect(await money()).toEqual([0n, 103n * dollar]);
    expect(await feesPaid()).toBe(108n * dollar);
    await expect(change('Free')).rejects.toThrow('costs nothing');
  });

  it('ends at once with its unused part in the wallet, or with its month', async () => {
    await subscribe('Plus');
    const { paidBackNanoUsd } = await cancelAtStripe(api, await row(), 'now');
    await shop.deliverAll();
    expect(paidBackNanoUsd > 28n * dollar && paidBackNanoUsd <= 29n * dollar).toBe(true);
    expect(await money()).toEqual([paidBackNanoUsd, 0n]);
    expect(await organization()).toEqual(['prepaid', 'wallet', null]);
    await subscribe('Plus');
    await cancelAtStripe(api, await row(), 'period-end');
    expect(await row()).toMatchObject({ cancels: true, status: 'active' });
    await pass(31 * dayMs);
    await expect(row()).rejects.toThrow('has no plan');
  });

  it('of which Stripe tells nothing more ends after the days of grace', async () => {
    await createPlan(
      shop.store.db,
      { name: 'Lost', monthlyNanoUsd: dollar, allowanceNanoUsd: 0n, overage: 'invoice' },
      systemClock,
    );
    await subscribe('Lost');
    const { period_end } = await row();
    const roll = (ms: number) => rollSubscriptions({ store: shop.store, clock: systemClock, log: silentLog }, ms);
    await roll(period_end.getTime() + 2 * dayMs);
    expect(await organization()).toEqual(['plan', 'metered', 'Lost']);
    await roll(period_end.getTime() + 3 * dayMs);
    expect(await organization()).toEqual(['plan', 'credit', 'Free']);
  });
});
