/** `tollgate secrets` beside a gateway that runs: a new master key in its data directory, and a database that is away. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey } from '../../src/control/keys/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { GatewayProcess } from '../harness/gateway-process.ts';
import { call, jsonOf } from '../harness/sse-client.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../postgres-proxy.ts';
import { until } from '../until.ts';

const secret = 'sk-under-the-master-key-0123456789';
let upstream: Upstream;
let database: TestDatabase;
let proxy: PostgresProxy;
let gateway: TestGateway;
let operator: string;

beforeAll(async () => {
  upstream = await startUpstream();
  database = await testDatabase();
  proxy = await startPostgresProxy(database.url);
  gateway = await startGateway({
    config: fakeProviders(upstream, ['echo']),
    database: { ...database, url: proxy.url },
  });
  const store = await database.open();
  operator = (await createKey(store, { name: 'operator', kind: 'management' }, systemClock)).key;
  await until('the operator to be known', async () => (await api('GET /secrets')).status === 200);
  const body = { name: 'kept', vendor: 'vllm', baseUrl: `${upstream.url}/v1`, apiKey: secret };
  expect((await api('POST /providers', body)).status).toBe(201);
});
afterAll(async () => {
  await gateway.stop();
  await proxy.close();
  await database.close();
  await upstream.close();
});

function api(what: string, body?: unknown) {
  const [method, path] = what.split(' ') as ['GET' | 'POST', string];
  return call(`${gateway.url}/api/v1${path}`, body, { key: operator, method });
}

const chat = () =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { model: 'kept/echo', max_tokens: 50, messages: [{ role: 'user', content: 'hello' }] },
    { key: gateway.key },
  );

async function secrets(...args: readonly string[]) {
  const command = new GatewayProcess(['secrets', ...args, '--config', join(gateway.dataDir, 'tollgate.yaml')]);
  const { code } = await command.ended;
  return { code, output: command.output };
}

/** Calls until it is told to stop; gives every status. */
function traffic() {
  let goesOn = true;
  const statuses: number[] = [];
  const working = (async () => {
    while (goesOn) statuses.push((await chat()).status);
  })();
  return {
    statuses,
    async stop() {
      goesOn = false;
      await working;
      return [...new Set(statuses)];
    },
  };
}

const masterKeys = () =>
  readFileSync(join(gateway.dataDir, 'data', 'master.key'), 'utf8')
    .trim()
    .split('\n');

it('a new master key is made and taken up while requests run, and after a restart', async () => {
  const load = traffic();
  await until('some requests', () => load.statuses.length > 5);
  const rotated = await secrets('rotate', '--new-key');
  expect(rotated.code, rotated.output).toBe(0);
  expect(masterKeys()).toHaveLength(2);
  const done = load.statuses.length;
  await until('more requests', () => load.statuses.length > done + 5);
  expect(await load.stop()).toEqual([200]);
  // The gateway has taken the new key up: it seals under it.
  expect((await api('POST /providers/kept/credentials', { apiKey: `${secret}-2` })).status).toBe(201);
  const { rows, current } = jsonOf(await api('GET /secrets')) as { rows: number; current: number };
  expect([rows > 1, current]).toEqual([true, rows]);
  expect((await secrets('verify')).code).toBe(0);
  await gateway.restart();
  expect((await chat()).status).toBe(200);
  expect(gateway.stderr).not.toContain('cannot be opened');
});

it('opened secrets work on while the database is away', async () => {
  await proxy.stop();
  for (let i = 0; i < 10; i++) expect((await chat()).status).toBe(200);
  expect(upstream.calls.at(-1)?.headers.authorization).toContain(secret);
  await proxy.start();
});

it('what was swapped is named, with another exit code, and no secret is told', async () => {
  const table = `"${database.schema}".provider_credentials`;
  const [first] = await runSql(database.url, `SELECT sealed FROM ${table} ORDER BY id LIMIT 1`);
  const [last] = await runSql(
    database.url,
    `UPDATE ${table} SET sealed = '${first?.sealed}' WHERE id = (SELECT max(id) FROM ${table}) RETURNING id`,
  );
  const { code, output } = await secrets('verify');
  expect(code).toBe(1);
  expect(output).toContain(String(last?.id));
  expect(output).not.toContain(secret);
  expect((await secrets('status')).output).toContain('key of the installation for a provider');
});
