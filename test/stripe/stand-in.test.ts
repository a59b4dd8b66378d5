/** The stand-in, tried by the official client: what a test sees is what Stripe would have shown. */
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../fakes/stripe/server.ts';
import shapes from '../fakes/stripe/shapes.json' with { type: 'json' };
import { apiVersion } from '../fakes/stripe/world.ts';
import { listenForEvents } from './listener.ts';

let standIn: StandIn;
let stripe: Stripe;

beforeEach(async () => {
  standIn = await startStandIn();
  stripe = client();
});

afterEach(() => standIn.close());

function client(apiKey = 'sk_test_standin', maxNetworkRetries = 0): Stripe {
  const { hostname, port } = new URL(standIn.url);
  return new Stripe(apiKey, { host: hostname, port, protocol: 'http', maxNetworkRetries, telemetry: false });
}

async function control(path: string, asked: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${standIn.url}/_control${path}`, { method: 'POST', body: JSON.stringify(asked) });
  return (await answer.json()) as Record<string, unknown>;
}

const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Stripe.errors.StripeError);
  return error as Stripe.errors.StripeError;
};

async function openSession(cents = 2_500, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email: 'a@example.com', metadata: { tier: 'one' } });
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    success_url: 'https://example.com/ok?id={CHECKOUT_SESSION_ID}',
    client_reference_id: 'ord_1',
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: cents, product_data: { name: 'Credit' } } },
    ],
    ...more,
  });
  return { customer, session };
}

async function paidIntent(cents = 2_500): Promise<Stripe.PaymentIntent> {
  const { session } = await openSession(cents);
  await control('/pay', { session: session.id });
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent.latest_charge'],
  });
  return intent as Stripe.PaymentIntent;
}

describe('objects', () => {
  it('have the fields that stripe-mock gives them, of the same types', async () => {
    const intent = await paidIntent();
    await stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    await control('/disputes', { paymentIntent: (await paidIntent()).id });
    const { session } = await openSession(0, { mode: 'setup', currency: 'usd', line_items: [] });
    await control('/pay', { session: session.id });
    await subscribed();
    const customer = (await stripe.customers.list()).data[0]?.id ?? '';
    await stripe.billingPortal.sessions.create({ customer, return_url: 'https://example.com' });
    const kinds = Object.keys(shapes).filter((kind) => kind !== 'balance');
    expect(kinds.filter((kind) => standIn.world.all(kind).length === 0)).toEqual([]);
    for (const kind of kinds) {
      const shape: Record<string, string> = shapes[kind as keyof typeof shapes];
      for (const thing of standIn.world.all(kind)) {
        expect(Object.keys(thing), kind).toEqual(expect.arrayContaining(Object.keys(shape)));
        expect(wrongTypes({ ...thing }, shape), kind).toEqual([]);
      }
    }
    const shown = (await stripe.balance.retrieve()) as unknown as Record<string, unknown>;
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(Object.keys(shapes.balance)));
  });

  it('are found by id and in lists, newest first, in pages', async () => {
    for (let i = 0; i < 15; i++) await stripe.customers.create({ name: `customer ${i}` });
    const all = await stripe.customers.list({ limit: 4 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ name }) => name)).toEqual(Array.from({ length: 15 }, (_, i) => `customer ${14 - i}`));
    const missing = await failureOf(stripe.customers.retrieve('cus_nobody'));
    expect(missing).toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  it('refuse a wrong key, a missing parameter and one that nobody knows', async () => {
    expect((await failureOf(client('sk_test_other').balance.retrieve())).statusCode).toBe(401);
    const none = stripe.checkout.sessions.create({ mode: 'payment' });
    expect(await failureOf(none)).toMatchObject({ statusCode: 400, code: 'parameter_missing', param: 'success_url' });
    const unknown = stripe.customers.create({ colour: 'red' } as Stripe.CustomerCreateParams);
    expect(await failureOf(unknown)).toMatchObject({ statusCode: 400, code: 'parameter_unknown', param: 'colour' });
  });
});

function wrongTypes(thing: Record<string, unknown>, shape: Record<string, string>): string[] {
  return Object.entries(shape)
    .filter(([name, type]) => {
      const value = thing[name];
      if (value === null || value === undefined || type === 'null') return false;
      // What may be expanded is an id here and an object there.
      if (type === 'object' && typeof value === 'string') return false;
      return (Array.isArray(value) ? 'array' : typeof value) !== type;
    })
    .map(([name]) => name);
}

async function subscribed(): Promise<Stripe.Subscription> {
  const product = await stripe.products.create({ name: 'Plan' });
  const [small, large] = [
    await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
    }),
    await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 2_900,
      recurring: { interval: 'month' },
      lookup_key: 'large',
    }),
  ];
  expect((await stripe.prices.list({ lookup_keys: ['large'] })).data.map(({ id }) => id)).toEqual([large.id]);
  const { session } = await openSession(0, {
    mode: 'subscription',
    line_items: [{ price: small.id, quantity: 1 }],
  });
  await control('/pay', { session: session.id });
  const { subscription } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
  return subscription as Stripe.Subscription;
}

describe('checkout', () => {
  it('takes money, and the books agree', async () => {
    const intent = await paidIntent(2_500);
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2_500, currency: 'usd' });
    expect(intent.latest_charge).toMatchObject({ paid: true, amount_captured: 2_500, disputed: false });
    const { data } = await stripe.balanceTransactions.list();
    expect(data).toMatchObject([{ amount: 2_500, fee: 103, net: 2_397, type: 'charge' }]);
    expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 2_397 }]);
    const types = (await stripe.events.list()).data.map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['checkout.session.completed', 'payment_intent.succeeded', 'charge.succeeded']);
  });

  it('lets a person try another card after a decline, and never pays twice', async () => {
    const { session } = await openSession();
    expect(await control('/pay', { session: session.id, card: 'declined' })).toEqual({ accepted: false });
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
    expect(await control('/pay', { session: session.id, card: 'needs-authentication' })).toEqual({ accepted: true });
    expect(await control('/pay', { session: session.id })).toMatchObject({ error: { type: 'invalid_request_error' } });
    expect(standIn.world.all('payment_intent')).toHaveLength(1);
  });

  it.each([
    [true, 'paid', 'checkout.session.async_payment_succeeded'],
    [false, 'unpaid', 'checkout.session.async_payment_failed'],
  ])('completes unpaid where the bank takes days; paid: %s', async (paid, status, type) => {
    const { session } = await openSession();
    await control('/pay', { session: session.id, card: 'processing' });
    const completed = await stripe.checkout.sessions.retrieve(session.id);
    expect(completed).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    await control('/processing', { paymentIntent: completed.payment_intent, paid });
    expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe(status);
    expect((await stripe.events.list({ limit: 1 })).data[0]?.type).toBe(type);
  });

  it('saves a card that is charged later without its owner', async () => {
    const { customer, session } = await openSession(0, { mode: 'setup', currency: 'usd', line_items: [] });
    await control('/pay', { session: session.id });
    const { setup_intent: setup } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] });
    const card = (setup as Stripe.SetupIntent).payment_method as string;
    const charge = { amount: 1_000, currency: 'usd', customer: customer.id, confirm: true, off_session: true };
    expect((await stripe.paymentIntents.create({ ...charge, payment_method: card })).status).toBe('succeeded');
    const strange = await stripe.customers.create({});
    const stolen = stripe.paymentIntents.create({ ...charge, customer: strange.id, payment_method: card });
    expect((await failureOf(stolen)).statusCode).toBe(400);
  });
});

describe('charging without the owner', () => {
  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_authenticationRequired', 'authentication_required', 'generic_decline'],
  ])('%s is refused with 402', async (name, code, declineCode) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: card } = await stripe.paymentMethods.attach(name, { customer });
    const asked = { amount: 1_000, currency: 'usd', customer, payment_method: card, confirm: true, off_session: true };
    const error = await failureOf(stripe.paymentIntents.create(asked));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, code, decline_code: declineCode });
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '');
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount_received: 0 });
    expect((await stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled');
  });
});

describe('an idempotency key', () => {
  const asked = { email: 'once@example.com' };

  it('gives the first answer again, to the same parameters only', async () => {
    const first = await stripe.customers.create(asked, { idempotencyKey: 'k1' });
    const again = await stripe.customers.create(asked, { idempotencyKey: 'k1' });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = await failureOf(stripe.customers.create({ email: 'other' }, { idempotencyKey: 'k1' }));
    expect(other).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
    expect(standIn.world.all('customer')).toHaveLength(1);
  });

  it('also gives a 500 again, after which the object is there all the same', async () => {
    await control('/faults', { kind: 'fail-after', path: '/v1/customers' });
    for (let i = 0; i < 2; i++) {
      const error = await failureOf(stripe.customers.create(asked, { idempotencyKey: 'k2' }));
      expect(error.statusCode).toBe(500);
    }
    expect(standIn.world.all('customer')).toHaveLength(1);
  });

  it('makes a lost answer harmless', async () => {
    await control('/faults', { kind: 'drop-response', path: '/v1/customers' });
    const made = await client('sk_test_standin', 2).customers.create(asked, { idempotencyKey: 'k3' });
    expect(standIn.world.all('customer').map(({ id }) => id)).toEqual([made.id]);
  });

  it('is free again after refused parameters, and after a day', async () => {
    await failureOf(stripe.customers.create({ colour: 'red' } as never, { idempotencyKey: 'k4' }));
    const first = await stripe.customers.create(asked, { idempotencyKey: 'k4' });
    await control('/clock', { advanceMs: 25 * 3_600_000 });
    expect((await stripe.customers.create(asked, { idempotencyKey: 'k4' })).id).not.toBe(first.id);
  });
});

describe('refunds and disputes', () => {
  it('give back at most what was taken', async () => {
    const intent = await paidIntent(1_000);
    await stripe.refunds.create({ payment_intent: intent.id, amount: 400 });
    const much = await failureOf(stripe.refunds.create({ payment_intent: intent.id, amount: 601 }));
    expect(much).toMatchObject({ statusCode: 400, param: 'amount' });
    await stripe.refunds.create({ payment_intent: intent.id });
    expect(standIn.world.all('charge')).toMatchObject([{ amount_refunded: 1_000, refunded: true }]);
    expect((await stripe.refunds.list({ payment_intent: intent.id })).data.map(({ amount }) => amount)).toEqual([
      600, 400,
    ]);
  });

  it.each(['won', 'lost'] as const)('a dispute is opened and %s', async (status) => {
    const intent = await paidIntent(1_000);
    const { id } = await control('/disputes', { paymentIntent: intent.id });
    expect(await stripe.disputes.list({ payment_intent: intent.id })).toMatchObject({
      data: [{ status: 'needs_response', amount: 1_000 }],
    });
    await control('/disputes/close', { dispute: id, status });
    expect((await stripe.disputes.retrieve(String(id))).status).toBe(status);
    const totals = await (await fetch(`${standIn.url}/_control/totals`)).json();
    expect(totals).toEqual({ paid: 1_000, refunded: 0, disputed: status === 'won' ? 0 : 1_000 });
  });
});

describe('a subscription', () => {
  it('bills its first month, an upgrade in proportion, and each renewal, and ends when told', async () => {
    const subscription = await subscribed();
    const [item] = subscription.items.data;
    const [large] = (await stripe.prices.list({ lookup_keys: ['large'] })).data;
    const month = (item?.current_period_end ?? 0) - (item?.current_period_start ?? 0);
    await control('/clock', { advanceMs: (month * 1_000) / 2 });
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item?.id ?? '', price: large?.id ?? '' }],
      proration_behavior: 'always_invoice',
    });
    await control('/clock', { advanceMs: (month * 1_000) / 2 + 1_000 });
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    const invoices = (await stripe.invoices.list({ limit: 10 })).data.toReversed();
    expect(invoices.map(({ billing_reason: why, amount_paid: paid }) => [why, paid])).toEqual([
      ['subscription_create', 900],
      ['subscription_update', 1_000],
      ['subscription_cycle', 2_900],
    ]);
    await control('/clock', { advanceMs: 32 * 86_400_000 });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect((await stripe.events.list({ limit: 1 })).data[0]?.type).toBe('customer.subscription.deleted');
  });
});

describe('events', () => {
  it('come signed by every secret, and the official check takes each', async () => {
    const listener = await listenForEvents();
    try {
      await control('/webhooks', { url: listener.url, secrets: ['whsec_old', 'whsec_new'] });
      const { id } = await stripe.customers.create({});
      await standIn.deliveries.settled();
      const [{ body, signature }] = listener.received as [(typeof listener.received)[0]];
      for (const secret of ['whsec_old', 'whsec_new']) {
        const event = stripe.webhooks.constructEvent(body, signature, secret);
        expect(event).toMatchObject({ type: 'customer.created', api_version: apiVersion, data: { object: { id } } });
      }
      expect(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other')).toThrow();
      expect(() => stripe.webhooks.constructEvent(body, signature, '')).toThrow(/secret/);
    } finally {
      await listener.close();
    }
  });

  it('are held, doubled, sent in any order, lost and sent again, as told', async () => {
    const listener = await listenForEvents();
    try {
      await control('/webhooks', { url: listener.url, secrets: ['whsec_x'] });
      await control('/deliveries', { hold: true });
      for (const name of ['a', 'b', 'c']) await stripe.customers.create({ name });
      expect(listener.received).toHaveLength(0);
      const ids = (await stripe.events.list()).data.map(({ id }) => id);
      await control('/deliveries/send', { events: ids.slice(0, 2), copies: 2 });
      expect(listener.received).toHaveLength(4);
      listener.status = 503;
      await control('/deliveries/send', { events: ids.slice(2) });
      listener.status = 200;
      await control('/deliveries', { loseNext: 1 });
      expect(await control('/deliveries/retry', {})).toMatchObject([{ eventId: ids[2], status: 0 }]);
      expect(await control('/deliveries/retry', {})).toMatchObject([{ eventId: ids[2], status: 200 }]);
      expect(standIn.deliveries.waiting.size).toBe(0);
    } finally {
      await listener.close();
    }
  });
});
