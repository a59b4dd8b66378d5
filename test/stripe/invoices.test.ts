/** Invoices that are due are paid by the saved card: once, whatever goes wrong, and never what is not owed any more. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeMonths } from '../../src/control/invoices/close.ts';
import { creditInvoiceIn } from '../../src/control/invoices/credit-notes.ts';
import { payInvoiceIn } from '../../src/control/invoices/payments.ts';
import { type Invoice, listInvoices } from '../../src/control/invoices/records.ts';
import { startCardSetup } from '../../src/control/stripe/checkout.ts';
import { collectInvoice, collectNow } from '../../src/control/stripe/collection.ts';
import { refundPayment } from '../../src/control/stripe/refunds.ts';
import { startSubscription } from '../../src/control/stripe/subscriptions.ts';
import { sweepInvoices, sweepOrders } from '../../src/control/stripe/tasks.ts';
import { walletOf } from '../../src/ledger/wallet.ts';
import { testApi } from '../api/harness.ts';
import { endProcessing, paySession } from '../fakes/stripe/checkout.ts';
import { dispute } from '../fakes/stripe/payments.ts';
import type { Behaviour } from '../fakes/stripe/world.ts';
import { postAt, sell, use } from '../money/months.ts';
import { dollar, eventsAbout, openShop, type Shop } from './shop.ts';

let shop: Shop;
let org: string;
let count = 0;

beforeAll(async () => {
  shop = await openShop();
  await sell(shop.store);
});
afterAll(async () => {
  expect(await shop.findings()).toEqual([]);
  const { stripe, ledger } = await shop.books();
  expect(ledger).toBe(stripe);
  await shop.close();
});
beforeEach(async () => {
  shop.standIn.faults.clear();
  org = await shop.organization(`org-${++count}`);
});

const day = 86_400_000;
const db = () => shop.store.db;
const invoices = () => listInvoices(db(), { organizationId: org });
const only = async (): Promise<Invoice> => (await invoices())[0] as Invoice;
const account = async (id: string) =>
  (await db().selectFrom('accounts').select('posted_nano_usd').where('id', '=', id).executeTakeFirst())
    ?.posted_nano_usd ?? 0n;
const charges = () =>
  db()
    .selectFrom('stripe_payments')
    .selectAll()
    .where('organization_id', '=', org)
    .where('kind', '=', 'invoice')
    .orderBy('id')
    .execute();
const alerts = async () =>
  (
    await db().selectFrom('payment_alerts').select('kind').where('organization_id', '=', org).orderBy('id').execute()
  ).map(({ kind }) => kind);
const write = <T>(work: (db: Shop['store']['db']) => Promise<T>) => db().transaction().execute(work);
const twentyWorkers = async () => {
  const { id } = await only();
  return Promise.allSettled(Array.from({ length: 20 }, () => collectInvoice(shop.parts, id)));
};

/** Cents that Stripe really took for this organization's invoices. */
async function takenCents(): Promise<number> {
  const ids = new Set((await charges()).map(({ id }) => id));
  return shop.standIn.world
    .all<Stripe.PaymentIntent>('payment_intent')
    .filter(({ metadata }) => ids.has(metadata.tollgate_payment ?? ''))
    .reduce((sum, { amount_received: cents }) => sum + cents, 0);
}

async function saveCard(card: Behaviour): Promise<void> {
  const { paymentId } = await startCardSetup(shop.parts, { organizationId: org });
  const { session_id: id } = await db()
    .selectFrom('stripe_payments')
    .select('session_id')
    .where('id', '=', paymentId)
    .executeTakeFirstOrThrow();
  paySession(shop.standIn.world, id ?? '', 'pays');
  await shop.deliverAll();
  const { card_id: saved } = await db()
    .selectFrom('stripe_customers')
    .selectAll()
    .where('organization_id', '=', org)
    .executeTakeFirstOrThrow();
  shop.standIn.world.behaviours.set(saved ?? '', card);
}

/** $10 of use, with 19 % of tax: $11.90 that are to be paid within 14 days. */
async function invoiced(used = 10n * dollar): Promise<Invoice> {
  await postAt(shop.store, '2026-03-05T10:00:00Z');
  await use(shop.store, org, used);
  await postAt(shop.store, '2026-04-01T00:00:00Z');
  await closeMonths({ store: shop.store, clock: shop.clock }, org);
  return only();
}

/** An invoice that is due, and a card that behaves so. */
async function prepare(card: Behaviour): Promise<Invoice> {
  await saveCard(card);
  const invoice = await invoiced();
  shop.passMs(15 * day);
  return invoice;
}

describe('an invoice that is due', () => {
  it('is paid by the saved card once, and not before it is due', async () => {
    await saveCard('pays');
    await invoiced();
    await sweepInvoices(shop.parts);
    expect(await charges()).toEqual([]);
    shop.passMs(15 * day);
    await sweepInvoices(shop.parts);
    await twentyWorkers();
    await sweepInvoices(shop.parts);
    await shop.deliverAll();
    expect(await takenCents()).toBe(1_190);
    expect((await charges()).map(({ state, amount_nano_usd }) => [state, amount_nano_usd])).toEqual([
      ['paid', 11_900_000_000n],
    ]);
    expect(await only()).toMatchObject({ status: 'paid', paid_by: 'stripe', openNanoUsd: 0n });
    expect([await account(`invoiced:${org}`), await shop.balance(org)]).toEqual([0n, 0n]);
    const keys = shop.standIn.log.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toContain(`tollgate:invoice:${(await only()).id}:1`);
    const [payment] = await charges();
    const events = eventsAbout(shop, [payment?.intent_id ?? '']);
    await Promise.all(events.flatMap((event) => [event, event, event].map((each) => shop.deliver(each))));
    expect([await account(`invoiced:${org}`), await shop.balance(org)]).toEqual([0n, 0n]);
  });

  it('is charged once by twenty workers at the same time', async () => {
    await prepare('pays');
    await twentyWorkers();
    expect([await takenCents(), (await charges()).length]).toEqual([1_190, 1]);
    expect(await only()).toMatchObject({ status: 'paid' });
  });

  it('is left alone without a card, below what Stripe charges, and while money that went back is owed', async () => {
    await invoiced();
    shop.passMs(15 * day);
    await sweepInvoices(shop.parts);
    expect(await charges()).toEqual([]);
    org = await shop.organization(`org-${++count}`);
    await saveCard('pays');
    await invoiced(400_000_000n);
    shop.passMs(15 * day);
    await sweepInvoices(shop.parts);
    await expect(collectNow(shop.parts, (await only()).id)).rejects.toThrow('no less than $0.50');
    org = await shop.organization(`org-${++count}`);
    const { intentId } = await shop.buy(org, 20);
    await shop.deliverAll();
    await prepare('pays');
    const { latest_charge: charge } = shop.standIn.world.get<Stripe.PaymentIntent>('payment_intent', intentId);
    await use(shop.store, org, 1n);
    await db().updateTable('organizations').set({ spends: 'wallet' }).where('id', '=', org).execute();
    await use(shop.store, org, 15n * dollar);
    dispute(shop.standIn.world, shop.standIn.world.get('charge', charge as string));
    await shop.deliverAll();
    await sweepInvoices(shop.parts);
    await expect(collectNow(shop.parts, (await only()).id)).rejects.toThrow('owes money that went back');
    expect(await charges()).toEqual([]);
  });

  it('is paid by the card of a plan, where no other one was saved', async () => {
    const plan = { id: 'team', name: 'Team', monthlyNanoUsd: 9n * dollar };
    const { url } = await startSubscription(shop.parts, { organizationId: org, plan });
    paySession(shop.standIn.world, url.split('/').at(-1) ?? '', 'pays');
    await shop.deliverAll();
    await invoiced();
    shop.passMs(15 * day);
    await sweepInvoices(shop.parts);
    expect([await takenCents(), (await only()).status]).toEqual([1_190, 'paid']);
  });
});

describe('an answer that does not come', () => {
  it.each([
    ['is lost after the charge', { kind: 'drop-response', times: 3 }],
    ['is lost before the charge', { kind: 'drop-request', times: 3 }],
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
      await sweepInvoices(shop.parts);
      await shop.deliverAll();
    }
    expect(await takenCents()).toBe(1_190);
    expect(await only()).toMatchObject({ status: 'paid', paid_by: 'stripe' });
  });

  it('while an operator marks it paid charges nothing afterwards; a charge that was made goes to the wallet', async () => {
    for (const [kind, cents] of [
      ['drop-request', 0],
      ['drop-response', 1_190],
    ] as const) {
      org = await shop.organization(`org-${++count}`);
      const { id } = await prepare('pays');
      shop.standIn.faults.add({ kind, method: 'POST', path: '/v1/payment_intents', times: 3 });
      shop.standIn.faults.add({ kind: 'drop-request', method: 'GET', path: '/v1/payment_intents', times: 3 });
      await expect(collectInvoice(shop.parts, id)).rejects.toThrow();
      shop.standIn.faults.clear();
      await write((tx) => payInvoiceIn(tx, { invoiceId: id, by: 'operator' }, shop.clock));
      shop.passMs(2 * 60_000);
      await sweepOrders(shop.parts);
      await shop.deliverAll();
      expect([await takenCents(), await shop.balance(org)]).toEqual([cents, BigInt(cents) * (dollar / 100n)]);
      expect((await charges()).map(({ state }) => state)).toEqual([cents === 0 ? 'failed' : 'paid']);
      expect(await only()).toMatchObject({ status: 'paid', paid_by: 'operator' });
    }
  });
});

describe('a card that is refused', () => {
  it('is tried three times with growing pauses; then somebody is told, and another card pays', async () => {
    await prepare('declined');
    await twentyWorkers();
    for (const hours of [0, 1, 4, 16, 64]) {
      shop.passMs(hours * 3_600_000 + 1_000);
      await sweepInvoices(shop.parts);
      await sweepInvoices(shop.parts);
      await shop.deliverAll();
    }
    expect((await charges()).map(({ state, attempt }) => [state, attempt])).toEqual([
      ['failed', 1],
      ['failed', 2],
      ['failed', 3],
    ]);
    expect(await alerts()).toEqual([
      ...Array.from({ length: 3 }, () => 'invoice-payment-declined'),
      'invoice-collection-stopped',
    ]);
    expect([await takenCents(), (await only()).status]).toEqual([0, 'open']);
    await saveCard('pays');
    await sweepInvoices(shop.parts);
    expect([await takenCents(), (await only()).status]).toEqual([1_190, 'paid']);
  });

  it('since its bank wants the owner to be there, is not tried again', async () => {
    await prepare('needs-authentication');
    await twentyWorkers();
    shop.passMs(64 * 3_600_000);
    await sweepInvoices(shop.parts);
    expect((await charges()).map(({ state }) => state)).toEqual(['failed']);
    expect(await alerts()).toEqual(['invoice-payment-declined', 'invoice-collection-stopped']);
  });
});

it.each([
  [true, 'paid', 'paid'],
  [false, 'failed', 'open'],
])('a bank that takes days is waited for, without a second charge; it pays: %s', async (paid, state, status) => {
  await prepare('processing');
  await twentyWorkers();
  shop.passMs(day);
  await sweepOrders(shop.parts);
  await sweepInvoices(shop.parts);
  const [running, ...others] = await charges();
  expect([running?.state, others]).toEqual(['processing', []]);
  endProcessing(shop.standIn.world, shop.standIn.world.get('payment_intent', running?.intent_id ?? ''), paid);
  await shop.deliverAll();
  expect([(await charges())[0]?.state, (await only()).status]).toEqual([state, status]);
  expect(await takenCents()).toBe(paid ? 1_190 : 0);
});

it('what was credited while the bank took its days comes into the wallet', async () => {
  const { id } = await prepare('processing');
  await twentyWorkers();
  const [running] = await charges();
  const credit = { invoiceId: id, reason: 'Outage', amountNanoUsd: 4n * dollar };
  await write((tx) => creditInvoiceIn(tx, credit, shop.clock));
  endProcessing(shop.standIn.world, shop.standIn.world.get('payment_intent', running?.intent_id ?? ''), true);
  await shop.deliverAll();
  await shop.deliverAll();
  expect(await only()).toMatchObject({ status: 'paid', openNanoUsd: 0n });
  expect([await account(`invoiced:${org}`), await shop.balance(org)]).toEqual([0n, 4n * dollar]);
});

it('a payment that is given back is owed again', async () => {
  const { id } = await prepare('pays');
  await collectInvoice(shop.parts, id);
  const [payment] = await charges();
  const asked = { idempotencyKey: 'once', evenIfSpent: true };
  await refundPayment(shop.parts, payment?.id ?? '', asked);
  await shop.deliverAll();
  expect(await walletOf(db(), org)).toMatchObject({ receivableNanoUsd: 11_900_000_000n });
});

it('its owner may have it charged at once, and nobody else', async () => {
  await saveCard('declined');
  const { id } = await invoiced();
  const api = await testApi({ store: shop.store, stripe: shop.parts });
  try {
    const { key } = await api.tenant('stranger');
    expect((await api.ask(`POST /invoices/${id}/collect`, { key })).status).toBe(404);
    const refused = await api.ask(`POST /invoices/${id}/collect`);
    expect([refused.status, refused.body]).toEqual([
      200,
      expect.objectContaining({ kind: 'invoice', invoiceId: id, state: 'failed', amountUsd: '11.90' }),
    ]);
    await saveCard('pays');
    expect((await api.ask(`POST /invoices/${id}/collect`)).body).toMatchObject({ state: 'paid' });
    const again = await api.ask(`POST /invoices/${id}/collect`);
    expect([again.status, again.body.error.message]).toEqual([400, expect.stringContaining('is paid')]);
  } finally {
    await api.close();
  }
});
