/** The management API on the gateway's own port: real processes, real sockets. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { RawClient, rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../postgres-proxy.ts';
import { until } from '../until.ts';

const boss = 'tgm-of-the-operator-0123456789abcdef';
const authorization = `Bearer ${boss}`;

let database: TestDatabase;
let proxy: PostgresProxy;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  proxy = await startPostgresProxy(database.url);
  gateway = await startGateway({ database, readyMs: 55_000, config: withBoss(proxy.url) });
});

afterAll(async () => {
  await gateway.stop();
  await proxy.close();
  await database.close();
});

const withBoss = (url: string) => ({ database: { url }, keys: { boss: { key: boss } } });

const manage = (path: string, init: RequestInit = {}) =>
  fetch(`${gateway.url}${path}`, { ...init, headers: { authorization, 'content-type': 'application/json' } });

const chat = (key: string) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mock/echo', messages: [{ role: 'user', content: 'x' }] }),
  });

/** What a test knows of an answer. */
const json = async (answer: Response): Promise<ReturnType<typeof JSON.parse>> => answer.json();

const raw = (path: string, method = 'GET') =>
  rawRequest(gateway.url, rawRequestText(path, { authorization }, '', method));

describe('on the port of the gateway', () => {
  it('a key that was made by API calls a model at once, and is refused once it is revoked', async () => {
    const made = await manage('/api/v1/keys', { method: 'POST', body: JSON.stringify({ name: 'fresh' }) });
    expect([made.status, made.headers.get('x-request-id')]).toEqual([201, expect.stringMatching(/^req_/)]);
    const { id, key } = await json(made);
    expect((await chat(key)).status).toBe(200);
    expect((await manage(`/api/v1/keys/${id}/revoke`, { method: 'POST' })).status).toBe(200);
    expect((await chat(key)).status).toBe(401);
    const usage = await until('the usage row', async () => {
      const { data } = await json(await manage(`/api/v1/usage?key=${id}`));
      return data.length > 0 && data;
    });
    expect(usage).toMatchObject([{ keyName: 'fresh', servedModel: 'mock/echo', status: 'completed' }]);
  });

  it('each plane refuses the keys of the other', async () => {
    expect((await chat(boss)).status).toBe(403);
    const answer = await fetch(`${gateway.url}/api/v1/keys`, { headers: gateway.headers });
    expect(answer.status).toBe(401);
    expect((await json(answer)).error.remedy).toContain('--management');
  });

  it.each([
    '//api/v1/keys',
    '/API/v1/keys',
    '/api',
    '/apiv1/keys',
    '/%61pi/v1/keys',
    '/v1/../api/v1/keys',
    '/./api/v1/keys',
    'http://gateway/api/v1/keys',
    '/api//v1/keys',
    '/api/v1//keys',
    '/api/v1/keys/',
    '/api/v1/./keys',
    '/api/v1/x/../keys',
    '/api/v2/keys',
    '/api/v1/Keys',
  ])('%s is no other spelling of a path', async (path) => {
    const { status, body } = await raw(path);
    expect(status).toBe(404);
    expect(body.toString()).not.toContain('"data"');
  });

  it('answers other methods as HTTP wants it', async () => {
    const head = await raw('/api/v1/keys', 'HEAD');
    expect([head.status, head.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    for (const method of ['OPTIONS', 'TRACE', 'DELETE', 'PUT']) {
      const { status, headers } = await raw('/api/v1/keys', method);
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    }
  });

  it('keeps the limit on heads, and says nothing of its inside', async () => {
    const big = rawRequestText('/api/v1/keys', { authorization, 'x-big': 'x'.repeat(64 * 1024) }, '', 'GET');
    expect((await rawRequest(gateway.url, big)).status).toBe(431);
    for (const path of [
      '/api/v1/keys/%00',
      '/api/v1/keys/%ff',
      '/api/v1/keys?after=%00',
      '/api/v1/usage?after=%ff',
      '/api/v1/%',
    ]) {
      const { status, body } = await raw(path);
      expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => code === 400 || code === 404)]);
      expect(body.toString()).not.toMatch(/node_modules|\.ts:|SQLSTATE|invalid byte/);
    }
  });
});

describe('while Postgres is away', () => {
  it('a valid key gets 503 and when to come back, a wrong one 401, and models are called on', async () => {
    await proxy.stop();
    try {
      const away = await manage('/api/v1/keys');
      expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
      expect((await json(away)).error.code).toBe('unavailable');
      const made = await manage('/api/v1/keys', { method: 'POST', body: JSON.stringify({ name: 'x' }) });
      expect(made.status).toBe(503);
      expect((await fetch(`${gateway.url}/api/v1/keys`, { headers: { authorization: 'Bearer tgm-x' } })).status).toBe(
        401,
      );
      expect((await chat(gateway.key)).status).toBe(200);
    } finally {
      await proxy.start();
    }
    await until('the API to answer again', async () => (await manage('/api/v1/keys')).status === 200);
  });
});

describe('a shutdown', () => {
  it('waits for a request that runs, and sends new ones elsewhere', async () => {
    const ending = await startGateway({ database, readyMs: 55_000, config: withBoss(database.url) });
    const table = `"${database.schema}".organizations`;
    const locker = new pg.Client({ connectionString: database.url });
    await locker.connect();
    await locker.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const running = await RawClient.connect(ending.url);
    running.send(rawRequestText('/api/v1/organizations', { authorization, connection: 'keep-alive' }, '', 'GET'));
    await until('the request to wait for the table', async () => {
      const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '${table}'::regclass`;
      return (await runSql(database.url, waiting)).length > 0;
    });
    const exit = ending.process.stop();
    const ask = (path: string) => rawRequest(ending.url, rawRequestText(path, { authorization }, '', 'GET'));
    await until('the instance to drain', async () => (await ask('/ready')).status === 503);
    const refused = await ask('/api/v1/organizations');
    expect([refused.status, refused.headers.connection]).toEqual([503, 'close']);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ error: { code: 'unavailable' } });
    await locker.query('COMMIT');
    await locker.end();
    await running.until((answer) => answer.whole, 'its answer');
    expect([running.answer.status, running.answer.headers.connection]).toEqual([200, 'close']);
    expect((await exit).code).toBe(0);
    await ending.stop();
  });
});
