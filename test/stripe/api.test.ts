/** Payments in the management API. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStripe } from '../../src/control/stripe/parts.ts';
import { type TestApi, testApi } from '../api/harness.ts';
import { paySession } from '../fakes/stripe/checkout.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  shop = await openShop();
  api = await testApi({ store: shop.store, stripe: shop.parts });
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});
afterAll(async () => {
  await api.close();
  await shop.close();
});

const checkout = (body: object, key = acme.key, id = acme.id) =>
  api.ask(`POST /organizations/${id}/checkout`, { key, body });

async function paid(amountUsd: string): Promise<string> {
  const { body } = await checkout({ amountUsd });
  paySession(shop.standIn.world, body.url.split('/').at(-1), 'pays');
  await shop.deliverAll();
  return body.paymentId;
}

describe('without a key of Stripe', () => {
  it.each(['POST checkout', 'PUT automatic-top-up', 'POST portal'])('%s says what to do instead', async (what) => {
    const none = await testApi();
    try {
      const { id, key } = await none.tenant('acme');
      const [method, path] = what.split(' ');
      const bodies: Record<string, object> = {
        'automatic-top-up': { enabled: true, thresholdUsd: '10', amountUsd: '20' },
        checkout: { amountUsd: '20' },
      };
      const body = bodies[path ?? ''];
      const { status, body: told } = await none.ask(`${method} /organizations/${id}/${path}`, {
        key,
        ...(body && { body }),
      });
      expect([status, told.error.code]).toEqual([409, 'stripe_not_configured']);
      expect(told.error.remedy).toMatch(/stripe\.secretKey.*credit wallets by hand/);
      const webhook = await none.api.inject({ method: 'POST', url: '/api/v1/stripe/webhook', payload: '{}' });
      expect(webhook.statusCode).toBe(409);
    } finally {
      await none.close();
    }
  });
});

describe('a checkout', () => {
  it('answers a page; the payment is shown to its owner and to operators only', async () => {
    const id = await paid('12.50');
    const { body } = await api.ask(`GET /payments/${id}`, { key: acme.key });
    expect(body).toMatchObject({ kind: 'top-up', state: 'paid', amountUsd: '12.50', refundedUsd: '0.00' });
    expect((await api.ask(`GET /payments/${id}`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`GET /payments/${id}`)).status).toBe(200);
    const theirs = `GET /payments?organizationId=${acme.id}`;
    expect((await api.ask('GET /payments', { key: other.key })).body.data).toEqual([]);
    expect((await api.ask(theirs, { key: other.key })).status).toBe(404);
    expect((await api.ask(theirs)).body.data.length).toBeGreaterThan(0);
  });

  it.each([
    [{ amountUsd: '4.99' }, /\$4\.99 cannot be charged.*from \$5\.00 to \$10000\.00/],
    [{ amountUsd: '10000.01' }, /cannot be charged/],
    [{ amountUsd: '10.001' }, /whole cents/],
    [{ amountUsd: '-10' }, /amountUsd/],
    [{ amountUsd: 10 }, /amountUsd/],
    [{}, /amountUsd is missing/],
    [{ amountUsd: '10', currency: 'eur' }, /currency/],
    [{ amountUsd: '10', successUrl: 'javascript:alert(1)' }, /successUrl/],
  ])('refuses %j', async (body, message) => {
    const { status, body: told } = await checkout(body);
    expect([status, told.error.code]).toEqual([400, 'invalid_request']);
    expect(told.error.message).toMatch(message);
  });

  it("of another organization is not there, and Stripe's trouble is told as such", async () => {
    expect((await checkout({ amountUsd: '10' }, other.key)).status).toBe(404);
    shop.standIn.faults.add({ kind: 'status', status: 500, path: '/v1/checkout', times: 3 });
    const { status, body } = await checkout({ amountUsd: '10' });
    expect([status, body.error.code]).toEqual([503, 'unavailable']);
  });

  it('saves a card, with which the automatic top-up can be turned on', async () => {
    const path = `/organizations/${acme.id}/automatic-top-up`;
    const asked = { enabled: true, thresholdUsd: '10', amountUsd: '20' };
    expect((await api.ask(`GET ${path}`, { key: acme.key })).body).toMatchObject({ enabled: false, amountUsd: '0.00' });
    expect((await api.ask(`PUT ${path}`, { key: acme.key, body: asked })).status).toBe(400);
    const { body } = await checkout({ mode: 'card' });
    paySession(shop.standIn.world, body.url.split('/').at(-1), 'pays');
    await shop.deliverAll();
    const set = await api.ask(`PUT ${path}`, { key: acme.key, body: asked });
    expect(set.body).toEqual({
      enabled: true,
      thresholdUsd: '10.00',
      amountUsd: '20.00',
      declines: 0,
      disabledReason: null,
    });
    expect((await api.ask(`GET ${path}`, { key: acme.key })).body).toEqual(set.body);
    expect((await api.ask(`GET ${path}`, { key: other.key })).status).toBe(404);
  });

  it('the portal has a page', async () => {
    const { status, body } = await api.ask(`POST /organizations/${acme.id}/portal`, { key: acme.key });
    expect([status, body.url]).toEqual([201, expect.stringContaining('/portal/')]);
  });
});

it('neither answers nor the log show the secrets, whatever goes wrong', async () => {
  const lines: unknown[] = [];
  const keep = (...line: unknown[]) => void lines.push(line);
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const settings = { ...shop.parts.settings, secretKey: 'sk_test_canary', webhookSecrets: ['whsec_canary'] };
  const stripe = openStripe({ ...shop.parts, settings, log });
  const told = await testApi({ store: shop.store, stripe, log });
  try {
    const { id, key } = await told.tenant('quiet');
    const refused = await told.ask(`POST /organizations/${id}/checkout`, { key, body: { amountUsd: '10' } });
    expect([refused.status, refused.body.error.code]).toEqual([503, 'unavailable']);
    const headers = { 'stripe-signature': 't=1,v1=00', 'content-type': 'application/json' };
    const forged = await told.api.inject({ method: 'POST', url: '/api/v1/stripe/webhook', headers, payload: '{}' });
    expect(forged.statusCode).toBe(400);
    expect(lines.length).toBeGreaterThan(0);
    expect(inspect(lines, { depth: 12 }) + refused.text + forged.payload).not.toContain('canary');
  } finally {
    await told.close();
  }
});

describe('a refund', () => {
  it('is for operators, once for each Idempotency-Key', async () => {
    const id = await paid('30');
    const own = await api.ask(`POST /payments/${id}/refund`, { key: acme.key, body: { amountUsd: '10' } });
    expect(own.status).toBe(403);
    const headers = { 'idempotency-key': 'refund-1' };
    for (let i = 0; i < 2; i++) {
      const { status, body } = await api.ask(`POST /payments/${id}/refund`, { body: { amountUsd: '10' }, headers });
      expect([status, body.refundedUsd]).toEqual([200, '10.00']);
    }
    const { body } = await api.ask(`POST /payments/${id}/refund`, { body: { amountUsd: '10' } });
    expect(body.refundedUsd).toBe('20.00');
    expect((await api.ask('POST /payments/pay_nobody/refund')).status).toBe(404);
    const much = await api.ask(`POST /payments/${id}/refund`, { body: { amountUsd: '11', evenIfSpent: true } });
    expect([much.status, much.body.error.message]).toEqual([400, expect.stringMatching(/Stripe refuses the refund/)]);
  });
});
