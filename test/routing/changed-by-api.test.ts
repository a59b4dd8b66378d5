/**
 * Prices and routes that are changed over the API while two real gateways run on one database: requests from then on go
 * by the new ones on both, running ones by those they began with, and usage rows say which.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../src/control/keys/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';

let database: TestDatabase;
let one: TestGateway;
let other: TestGateway;
let operator: string;

beforeAll(async () => {
  database = await testDatabase();
  const key = 'tg-test-changed-by-api';
  const config = { keys: { test: { key } }, routes: { filed: { targets: ['mock/echo'] } } };
  one = await startGateway({ database, config });
  other = await startGateway({ database, config });
  operator = (await createKey(await database.open(), { name: 'operator', kind: 'management' }, systemClock)).key;
  await until('the key to be known', async () => (await api('GET', '/usage')).status === 200);
});

afterAll(async () => {
  await one.stop();
  await other.stop();
  await database.close();
});

async function api(method: string, path: string, body?: object) {
  const answer = await fetch(`${one.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${operator}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

const chat = (gateway: TestGateway, model: string, more: object = {}) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer tg-test-changed-by-api', 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'four words are here' }], ...more }),
  });

const versionsOf = async (requestId: string) => {
  const rows = await until('the usage row', async () => {
    const found = (await one.usageRows()).filter((row) => row.request_id === requestId);
    return found.length > 0 && found;
  });
  return rows[0]?.price_version;
};

describe('a price that is changed over the API', () => {
  it('charges requests from then on at both gateways, under its name; a running stream keeps the one it began with', async () => {
    const running = await chat(one, 'mock/lorem-30-50ms', { stream: true });
    const runningId = running.headers.get('x-request-id') ?? '';
    expect(running.status).toBe(200);
    const price = { input: '100', output: '200' };
    for (const id of ['mock/lorem-30-50ms', 'mock/echo'])
      expect((await api('PATCH', `/models/${encodeURIComponent(id)}`, { price })).status).toBe(200);
    const version = (await api('GET', '/models/mock%2Fecho')).body.price.version;
    for (const gateway of [one, other]) {
      const after = await until('the new price', async () => {
        const answer = await chat(gateway, 'mock/echo');
        await answer.text();
        return Number(answer.headers.get('x-tollgate-cost-usd')) > 0.0001 && answer;
      });
      expect(await versionsOf(after.headers.get('x-request-id') ?? '')).toBe(version);
    }
    await running.text();
    expect(await versionsOf(runningId)).toMatch(/^mock:play:/);
  });
});

describe('a route that is changed over the API', () => {
  const sample = { messages: [{ role: 'user', content: 'hello' }] };

  it('can be tried before it is stored, by the decision that requests get', async () => {
    const definition = { strategy: 'cheapest', targets: ['mock/echo', 'mock/thinking'] };
    const { status, body } = await api('POST', '/routes/simulate', { request: sample, definition });
    expect([status, body.target]).toEqual([200, 'mock/thinking']);
    expect(body.decision).toMatchObject({ strategy: 'cheapest', candidatesCount: 2, rejectedCount: 0 });
    expect(body.decision.candidates[0]).toMatchObject({
      target: 'mock/thinking',
      state: 'up',
      asked: { how: 'relay', dropped: [] },
      costUsd: { low: expect.stringMatching(/^0\.0/) },
    });
    const quote = await fetch(`${one.url}/v1/route`, {
      method: 'POST',
      headers: { authorization: 'Bearer tg-test-changed-by-api' },
      body: JSON.stringify({ ...sample, model: 'filed' }),
    });
    const filed = await api('POST', '/routes/simulate', { request: { ...sample, model: 'filed' } });
    const told = (candidates: readonly { samples: number }[]) => candidates.map((each) => ({ ...each, samples: 0 }));
    const quoted = (await quote.json()) as { decision: { candidates: { samples: number }[] } };
    expect(told(filed.body.decision.candidates)).toEqual(told(quoted.decision.candidates));
  });

  it('tells why nobody may be asked, and what is wrong with a definition, at its place', async () => {
    const definition = { targets: ['mock/echo'], maxPrice: { input: 0.001 } };
    const nobody = (await api('POST', '/routes/simulate', { request: sample, definition })).body;
    expect(nobody).toMatchObject({ target: null, decision: { candidates: [], rejectedCount: 1 } });
    expect(nobody.decision.rejected[0]).toMatchObject({ target: 'mock/echo', why: expect.stringMatching(/0\.001/) });
    const wrong = await api('POST', '/routes/simulate', {
      request: sample,
      definition: { targets: ['openai/gpt-5'] },
    });
    expect([wrong.status, wrong.body.error.path]).toEqual([400, 'definition.targets[0]']);
    const bad = await api('POST', '/routes/simulate', { request: { ...sample, model: 'no-such-model' } });
    expect([bad.status, bad.body.error.path]).toEqual([400, 'request.model']);
  });

  it('leaves its usage rows as they are, has a history, and goes back to what it was', async () => {
    const first = { targets: ['mock/echo'] };
    expect((await api('POST', '/routes', { name: 'turned', definition: first })).body.version).toBe(1);
    const second = { targets: ['mock/thinking'] };
    const replaced = await api('PUT', '/routes/turned', { definition: second, ifVersion: 1 });
    expect([replaced.status, replaced.body.version]).toEqual([200, 2]);
    expect((await api('PUT', '/routes/turned', { definition: first, ifVersion: 1 })).status).toBe(409);
    expect((await api('POST', '/routes/turned/roll-back', { version: 1 })).body).toMatchObject({
      version: 3,
      definition: first,
    });
    await until('it is asked again as it was', async () => {
      const answer = await chat(other, 'turned');
      await answer.text();
      return answer.headers.get('x-tollgate-model') === 'mock/echo';
    });
    expect((await api('DELETE', '/routes/turned')).status).toBe(204);
    const { data } = (await api('GET', '/routes/turned/versions')).body;
    expect(
      data.map(({ version, definition }: { version: number; definition: object }) => [version, definition]),
    ).toEqual([
      [4, null],
      [3, expect.objectContaining(first)],
      [2, expect.objectContaining(second)],
      [1, expect.objectContaining(first)],
    ]);
    expect(data[0].madeBy).toMatchObject({ kind: 'key', name: 'operator' });
    expect((await api('POST', '/routes/turned/roll-back', { version: 4 })).status).toBe(400);
    expect((await api('POST', '/routes/turned/roll-back', { version: 2 })).body).toMatchObject({ definition: second });
  });

  it('of the file is told apart from those of the API', async () => {
    const { data } = (await api('GET', '/declared-routes')).body;
    expect(data).toMatchObject([{ name: 'filed', definition: { strategy: 'fallback', targets: ['mock/echo'] } }]);
  });
});

describe('an answer that is still the same', () => {
  it('need not come again: 304 for its ETag', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${one.url}/api/v1/declared-routes`, { headers: { authorization: `Bearer ${operator}`, ...headers } });
    const first = await ask({});
    const etag = first.headers.get('etag') ?? '';
    const second = await ask({ 'if-none-match': etag });
    expect([etag.startsWith('"'), second.status, await second.text()]).toEqual([true, 304, '']);
  });
});
