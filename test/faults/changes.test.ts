/**
 * Fault F24: routes, prices, keys and limits change ten times a second under traffic on two gateways, broken ones among
 * them: nobody gets an error, each request knows one state of things, and what is new is in force everywhere at once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTwo, type TwoGateways } from '../byok/two-gateways.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { merge, type TestGateway } from '../harness/gateway.ts';
import { call } from '../harness/sse-client.ts';
import { until } from '../until.ts';

const changes = 60;
const everyMs = 100;
const callers = 4;
/** On however busy a machine. */
const limitMs = 180_000;

let upstream: Upstream;
let two: TwoGateways;
let acme: { id: string; manage: string; call: string };

beforeAll(async () => {
  upstream = await startUpstream({ keepBodies: false });
  const price = { price: { input: 1, output: 1 } };
  two = await startTwo(
    merge(fakeProviders(upstream, ['echo', 'lorem-5']), { models: { 'oa/echo': price, 'oa/lorem-5': price } }),
  );
  acme = await two.tenant('acme');
  await until('the operator to be known', async () => (await two.api('GET /routes')).status === 200);
  const made = await two.api('POST /routes', { name: 'moving', definition: { targets: ['oa/echo'] } });
  expect(made.status).toBe(201);
  for (const gateway of [two.first, two.second])
    await until('the route to be served', async () => (await ask(gateway)).status === 200);
}, limitMs);
afterAll(async () => {
  await two.stop();
  await upstream.close();
});

function ask(gateway: TestGateway, model = 'moving') {
  const body = { model, max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] };
  return call(`${gateway.url}/v1/chat/completions`, body, { key: acme.call });
}

interface Seen {
  readonly status: number;
  readonly model: unknown;
}

async function keepAsking(gateway: TestGateway, seen: Seen[], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { status, headers } = await ask(gateway);
    seen.push({ status, model: headers['x-tollgate-model'] });
  }
}

/** One of each kind in turn; every fifth is one that must be refused. */
async function change(i: number): Promise<void> {
  const target = i % 2 === 0 ? 'oa/lorem-5' : 'oa/echo';
  const asked = [
    () =>
      two.api('PUT /routes/moving', {
        definition: { targets: [target], strategy: i % 3 === 0 ? 'cheapest' : 'fallback' },
      }),
    () => two.api('POST /prices', { organizationId: acme.id, model: 'oa/echo', markupBasisPoints: 100 * (i % 50) }),
    () => two.api(`PATCH /organizations/${acme.id}`, { limits: { requestsPerMinute: 1_000_000 + i } }),
    () => two.api('POST /keys', { name: `key-${i}`, organizationId: acme.id, limits: { tokensPerDay: 1_000_000 } }),
    () => two.api('PUT /routes/moving', { definition: { targets: ['oa/nobody-knows'] } }),
  ];
  const { status, body } = await (asked[i % asked.length] as () => ReturnType<typeof two.api>)();
  if (i % asked.length === 4) expect([status, body]).toEqual([400, body]);
  else expect([status < 300, body]).toEqual([true, body]);
}

it('changes ten times a second reach everybody and disturb nobody', { timeout: limitMs }, async () => {
  const seen: Seen[] = [];
  let isOver = false;
  const asking = [two.first, two.second].flatMap((gateway) =>
    Array.from({ length: callers / 2 }, () => keepAsking(gateway, seen, () => isOver)),
  );
  try {
    for (let i = 0; i < changes; i++) {
      await change(i);
      await pause(everyMs);
    }
  } catch (error) {
    isOver = true;
    await Promise.all(asking);
    throw error;
  }
  const last = await two.api('PUT /routes/moving', { definition: { targets: ['oa/lorem-5'] } });
  expect(last.status).toBe(200);
  for (const gateway of [two.first, two.second])
    await until(
      'the last change to be in force',
      async () => (await ask(gateway)).headers['x-tollgate-model'] === 'oa/lorem-5',
      1_000,
    );
  isOver = true;
  await Promise.all(asking);
  expect(seen.length).toBeGreaterThan(changes);
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
  expect(new Set(seen.map(({ model }) => model))).toEqual(new Set(['oa/echo', 'oa/lorem-5']));
  // Each row says in which state of things its request was answered.
  const rows = await two.first.usageRows();
  expect(new Set(rows.map((row) => row.snapshot_version)).size).toBeGreaterThan(changes / 4);
});
