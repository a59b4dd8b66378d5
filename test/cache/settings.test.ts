/** The real server: where the file and the management API say that answers are kept. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { call, jsonOf } from '../harness/sse-client.ts';
import { obedient } from '../money/obedient.ts';
import { until } from '../until.ts';
import { cacheOf } from './cached-rig.ts';

const kept = 'tg-kept-000000000000000000000000';
const plain = 'tg-plain-00000000000000000000000';
const manager = 'tgm-manager-00000000000000000000';

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream({ script: obedient });
  const config = {
    ...fakeProviders(upstream, ['m']),
    cache: { hitPricePercent: 50 },
    routes: { main: { targets: ['oa/m'], cache: { ttlMs: 60_000 } } },
    keys: { kept: { key: kept, cache: { ttlMs: 60_000 } }, plain: { key: plain }, manager: { key: manager } },
  };
  gateway = await startGateway({ config });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

async function told(key: string, model: string, content = 'hi'): Promise<unknown> {
  const body = { model, max_tokens: 3, messages: [{ role: 'user', content }] };
  return cacheOf(await call(`${gateway.url}/v1/chat/completions`, body, { key }));
}

it('a key and a route of the file', async () => {
  expect([await told(plain, 'oa/m'), await told(plain, 'main'), await told(plain, 'main')]).toEqual([
    'off',
    'miss',
    'hit',
  ]);
  expect([await told(kept, 'oa/m'), await told(kept, 'oa/m')]).toEqual(['miss', 'hit']);
  const rows = await gateway.waitForUsage(5);
  const charges = rows.map(({ charge_nano_usd: charge, cost_nano_usd: cost }) => [String(charge), String(cost)]);
  // 10 tokens of input and 3 of output come to 16,000 nano-dollars.
  expect(charges).toEqual([
    ['16000', '16000'],
    ['16000', '16000'],
    ['8000', '0'],
    ['16000', '16000'],
    ['8000', '0'],
  ]);
});

it('a key of the management API, from the moment it is changed', async () => {
  const api = async (method: 'POST' | 'PATCH', path: string, body: object) =>
    jsonOf(await call(`${gateway.url}/api/v1${path}`, body, { key: manager, method }));
  const made = await api('POST', '/keys', { name: 'made', cache: { ttlMs: 5_000 } });
  expect(made.cache).toEqual({ ttlMs: 5_000 });
  const key = String(made.key);
  await until('the key', async () => (await told(key, 'oa/m', 'made')) !== undefined);
  expect(await told(key, 'oa/m', 'made')).toBe('hit');
  expect((await api('PATCH', `/keys/${made.id}`, { cache: null })).cache).toBeNull();
  await until('the change', async () => (await told(key, 'oa/m', 'made')) === 'off');
  const refused = await api('PATCH', `/keys/${made.id}`, { cache: { ttlMs: 0 } });
  expect(JSON.stringify(refused)).toContain('ttlMs');
});

it('a route of the management API, and a key of the command line', async () => {
  const route = { name: 'stored', definition: { targets: ['oa/m'], cache: { ttlMs: 60_000 } } };
  const made = await call(`${gateway.url}/api/v1/routes`, route, { key: manager, method: 'POST' });
  expect(made.status, made.body).toBe(201);
  await until('the route', async () => (await told(plain, 'stored', 'routed')) !== undefined);
  expect(await told(plain, 'stored', 'routed')).toBe('hit');

  const { url, schema } = gateway.database;
  const env = { TOLLGATE_DATABASE_URL: url, TOLLGATE_DATABASE_SCHEMA: schema, TOLLGATE_DATA_DIR: gateway.dataDir };
  const create = ['src/main.ts', 'keys', 'create', 'cli', '--cache-seconds', '60', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, create, { env });
  expect(JSON.parse(stdout)).toMatchObject({ cache: { ttlMs: 60_000 } });
});
