/** What a request cost is still told line by line when the prices of its time have gone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './harness/gateway.ts';
import { runSql, type TestDatabase, testDatabase } from './postgres.ts';
import { until } from './until.ts';

const operatorKey = 'tgm-of-the-price-history-0123456789';
let database: TestDatabase;
let gateway: TestGateway;

const start = (input: number) =>
  startGateway({
    database,
    config: {
      keys: { operator: { key: operatorKey } },
      models: { 'mock/echo': { price: { input, output: 40 } } },
    },
  });
const api = async (path: string) => {
  const answer = await fetch(`${gateway.url}/api/v1${path}`, { headers: { authorization: `Bearer ${operatorKey}` } });
  return JSON.parse(await answer.text());
};

beforeAll(async () => {
  database = await testDatabase();
  gateway = await start(10);
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});

// A second start of a whole gateway is in it.
const limitMs = 120_000;

it('also after a start with other prices', { timeout: limitMs }, async () => {
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mock/echo', messages: [{ role: 'user', content: 'hello there' }] }),
  });
  await answer.arrayBuffer();
  const requestId = answer.headers.get('x-request-id');
  const lines = await until('its row', async () => {
    const { charge } = await api(`/logs/${requestId}`);
    return charge?.exact === true ? charge.lines : undefined;
  });
  await until('the price to be kept', async () => {
    const rows = await runSql(
      database.url,
      `SELECT id FROM "${database.schema}".price_versions WHERE id LIKE 'config:mock/echo:%'`,
    );
    return rows.length === 1;
  });
  await gateway.stop();
  gateway = await start(20);
  expect((await api(`/logs/${requestId}`)).charge).toMatchObject({ exact: true, lines });
});
