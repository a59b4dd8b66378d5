/** F20, and F21's lost answers: what is not proved leaves nothing behind, what is proved is kept before it is answered. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Jobs, startJobs } from '../../src/control/jobs/queue.ts';
import { processEvent } from '../../src/control/stripe/events.ts';
import { openStripe } from '../../src/control/stripe/parts.ts';
import { stripeTasks } from '../../src/control/stripe/tasks.ts';
import { receiveWebhook, WebhookRefusal } from '../../src/control/stripe/webhook.ts';
import { silentLog } from '../../src/lib/log.ts';
import { StoreError } from '../../src/store/error.ts';
import { type TestApi, testApi } from '../api/harness.ts';
import { signatureOf } from '../fakes/stripe/deliveries.ts';
import { startPostgresProxy } from '../postgres-proxy.ts';
import { until } from '../until.ts';
import { dollar, eventsAbout, openShop, type Shop, secret, signed } from './shop.ts';

let shop: Shop;
let api: TestApi;
let event: Stripe.Event;
let count = 0;

beforeAll(async () => {
  shop = await openShop();
  api = await testApi({ store: shop.store, stripe: shop.parts });
});
afterAll(async () => {
  expect(await shop.findings()).toEqual([]);
  await api.close();
  await shop.close();
});
beforeEach(async () => {
  const { intentId } = await shop.buy(await shop.organization(`org-${++count}`), 10);
  event = eventsAbout(shop, [intentId]).find(({ type }) => type === 'payment_intent.succeeded') as Stripe.Event;
});

const now = () => Math.floor(Date.now() / 1_000);
const bodyOf = (of: object = event) => JSON.stringify(of, null, 2);

async function send(body: string | Buffer, signature: string | undefined) {
  const answer = await api.api.inject({
    method: 'POST',
    url: '/api/v1/stripe/webhook',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(signature !== undefined && { 'stripe-signature': signature }),
    },
    payload: body,
  });
  return { status: answer.statusCode, text: answer.payload };
}

async function kept(id = event.id): Promise<number> {
  return (await shop.store.db.selectFrom('stripe_events').select('id').where('id', '=', id).execute()).length;
}

type Forgery = () => readonly [string | Buffer, string | undefined];

const forgeries: Readonly<Record<string, Forgery>> = {
  'no signature': () => [bodyOf(), undefined],
  'an empty signature': () => [bodyOf(), ''],
  'a signature of nothing': () => [bodyOf(), `t=${now()}`],
  'a wrong signature': () => [bodyOf(), `t=${now()},v1=${'0'.repeat(64)}`],
  'a signature by an empty secret': () => [bodyOf(), signatureOf(bodyOf(), [''], now())],
  'an old secret': () => [bodyOf(), signatureOf(bodyOf(), ['whsec_old'], now())],
  "another endpoint's secret": () => [bodyOf(), signatureOf(bodyOf(), ['whsec_other_endpoint'], now())],
  'a time 301 s ago': () => [bodyOf(), signatureOf(bodyOf(), [secret], now() - 302)],
  'a time 301 s ahead': () => [bodyOf(), signatureOf(bodyOf(), [secret], now() + 302)],
  'two times, one of them fresh': () => [bodyOf(), `t=${now()},${signatureOf(bodyOf(), [secret], now() - 4_000)}`],
  'a fresh time after the signed one': () => [bodyOf(), `${signatureOf(bodyOf(), [secret], now() - 4_000)},t=${now()}`],
  'a fresh time in the place of the signed one': () => [
    bodyOf(),
    signatureOf(bodyOf(), [secret], now() - 4_000).replace(/t=\d+/, `t=${now()}`),
  ],
  'an altered body': () => [
    bodyOf().replace('"amount_received": 1000', '"amount_received": 9999'),
    signatureOf(bodyOf(), [secret], now()),
  ],
  'a body that was parsed and written again': () => [JSON.stringify(event), signatureOf(bodyOf(), [secret], now())],
  'a body in another encoding': () => [Buffer.from(bodyOf(), 'utf16le'), signatureOf(bodyOf(), [secret], now())],
  'an empty body': () => ['', signatureOf('', [secret], now())],
  'a signed body that is no JSON': () => ['{', signatureOf('{', [secret], now())],
  'a signed body that is no event': () => ['{"id":"evt_1"}', signatureOf('{"id":"evt_1"}', [secret], now())],
  'an event of live mode for a test key': () => mine({ livemode: true }),
  'an event of a connected account': () => mine({ account: 'acct_other' }),
};

function mine(changed: object): readonly [string, string] {
  const body = bodyOf({ ...event, ...changed });
  return [body, signatureOf(body, [secret], now())];
}

describe('an event with', () => {
  it.each(Object.keys(forgeries))('%s is refused with 400, and leaves no row', async (name) => {
    const [body, signature] = forgeries[name]?.() ?? [];
    const { status, text } = await send(body ?? '', signature);
    expect([status, text]).toEqual([400, expect.stringContaining('remedy')]);
    expect(text).not.toContain('whsec_shop');
    expect(await kept()).toBe(0);
  });

  it('another signing secret beside ours, while one is rolled, is taken by either', async () => {
    const two = { ...shop.parts, settings: { ...shop.parts.settings, webhookSecrets: ['whsec_new', secret] } };
    for (const by of [['whsec_new'], [secret], ['whsec_new', secret], ['whsec_strange', secret]]) {
      const { eventId } = await receiveWebhook(two, ...signed(event, by));
      expect(eventId).toBe(event.id);
    }
    await expect(receiveWebhook(two, ...signed(event, ['whsec_strange']))).rejects.toThrow(WebhookRefusal);
    expect(await kept()).toBe(1);
  });

  it('a time up to 299 s away is taken, and so is one that comes again', async () => {
    for (const seconds of [now() - 298, now() + 298, now()]) {
      expect((await send(bodyOf(), signatureOf(bodyOf(), [secret], seconds))).status).toBe(200);
    }
    expect(await kept()).toBe(1);
  });
});

describe('the room for payments', () => {
  it.each([[[]], [['']], [[' ']], [['whsec_x', '']]])('does not open with the signing secrets %j', (webhookSecrets) => {
    const settings = { ...shop.parts.settings, webhookSecrets };
    expect(() => openStripe({ ...shop.parts, settings })).toThrow('signing secret');
  });
});

describe('while the database is away', () => {
  it('Stripe gets 503 and sends again, and the payment is credited once', async () => {
    const proxy = await startPostgresProxy(shop.database.url);
    const store = await shop.database.open({ url: proxy.url, connectTimeoutMs: 500 });
    const parts = { ...shop.parts, store };
    const behind = await testApi({ store, stripe: parts });
    try {
      await proxy.stop();
      const [payload, signature] = signed(event);
      const headers = { 'stripe-signature': signature, 'content-type': 'application/json' };
      const asked = { method: 'POST' as const, url: '/api/v1/stripe/webhook', headers, payload };
      const refused = await behind.api.inject(asked);
      expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '2']);
      await expect(receiveWebhook(parts, payload, signature)).rejects.toThrow(StoreError);
      expect(await kept()).toBe(0);
      await proxy.start();
      await until('the event is taken', async () => (await behind.api.inject(asked)).statusCode === 200);
      expect(await kept()).toBe(1);
      await Promise.all(Array.from({ length: 5 }, () => processEvent(shop.parts, { eventId: event.id })));
      const credits = await shop.store.db
        .selectFrom('stripe_movements')
        .selectAll()
        .where('id', '=', `stripe:pi:${(event.data.object as Stripe.PaymentIntent).id}`)
        .execute();
      expect(credits).toMatchObject([{ kind: 'credit', amount_nano_usd: 10n * dollar }]);
    } finally {
      await behind.api.close();
      await proxy.close();
    }
  });
});

it('while all connections to the database are taken Stripe gets 503, and nothing is kept', async () => {
  const store = await shop.database.open({ poolSize: 1, connectTimeoutMs: 50 });
  const busy = await testApi({ store, stripe: { ...shop.parts, store } });
  try {
    const [payload, signature] = signed(event);
    const headers = { 'stripe-signature': signature, 'content-type': 'application/json' };
    await store.db.connection().execute(async () => {
      const answer = await busy.api.inject({ method: 'POST', url: '/api/v1/stripe/webhook', headers, payload });
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
    });
    expect(await kept()).toBe(0);
  } finally {
    await busy.close();
  }
});

describe('by real HTTP and the queue of jobs', () => {
  it('events that come fifty times each, late and again after lost answers, credit once', async () => {
    const server = createServer((request, response) => api.api.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/stripe/webhook`;
    const jobs: Jobs = await startJobs({
      store: shop.store,
      log: silentLog,
      tasks: stripeTasks(shop.parts),
      pollMs: 50,
    });
    const { deliveries } = shop.standIn;
    deliveries.endpoints.push({ url, secrets: [secret] });
    try {
      deliveries.pace.hold = true;
      const org = await shop.organization('by-http');
      const { intentId, sessionId } = await shop.buy(org, 40);
      const ids = eventsAbout(shop, [intentId, sessionId]).map(({ id }) => id);
      deliveries.loseNext = 3;
      const answers = await deliveries.send(ids.toReversed(), 50);
      // A busy server may ask for some of them again, and gets them.
      expect(answers.filter(({ status }) => ![0, 200, 503].includes(status))).toEqual([]);
      await until('all are taken', async () => {
        await deliveries.retry();
        return ids.every((id) => !deliveries.waiting.has(id));
      });
      await until('the money is there', async () => (await shop.balance(org)) === 40n * dollar, 25_000);
      await deliveries.send(ids, 3);
      await until(
        'all events are done',
        async () => {
          const open = await shop.store.db
            .selectFrom('stripe_events')
            .select('id')
            .where('id', 'in', ids)
            .where('state', '<>', 'done')
            .execute();
          return open.length === 0;
        },
        25_000,
      );
      expect(await shop.balance(org)).toBe(40n * dollar);
    } finally {
      deliveries.endpoints.length = 0;
      await jobs.stop();
      server.closeAllConnections();
      server.close();
    }
  }, 90_000);
});
