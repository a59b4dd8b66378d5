/** F23: one charge for each time that the balance falls below the threshold, whatever goes wrong. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { automaticTopUpOf, setAutomaticTopUp, topUpIfDue } from '../../src/control/stripe/automatic.ts';
import { startCardSetup } from '../../src/control/stripe/checkout.ts';
import { sweepAutomatic, sweepOrders } from '../../src/control/stripe/tasks.ts';
import { takeBack } from '../../src/ledger/wallet.ts';
import { endProcessing, paySession } from '../fakes/stripe/checkout.ts';
import { dispute } from '../fakes/stripe/payments.ts';
import type { Behaviour } from '../fakes/stripe/world.ts';
import { dollar, openShop, type Shop } from './shop.ts';

let shop: Shop;
let org: string;
let count = 0;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  expect(await shop.findings()).toEqual([]);
  await shop.close();
});
beforeEach(async () => {
  shop.standIn.faults.clear();
  await shop.store.db.updateTable('automatic_top_ups').set({ enabled: false }).execute();
  org = await shop.organization(`org-${++count}`);
});

async function saveCard(card: Behaviour): Promise<void> {
  const { paymentId } = await startCardSetup(shop.parts, { organizationId: org });
  const { session_id: id } = await payment(paymentId);
  paySession(shop.standIn.world, id ?? '', 'pays');
  await shop.deliverAll();
  const { card_id: saved } = await shop.store.db
    .selectFrom('stripe_customers')
    .selectAll()
    .where('organization_id', '=', org)
    .executeTakeFirstOrThrow();
  shop.standIn.world.behaviours.set(saved ?? '', card);
}

/** A saved card that behaves so, $8 in the wallet, a threshold of $10 and charges of $25. */
async function prepare(card: Behaviour): Promise<void> {
  await saveCard(card);
  await shop.buy(org, 8);
  await shop.deliverAll();
  const asked = { enabled: true, thresholdNanoUsd: 10n * dollar, amountNanoUsd: 25n * dollar };
  await setAutomaticTopUp(shop.parts, org, asked);
}

const payment = (id: string) =>
  shop.store.db.selectFrom('stripe_payments').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const charges = () =>
  shop.store.db
    .selectFrom('stripe_payments')
    .selectAll()
    .where('organization_id', '=', org)
    .where('kind', '=', 'automatic')
    .orderBy('id')
    .execute();
const alerts = async () =>
  (await shop.store.db.selectFrom('payment_alerts').select('kind').where('organization_id', '=', org).execute()).map(
    ({ kind }) => kind,
  );

/** Cents that Stripe really took of this organization's automatic charges. */
async function takenCents(): Promise<number> {
  const ids = new Set((await charges()).map(({ id }) => id));
  const intents = shop.standIn.world.all<Stripe.PaymentIntent>('payment_intent');
  return intents
    .filter(({ metadata }) => ids.has(metadata.tollgate_payment ?? ''))
    .reduce((sum, { amount_received: cents }) => sum + cents, 0);
}

/** It is not there any more. */
async function spend(dollars: bigint): Promise<void> {
  const spent = { organizationId: org, amountNanoUsd: dollars * dollar, idempotencyKey: `spent:${++count}` };
  await takeBack(shop.store, { ...spent, to: 'operator', missing: 'refuse' }, shop.clock);
}

const twentyWorkers = () => Promise.allSettled(Array.from({ length: 20 }, () => topUpIfDue(shop.parts, org)));

describe('twenty workers at the same time', () => {
  it('charge once for each time that the balance falls', async () => {
    await prepare('pays');
    await twentyWorkers();
    await twentyWorkers();
    expect(await takenCents()).toBe(2_500);
    expect(await shop.balance(org)).toBe(33n * dollar);
    await spend(30n);
    await twentyWorkers();
    expect(await takenCents()).toBe(5_000);
    expect((await charges()).map(({ crossing, state }) => [crossing, state])).toEqual([
      [1, 'paid'],
      [2, 'paid'],
    ]);
    await shop.deliverAll();
    expect(await shop.balance(org)).toBe(28n * dollar);
  });

  it('charge nobody whose balance is above, who turned it off, or who owes us', async () => {
    await prepare('pays');
    await setAutomaticTopUp(shop.parts, org, {
      enabled: false,
      thresholdNanoUsd: 10n * dollar,
      amountNanoUsd: 25n * dollar,
    });
    await twentyWorkers();
    expect(await charges()).toEqual([]);
    const { intentId } = await shop.buy(org, 50);
    await shop.deliverAll();
    await setAutomaticTopUp(shop.parts, org, {
      enabled: true,
      thresholdNanoUsd: 10n * dollar,
      amountNanoUsd: 25n * dollar,
    });
    await twentyWorkers();
    await spend(55n);
    const { latest_charge: charge } = shop.standIn.world.get<Stripe.PaymentIntent>('payment_intent', intentId);
    dispute(shop.standIn.world, shop.standIn.world.get('charge', charge as string));
    await shop.deliverAll();
    await twentyWorkers();
    expect(await charges()).toEqual([]);
  });
});

describe('an answer that does not come', () => {
  it.each([
    ['is lost after the charge', { kind: 'drop-response', times: 3 }],
    ['is lost before the charge', { kind: 'drop-request', times: 3 }],
    ['is a 500 before the charge', { kind: 'status', status: 500, times: 3 }],
    ['is a 500 after the charge, given again for ever', { kind: 'fail-after', times: 1 }],
    ['is a 503', { kind: 'status', status: 503, times: 3 }],
  ] as const)('and %s leads to one charge', async (_, fault) => {
    await prepare('pays');
    shop.standIn.faults.add({ ...fault, method: 'POST', path: '/v1/payment_intents' });
    await twentyWorkers();
    shop.standIn.faults.clear();
    for (let i = 0; i < 3; i++) {
      shop.passMs(2 * 60_000);
      await sweepOrders(shop.parts);
      await sweepAutomatic(shop.parts);
      await shop.deliverAll();
    }
    expect(await takenCents()).toBe(2_500);
    expect((await charges()).map(({ state }) => state)).toEqual(['paid']);
    expect(await shop.balance(org)).toBe(33n * dollar);
  });

  it('for two days, when Stripe has forgotten the key, still leads to one charge', async () => {
    await prepare('pays');
    shop.standIn.faults.add({ kind: 'drop-response', method: 'POST', path: '/v1/payment_intents', times: 3 });
    shop.standIn.faults.add({ kind: 'drop-request', method: 'GET', path: '/v1/payment_intents', times: 3 });
    await expect(topUpIfDue(shop.parts, org)).rejects.toThrow();
    shop.passMs(49 * 3_600_000);
    await sweepOrders(shop.parts);
    expect(await takenCents()).toBe(2_500);
    expect(await shop.balance(org)).toBe(33n * dollar);
  });
});

describe('a card that is refused', () => {
  it('is tried three times with growing pauses, then the top-up is off and somebody is told', async () => {
    await prepare('declined');
    await twentyWorkers();
    await twentyWorkers();
    expect((await charges()).map(({ state }) => state)).toEqual(['failed']);
    for (const hours of [1, 4, 16, 64]) {
      shop.passMs(hours * 3_600_000 + 1_000);
      await sweepAutomatic(shop.parts);
      await shop.deliverAll();
    }
    expect((await charges()).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    expect(await automaticTopUpOf(shop.store.db, org)).toMatchObject({
      enabled: false,
      declines: 3,
      disabled_reason: expect.stringMatching(/declined/),
    });
    expect((await alerts()).toSorted()).toEqual([
      'automatic-top-up-declined',
      'automatic-top-up-declined',
      'automatic-top-up-declined',
      'automatic-top-up-disabled',
    ]);
    expect(await takenCents()).toBe(0);
    const intents = shop.standIn.world.all<Stripe.PaymentIntent>('payment_intent').slice(0, 3);
    expect(intents.map(({ status }) => status)).toEqual(['canceled', 'canceled', 'canceled']);
  });

  it('since its bank wants the owner to be there, turns it off at once', async () => {
    await prepare('needs-authentication');
    await twentyWorkers();
    expect(await automaticTopUpOf(shop.store.db, org)).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringMatching(/owner to be there/),
    });
    expect((await alerts()).toSorted()).toEqual(['automatic-top-up-declined', 'automatic-top-up-disabled']);
    expect(await takenCents()).toBe(0);
  });

  it('and then replaced by a good one is charged again when it is turned on again', async () => {
    await prepare('needs-authentication');
    await twentyWorkers();
    await saveCard('pays');
    await setAutomaticTopUp(shop.parts, org, {
      enabled: true,
      thresholdNanoUsd: 10n * dollar,
      amountNanoUsd: 25n * dollar,
    });
    await twentyWorkers();
    expect(await takenCents()).toBe(2_500);
    expect(await automaticTopUpOf(shop.store.db, org)).toMatchObject({ declines: 0, crossings: 2 });
  });
});

it.each([
  [true, 33],
  [false, 8],
])('a bank that takes days is waited for, without a second charge; it pays: %s', async (paid, dollars) => {
  await prepare('processing');
  await twentyWorkers();
  shop.passMs(86_400_000);
  await sweepOrders(shop.parts);
  await twentyWorkers();
  const [only, ...others] = await charges();
  expect([only?.state, others]).toEqual(['processing', []]);
  endProcessing(shop.standIn.world, shop.standIn.world.get('payment_intent', only?.intent_id ?? ''), paid);
  await shop.deliverAll();
  expect(await shop.balance(org)).toBe(BigInt(dollars) * dollar);
  // A bank that says no days later is a decline as well: no second charge at once.
  await twentyWorkers();
  expect(await charges()).toHaveLength(1);
  expect(await automaticTopUpOf(shop.store.db, org)).toMatchObject({ declines: paid ? 0 : 1 });
});

it('something that spends as fast as we charge is stopped after ten charges a day', async () => {
  await prepare('pays');
  for (let i = 0; i < 12; i++) {
    await topUpIfDue(shop.parts, org);
    if ((await shop.balance(org)) > 20n * dollar) await spend(25n);
  }
  expect(await takenCents()).toBe(25_000);
  expect(await automaticTopUpOf(shop.store.db, org)).toMatchObject({ enabled: false });
});

describe('the setting', () => {
  const asked = { enabled: true, thresholdNanoUsd: 10n * dollar, amountNanoUsd: 25n * dollar };

  it.each([
    ['an amount below the threshold', { amountNanoUsd: 9n * dollar }, /less than the threshold/],
    ['a tiny amount', { amountNanoUsd: 4n * dollar, thresholdNanoUsd: 1n }, /\$5\.00 to \$10000\.00/],
    ['a huge amount', { amountNanoUsd: 20_000n * dollar }, /\$5\.00 to \$10000\.00/],
    ['a part of a cent', { amountNanoUsd: 25n * dollar + 1n }, /whole cents/],
    ['no saved card', {}, /No card is saved/],
  ])('with %s is refused', async (_, changed, reason) => {
    await expect(setAutomaticTopUp(shop.parts, org, { ...asked, ...changed })).rejects.toThrow(reason);
    expect(await automaticTopUpOf(shop.store.db, org)).toBeUndefined();
  });

  it('needs a card, which a top-up may save', async () => {
    const { sessionId } = await shop.order(org, 5, true);
    paySession(shop.standIn.world, sessionId, 'pays');
    await shop.deliverAll();
    await setAutomaticTopUp(shop.parts, org, asked);
    await topUpIfDue(shop.parts, org);
    expect(await shop.balance(org)).toBe(30n * dollar);
  });
});
