/** F22 and S12: what was paid must fit the order, and what goes back comes out of the wallet or is owed. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processEvent } from '../../src/control/stripe/events.ts';
import { refundPayment } from '../../src/control/stripe/refunds.ts';
import { sweepEvents, sweepOrders } from '../../src/control/stripe/tasks.ts';
import { receiveWebhook } from '../../src/control/stripe/webhook.ts';
import { takeBack, walletOf } from '../../src/ledger/wallet.ts';
import { paySession } from '../fakes/stripe/checkout.ts';
import { attachCard, closeDispute, confirm, dispute, failRefund, newIntent } from '../fakes/stripe/payments.ts';
import { dollar, eventsAbout, openShop, type Shop, signed } from './shop.ts';

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
  org = await shop.organization(`org-${++count}`);
});

const intentOf = (id: string) => shop.standIn.world.get<Stripe.PaymentIntent>('payment_intent', id);
const chargeOf = (id: string) => shop.standIn.world.get<Stripe.Charge>('charge', intentOf(id).latest_charge as string);
const paymentOf = (id: string) =>
  shop.store.db.selectFrom('stripe_payments').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const alertsOf = () =>
  shop.store.db.selectFrom('payment_alerts').selectAll().where('organization_id', '=', org).execute();

/** It is not there any more. */
async function spend(dollars: bigint): Promise<void> {
  const spent = { organizationId: org, amountNanoUsd: dollars * dollar, idempotencyKey: `spent:${++count}` };
  await takeBack(shop.store, { ...spent, to: 'operator', missing: 'refuse' }, shop.clock);
}

async function expectBooksToAgree(): Promise<void> {
  const { stripe, ledger } = await shop.books();
  expect(ledger).toBe(stripe);
}

describe('a payment that does not fit its order', () => {
  it.each<[string, Partial<Stripe.PaymentIntent>, RegExp]>([
    ['less than was ordered', { amount_received: 1 }, /\$0\.01 was paid, and \$10\.00 was ordered/],
    ['more than was ordered', { amount_received: 1_000_000 }, /\$10000\.00 was paid/],
    ['another currency', { currency: 'jpy' }, /paid in jpy/],
    ['live mode for a test key', { livemode: true }, /another mode/],
    ["another customer's money", { customer: 'cus_other' }, /another customer/],
  ])('%s: is not credited, and somebody is told once', async (_, changed, reason) => {
    const { paymentId, intentId } = await shop.buy(org, 10);
    Object.assign(intentOf(intentId), changed);
    await shop.deliverAll();
    for (const event of eventsAbout(shop, [intentId])) await shop.deliver(event);
    expect(await shop.balance(org)).toBe(0n);
    expect(await paymentOf(paymentId)).toMatchObject({ state: 'refused', reason: expect.stringMatching(reason) });
    expect((await alertsOf()).map(({ kind }) => kind)).toEqual(['payment-refused']);
    await expectBooksToAgree();
  });

  it('what events and metadata claim is not looked at: the API is', async () => {
    const victim = await shop.buy(await shop.organization('victim'), 50);
    const { paymentId, sessionId, intentId } = await shop.buy(org, 10);
    intentOf(intentId).metadata = { tollgate_payment: victim.paymentId, amount: '999999', organization: 'org_other' };
    for (const event of eventsAbout(shop, [sessionId, intentId])) {
      const object = { ...event.data.object, amount: 999_999, amount_received: 999_999, amount_total: 999_999 };
      const claimed = { ...event, data: { object: { ...object, metadata: { tollgate_payment: victim.paymentId } } } };
      await shop.deliver(claimed as unknown as Stripe.Event);
    }
    expect(await shop.balance(org)).toBe(10n * dollar);
    expect((await paymentOf(paymentId)).state).toBe('paid');
    expect((await paymentOf(victim.paymentId)).state).toBe('open');
    await shop.deliverAll();
  });

  it('a page that names another order is refused', async () => {
    const { paymentId, sessionId } = await shop.order(org, 10);
    const session = shop.standIn.world.get<Stripe.Checkout.Session>('checkout.session', sessionId);
    session.client_reference_id = 'pay_of_somebody_else';
    paySession(shop.standIn.world, sessionId, 'declined');
    session.payment_intent = null;
    session.status = 'expired';
    await shop.deliver(shop.standIn.world.emit('checkout.session.expired', session));
    expect((await paymentOf(paymentId)).state).toBe('refused');
  });

  it('of an organization that was deleted stays at Stripe until it is given back', async () => {
    const { paymentId, sessionId } = await shop.order(org, 10);
    await shop.store.db.deleteFrom('organizations').where('id', '=', org).execute();
    paySession(shop.standIn.world, sessionId, 'pays');
    await shop.deliverAll();
    expect(await paymentOf(paymentId)).toMatchObject({ state: 'refused', reason: 'its organization was deleted' });
    await expectBooksToAgree();
    await refundPayment(shop.parts, paymentId, { idempotencyKey: 'back' });
    const intentId = (await paymentOf(paymentId)).intent_id ?? '';
    expect(chargeOf(intentId)).toMatchObject({ amount_refunded: 1_000, refunded: true });
    await shop.deliverAll();
    await expectBooksToAgree();
  });
});

describe('an event of something unknown', () => {
  it('parks, and is settled when the order turns up', async () => {
    const { paymentId, sessionId } = await shop.order(org, 10);
    await shop.store.db.updateTable('stripe_payments').set({ session_id: null }).where('id', '=', paymentId).execute();
    paySession(shop.standIn.world, sessionId, 'pays');
    const state = async () => {
      const rows = await shop.store.db
        .selectFrom('stripe_events')
        .select('state')
        .where('state', '=', 'parked')
        .execute();
      return rows.length;
    };
    const before = await state();
    await shop.deliverAll();
    expect(await state()).toBeGreaterThan(before);
    expect(await shop.balance(org)).toBe(0n);
    await shop.store.db
      .updateTable('stripe_payments')
      .set({ session_id: sessionId })
      .where('id', '=', paymentId)
      .execute();
    shop.passMs(60_000);
    await sweepEvents(shop.parts);
    expect(await state()).toBe(before);
    expect(await shop.balance(org)).toBe(10n * dollar);
  });

  it("of another program in the same account is given up after three days, and never anybody's money", async () => {
    const customer = shop.standIn.world.create<Stripe.Customer>('customer', { email: 'stranger@example.com' }).id;
    const card = attachCard(shop.standIn.world, 'pm_card_visa', customer);
    const intent = newIntent(shop.standIn.world, { amount: 5_000, currency: 'usd', customer });
    confirm(shop.standIn.world, intent, card.id, true);
    const events = eventsAbout(shop, [intent.id]);
    for (const event of events) await shop.deliver(event);
    shop.passMs(3 * 86_400_000 + 1);
    for (const event of events) await processEvent(shop.parts, { eventId: event.id });
    const rows = await shop.store.db
      .selectFrom('stripe_events')
      .select('state')
      .where(
        'id',
        'in',
        events.map(({ id }) => id),
      )
      .execute();
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['ignored']));
    await expectBooksToAgree();
  });

  it('that comes again after 3 and after 30 days changes nothing', async () => {
    const { intentId, sessionId } = await shop.buy(org, 10);
    const events = eventsAbout(shop, [intentId, sessionId]);
    for (const days of [0, 3, 27]) {
      shop.passMs(days * 86_400_000);
      for (const event of events) await shop.deliver(event);
      expect(await shop.balance(org)).toBe(10n * dollar);
    }
  });

  it('whose job was lost with its process is found by a sweep', async () => {
    const { intentId } = await shop.buy(org, 10);
    for (const event of eventsAbout(shop, [intentId])) await receiveWebhook(shop.parts, ...signed(event));
    await sweepEvents(shop.parts);
    expect(await shop.balance(org)).toBe(0n);
    shop.passMs(61_000);
    await sweepEvents(shop.parts);
    expect(await shop.balance(org)).toBe(10n * dollar);
  });

  it('without any event at all an open order is found out by asking', async () => {
    const { intentId } = await shop.buy(org, 10);
    expect(eventsAbout(shop, [intentId]).length).toBeGreaterThan(0);
    shop.passMs(11 * 60_000);
    await sweepOrders(shop.parts);
    expect(await shop.balance(org)).toBe(10n * dollar);
  });
});

describe('a refund', () => {
  it('takes its part out of the wallet, once for each key, and all of it at last', async () => {
    const { paymentId } = await shop.buy(org, 10);
    await shop.deliverAll();
    const part = { amountNanoUsd: 4n * dollar, idempotencyKey: 'part' };
    for (let i = 0; i < 3; i++) await refundPayment(shop.parts, paymentId, part);
    expect(await shop.balance(org)).toBe(6n * dollar);
    expect((await paymentOf(paymentId)).refunded_nano_usd).toBe(4n * dollar);
    await refundPayment(shop.parts, paymentId, { idempotencyKey: 'rest' });
    await shop.deliverAll();
    expect(await shop.balance(org)).toBe(0n);
    const more = refundPayment(shop.parts, paymentId, {
      amountNanoUsd: dollar,
      idempotencyKey: 'more',
      evenIfSpent: true,
    });
    await expect(more).rejects.toThrow(/already been refunded/);
    await expectBooksToAgree();
  });

  it('of spent money is refused, or becomes a debt that blocks spending until it is paid', async () => {
    const { paymentId } = await shop.buy(org, 10);
    await shop.deliverAll();
    await spend(7n);
    await expect(refundPayment(shop.parts, paymentId, { idempotencyKey: 'a' })).rejects.toThrow(/\$3\.00/);
    await refundPayment(shop.parts, paymentId, { idempotencyKey: 'a', evenIfSpent: true });
    const blocked = await walletOf(shop.store.db, org);
    expect(blocked).toMatchObject({ paidNanoUsd: 0n, receivableNanoUsd: 7n * dollar });
    expect(blocked?.blockedReason).toMatch(/\$7\.00/);
    await shop.buy(org, 20);
    await shop.deliverAll();
    const after = await walletOf(shop.store.db, org);
    expect(after).toMatchObject({ paidNanoUsd: 13n * dollar, receivableNanoUsd: 0n, blockedReason: undefined });
    await expectBooksToAgree();
  });

  it('made in the dashboard of Stripe counts too, and one that the bank sends back is put back', async () => {
    const { intentId } = await shop.buy(org, 10);
    await shop.deliverAll();
    const made = await shop.parts.stripe.refunds.create({ payment_intent: intentId, amount: 300 });
    await shop.deliverAll();
    expect(await shop.balance(org)).toBe(7n * dollar);
    failRefund(shop.standIn.world, shop.standIn.world.get('refund', made.id));
    await shop.deliverAll();
    expect(await shop.balance(org)).toBe(10n * dollar);
    await expectBooksToAgree();
  });
});

describe('a dispute', () => {
  it.each(['won', 'lost'] as const)('takes the money when it is opened; %s', async (status) => {
    const { intentId, paymentId } = await shop.buy(org, 10);
    await shop.deliverAll();
    await spend(4n);
    const opened = dispute(shop.standIn.world, chargeOf(intentId));
    await shop.deliverAll();
    expect(await walletOf(shop.store.db, org)).toMatchObject({ paidNanoUsd: 0n, receivableNanoUsd: 4n * dollar });
    expect((await paymentOf(paymentId)).disputed_nano_usd).toBe(10n * dollar);
    expect((await alertsOf()).map(({ kind }) => kind)).toEqual(['payment-disputed']);
    closeDispute(shop.standIn.world, opened, status);
    await shop.deliverAll();
    const wallet = await walletOf(shop.store.db, org);
    expect(wallet).toMatchObject(
      status === 'won'
        ? { paidNanoUsd: 6n * dollar, receivableNanoUsd: 0n, blockedReason: undefined }
        : { paidNanoUsd: 0n, receivableNanoUsd: 4n * dollar },
    );
    await expectBooksToAgree();
  });

  it('that is only an inquiry takes nothing', async () => {
    const { intentId } = await shop.buy(org, 10);
    await shop.deliverAll();
    const asked = dispute(shop.standIn.world, chargeOf(intentId));
    asked.status = 'warning_needs_response';
    await shop.deliverAll();
    expect(await shop.balance(org)).toBe(10n * dollar);
    asked.status = 'lost';
    for (const event of eventsAbout(shop, [asked.id])) await shop.deliver({ ...event, id: `${event.id}_later` });
    expect(await shop.balance(org)).toBe(0n);
  });
});
