/** A gateway in which every operation of the management API has something to do, before local stand-ins of all others. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publishedFeed } from '../../../src/catalog/feed.fixture.ts';
import { makeLink } from '../../../src/control/sign-in/links.ts';
import { createUser } from '../../../src/control/sign-in/users.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Asked } from '../../api/fixtures.ts';
import type { ApiAnswer, Asking } from '../../api/harness.ts';
import { startStandIn } from '../../fakes/stripe/server.ts';
import { startUpstream } from '../../fakes/upstream.ts';
import { startGateway, type TestGateway } from '../../harness/gateway.ts';
import { testDatabase } from '../../postgres.ts';

export interface WholeGateway {
  readonly gateway: TestGateway;
  readonly asked: Asked;
  /** Management keys that see everything: each may ask 600 times a minute. */
  readonly keys: readonly string[];
  close(): Promise<void>;
}

/** What is kept as links that work once: for whoever owns it first, who lost a password, and who is invited. */
export async function makeLinks({ ask, store }: Asked): Promise<Readonly<Record<string, string>>> {
  const user = { name: 'Lost', email: 'lost@example.com', emailVerified: true };
  const userId = await createUser(store.db, user, systemClock);
  const { id } = (await ask('POST /organizations', { body: { name: 'inviting' } })).body;
  const invite = async (email: string) => {
    const answer = await ask(`POST /organizations/${id}/invitations`, { body: { email, role: 'viewer' } });
    return String(answer.body.url).split('#token=')[1] ?? '';
  };
  return {
    'POST /bootstrap': await makeLink(store.db, 'first-owner', null, systemClock),
    'POST /sign-in-links/use': await makeLink(store.db, 'recovery', userId, systemClock),
    'POST /invitations/look': await invite('looks@example.com'),
    'POST /invitations/accept': await invite('accepts@example.com'),
  };
}

const keysCount = 40;
const webhookSecret = 'whsec_of_the_whole_gateway';

export async function startWholeGateway(): Promise<WholeGateway> {
  const [upstream, stripe, prices, database] = [
    await startUpstream(),
    await startStandIn(),
    await startPrices(),
    await testDatabase(),
  ];
  const keys = Array.from({ length: keysCount }, (_, i) => `tgm-of-the-whole-gateway-${String(i).padStart(8, '0')}`);
  const gateway = await startGateway({
    database,
    config: {
      providers: { openai: { apiKey: 'sk-of-the-whole-gateway-0123', baseUrl: `${upstream.url}/v1` } },
      catalog: { url: prices.url },
      stripe: { secretKey: 'sk_test_standin', webhookSecrets: [webhookSecret], apiBase: stripe.url },
      signIn: { trustedProxies: ['127.0.0.1'] },
      keys: Object.fromEntries(keys.map((key, i) => [`operator-${i}`, { key }])),
    },
  });
  const store = await database.open();
  return {
    gateway,
    keys,
    asked: { store, ask: (what, asking = {}) => ask(gateway.url, what, { key: keys[0] ?? '', ...asking }) },
    async close() {
      await gateway.stop();
      await database.close();
      await Promise.all([upstream.close(), stripe.close(), prices.close()]);
    },
  };
}

async function ask(url: string, what: string, { key, body, headers }: Asking): Promise<ApiAnswer> {
  const [method = 'GET', path = ''] = what.split(' ', 2);
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
  const told = { status: answer.status, headers: Object.fromEntries(answer.headers), text };
  return { ...told, body: isJson ? JSON.parse(text) : undefined };
}

/** Newer prices, which are those that are known. */
async function startPrices() {
  const body = JSON.stringify(publishedFeed());
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
