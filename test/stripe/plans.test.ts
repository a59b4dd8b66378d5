/** Plans that Stripe bills: whoever sells them hears of every paid invoice once, and of every change. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PlanChanged, PlanPaid } from '../../src/control/stripe/plan-listener.ts';
import { cancelSubscription, changeSubscription, startSubscription } from '../../src/control/stripe/subscriptions.ts';
import { sweepEvents } from '../../src/control/stripe/tasks.ts';
import { renewDue } from '../fakes/stripe/billing.ts';
import { paySession } from '../fakes/stripe/checkout.ts';
import { dollar, openShop, type Shop } from './shop.ts';

const nine = { id: 'plan_nine', name: 'Nine', monthlyNanoUsd: 9n * dollar };
const many = { id: 'plan_many', name: 'Twenty-nine', monthlyNanoUsd: 29n * dollar };
const dayMs = 86_400_000;

let shop: Shop;
let org: string;
let count = 0;
const paid: PlanPaid[] = [];
const changed: PlanChanged[] = [];
let failing = false;

beforeAll(async () => {
  shop = await openShop({
    plans: {
      async onPlanPaid(_db, told) {
        if (failing) throw new Error('the listener fails');
        paid.push(told);
      },
      onPlanChanged: async (_db, told) => void changed.push(told),
    },
  });
});
afterAll(() => shop.close());
beforeEach(async () => {
  org = await shop.organization(`org-${++count}`);
  paid.length = 0;
  changed.length = 0;
  failing = false;
});

/** Plans of the tests before go on. */
const paidHere = () => paid.filter(({ organizationId }) => organizationId === org);
const changedHere = () => changed.filter(({ organizationId }) => organizationId === org);

async function subscribe(plan = nine): Promise<Stripe.Subscription> {
  const { paymentId } = await startSubscription(shop.parts, { organizationId: org, plan });
  const order = await shop.store.db
    .selectFrom('stripe_payments')
    .selectAll()
    .where('id', '=', paymentId)
    .executeTakeFirstOrThrow();
  paySession(shop.standIn.world, order.session_id ?? '', 'pays');
  const session = shop.standIn.world.get<Stripe.Checkout.Session>('checkout.session', order.session_id ?? '');
  return shop.standIn.world.get<Stripe.Subscription>('subscription', session.subscription as string);
}

async function pass(ms: number): Promise<void> {
  shop.passMs(ms);
  renewDue(shop.standIn.world);
  await shop.deliverAll();
}

describe('a plan', () => {
  it('is paid monthly, each invoice told once, however often and in whatever order its events come', async () => {
    const subscription = await subscribe();
    const events = [...shop.standIn.world.events].reverse();
    for (const event of events) await shop.deliver(event);
    await Promise.all(events.map((event) => shop.deliver(event)));
    expect(paidHere()).toEqual([
      {
        organizationId: org,
        planId: 'plan_nine',
        periodStartMs: subscription.start_date * 1_000,
        periodEndMs: (subscription.items.data[0]?.current_period_end ?? 0) * 1_000,
        invoiceId: subscription.latest_invoice,
        amountNanoUsd: 9n * dollar,
      },
    ]);
    const firstEnd = paidHere()[0]?.periodEndMs;
    await pass(31 * dayMs);
    expect(paidHere().map(({ amountNanoUsd }) => amountNanoUsd)).toEqual([9n * dollar, 9n * dollar]);
    expect(paidHere()[1]?.periodStartMs).toBe(firstEnd);
    expect(changedHere().at(-1)).toMatchObject({ organizationId: org, status: 'active', cancels: false });
    // It is no top-up.
    expect(await shop.balance(org)).toBe(0n);
  });

  it('is told again when whoever listens failed', async () => {
    await subscribe();
    failing = true;
    await expect(shop.deliverAll()).rejects.toThrow('the listener fails');
    failing = false;
    await shop.deliverAll();
    await sweepEvents(shop.parts);
    expect(paidHere().map(({ planId }) => planId)).toEqual(['plan_nine']);
  });

  it('is changed at once, for the difference of what is left of the month, once for each key', async () => {
    const subscription = await subscribe();
    await shop.deliverAll();
    const [item] = subscription.items.data;
    const monthMs = ((item?.current_period_end ?? 0) - (item?.current_period_start ?? 0)) * 1_000;
    shop.passMs(Math.floor(monthMs / 2));
    for (let i = 0; i < 3; i++) await changeSubscription(shop.parts, org, many, 'up');
    await shop.deliverAll();
    expect(paidHere().map(({ planId }) => planId)).toEqual(['plan_nine', 'plan_many']);
    const difference = Number(paidHere()[1]?.amountNanoUsd ?? 0n) / 1e9;
    expect(difference).toBeGreaterThan(9.9);
    expect(difference).toBeLessThan(10.1);
    expect(changedHere().at(-1)).toMatchObject({ planId: 'plan_many', status: 'active' });
    await pass(monthMs / 2 + 2_000);
    expect(paidHere().at(-1)).toMatchObject({ planId: 'plan_many', amountNanoUsd: 29n * dollar });
  });

  it('ends with its month, or at once, and may begin again after that', async () => {
    await subscribe();
    await shop.deliverAll();
    await cancelSubscription(shop.parts, org, 'period-end');
    expect(changedHere().at(-1)).toMatchObject({ status: 'active', cancels: true });
    await pass(32 * dayMs);
    expect(changedHere().at(-1)).toMatchObject({ status: 'canceled' });
    expect(paidHere()).toHaveLength(1);
    await subscribe(many);
    await shop.deliverAll();
    await cancelSubscription(shop.parts, org, 'now');
    expect(changedHere().at(-1)).toMatchObject({ planId: 'plan_many', status: 'canceled' });
    await expect(cancelSubscription(shop.parts, org, 'now')).rejects.toThrow('has no plan');
  });

  it('is not sold twice to the same organization', async () => {
    await subscribe();
    await shop.deliverAll();
    await expect(startSubscription(shop.parts, { organizationId: org, plan: many })).rejects.toThrow('a plan already');
  });

  it('whose renewal is declined is past due, and nothing was paid', async () => {
    const subscription = await subscribe();
    await shop.deliverAll();
    shop.standIn.world.behaviours.set(subscription.default_payment_method as string, 'declined');
    await pass(32 * dayMs);
    expect(changedHere().at(-1)).toMatchObject({ status: 'past_due' });
    expect(paidHere()).toHaveLength(1);
  });

  it("of another program's subscriptions in the same account nobody hears", async () => {
    const subscription = await subscribe();
    await shop.store.db.deleteFrom('stripe_payments').where('organization_id', '=', org).execute();
    await shop.deliverAll();
    expect(paidHere()).toEqual([]);
    expect(changedHere().filter(({ subscriptionId }) => subscriptionId === subscription.id)).toEqual([]);
  });
});
