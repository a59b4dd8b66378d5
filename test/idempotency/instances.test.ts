/**
 * Fault F13 against the real server, two instances on one database: the same Idempotency-Key a hundred times at once,
 * after a crash, while Postgres is away, across a restart. The provider counts what it was asked.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../postgres-proxy.ts';
import { until } from '../until.ts';

let database: TestDatabase;
let proxy: PostgresProxy;
let upstream: Upstream;
let one: TestGateway;
let two: TestGateway;
beforeAll(async () => {
  database = await testDatabase();
  proxy = await startPostgresProxy(database.url);
  upstream = await startUpstream();
  const config = fakeProviders(upstream, ['m']);
  one = await startGateway({ config, database });
  const sameKey = { keys: { test: { key: one.key } }, database: { url: proxy.url } };
  two = await startGateway({ config: { ...config, ...sameKey }, database });
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await upstream.close();
  await proxy.close();
  await database.close();
});
beforeEach(() => upstream.clear());

const events = chatStream({ text: 'one two three four five' }, { includeUsage: true });
const body = {
  model: 'oa/m',
  stream: true,
  stream_options: { include_usage: true },
  messages: [{ role: 'user', content: 'hello' }],
};

const ask = (gateway: TestGateway, key: string, more: object = {}): Promise<Answer> =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { ...body, ...more },
    { key: one.key, headers: { 'idempotency-key': key } },
  );

/** Half of the answer, then the gate, then the rest. */
function throughGate(gate: Gate): Script {
  return async (_call, reply) => {
    reply.head(200, sseHeaders);
    await reply.write(wireText(events.slice(0, 4)));
    await gate.pass();
    await reply.write(wireText(events.slice(4)));
    reply.end();
  };
}

const codeOf = (answer: Answer): string =>
  answer.status === 200 ? '200' : (JSON.parse(answer.body) as { error: { code: string } }).error.code;

/** Once the answer is kept. */
function again(gateway: TestGateway, key: string, limitMs = 10_000): Promise<Answer> {
  return until(
    'the kept answer',
    async () => {
      const answer = await ask(gateway, key);
      return answer.status === 200 ? answer : undefined;
    },
    limitMs,
  );
}

/** Of the request with this id, as soon as it is there. */
const usageOf = (requestId: string) =>
  until('the usage row', async () => (await one.usageRows()).find((row) => row.request_id === requestId));

const table = (sql: string) => runSql(database.url, sql.replace('TABLE', `"${database.schema}".idempotent_requests`));

describe('the same key', () => {
  it('a hundred times at once over two instances: one call, one charge, and the same bytes for all', async () => {
    const gate = new Gate();
    upstream.once(throughGate(gate));
    const crowd = Array.from({ length: 100 }, (_, i) => ask(i % 2 === 0 ? one : two, 'crowd'));
    await gate.reached;
    expect(codeOf(await ask(one, 'crowd', { temperature: 1 }))).toBe('idempotency_key_reused');
    expect(codeOf(await ask(two, 'crowd', { temperature: 1 }))).toBe('idempotency_key_reused');
    // All others have been told before the first one has its answer.
    let told = 0;
    for (const each of crowd) void each.then(() => told++);
    await until('99 refusals', () => told === 99);
    gate.release();
    const answers = await Promise.all(crowd);
    const codes = answers.map(codeOf);
    expect(codes.filter((code) => code === '200')).toHaveLength(1);
    expect(codes.filter((code) => code === 'idempotent_request_running')).toHaveLength(99);
    const first = answers[codes.indexOf('200')] as Answer;
    expect(first.body).toContain('data: [DONE]');

    await again(one, 'crowd');
    const replays = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(i % 2 === 0 ? one : two, 'crowd')));
    for (const replay of replays) {
      expect(replay.body).toBe(first.body);
      expect(replay.headers['x-tollgate-original-request-id']).toBe(first.headers['x-request-id']);
    }
    expect(new Set(replays.map(({ headers }) => headers['x-request-id'])).size).toBe(40);
    expect(upstream.calls).toHaveLength(1);
    await usageOf(String(first.headers['x-request-id']));
    expect(await one.usageRows()).toHaveLength(1);
  });

  it('after kill -9 in the middle: never a second call, and the row of the one that was made is named', async () => {
    const gate = new Gate();
    upstream.once(throughGate(gate));
    const begun = Promise.withResolvers<unknown>();
    const cut = call(`${one.url}/v1/chat/completions`, body, {
      key: one.key,
      headers: { 'idempotency-key': 'crash' },
      onPiece: begun.resolve,
    });
    await begun.promise;
    await one.kill9();
    expect((await cut).broken).toBeDefined();
    gate.release();
    // Its instance might only be slow.
    expect(codeOf(await ask(two, 'crash'))).toBe('idempotent_request_running');
    await table("UPDATE TABLE SET heartbeat_at = heartbeat_at - interval '31 seconds' WHERE state = 'running'");
    const refused = await ask(two, 'crash');
    expect([refused.status, codeOf(refused)]).toEqual([409, 'idempotent_request_interrupted']);
    expect(refused.headers['x-should-retry']).toBe('false');
    expect(codeOf(await ask(two, 'crash', { temperature: 1 }))).toBe('idempotency_key_reused');
    await one.restart();
    const requestId = /usage row of (req_\w+)/.exec(refused.body)?.[1] ?? '';
    const row = await usageOf(requestId);
    expect(row).toMatchObject({ status: 'interrupted', recovered: true });
    expect(Number(row.cost_nano_usd)).toBeGreaterThan(0);
    expect(codeOf(await ask(one, 'crash'))).toBe('idempotent_request_interrupted');
    expect(upstream.calls).toHaveLength(1);
  });

  it('across a restart of the instance that answered, and no longer than 24 hours', async () => {
    const gate = new Gate();
    upstream.once(throughGate(gate));
    const running = ask(one, 'restart');
    await gate.reached;
    const stopped = one.process.stop();
    gate.release();
    const first = await running;
    expect(first.body).toContain('data: [DONE]');
    expect((await stopped).code).toBe(0);
    expect((await ask(two, 'restart')).body).toBe(first.body);
    await one.restart();
    expect((await ask(one, 'restart')).body).toBe(first.body);
    expect(upstream.calls).toHaveLength(1);

    await table('UPDATE TABLE SET expires_at = now()');
    const released = new Gate();
    released.release();
    upstream.once(throughGate(released));
    const anew = await ask(two, 'restart');
    expect(anew.headers['x-tollgate-idempotent-replay']).toBeUndefined();
    expect(upstream.calls).toHaveLength(2);
  });
});

describe('while Postgres is away', () => {
  it('a request with the header gets 503 and nobody is asked; one without is served', async () => {
    await proxy.stop();
    const refused = await ask(two, 'away');
    expect([refused.status, codeOf(refused)]).toEqual([503, 'idempotency_unavailable']);
    expect(refused.headers['retry-after']).toBe('5');
    expect(upstream.calls).toHaveLength(0);
    const open = new Gate();
    open.release();
    upstream.once(throughGate(open));
    expect((await call(`${two.url}/v1/chat/completions`, body, { key: one.key })).status).toBe(200);
    await proxy.start();
    upstream.once(throughGate(open));
    const back = await until('the database', async () => {
      const answer = await ask(two, 'away');
      return answer.status === 200 ? answer : undefined;
    });
    expect(back.headers['x-tollgate-idempotent-replay']).toBeUndefined();
    expect(upstream.calls).toHaveLength(2);
  });

  it('an answer is given as it comes, and kept when the database is back', async () => {
    const gate = new Gate();
    upstream.once(throughGate(gate));
    const running = ask(two, 'kept later');
    await gate.reached;
    await proxy.stop();
    gate.release();
    const first = await running;
    expect(first.body).toContain('data: [DONE]');
    expect(codeOf(await ask(one, 'kept later'))).toBe('idempotent_request_running');
    await proxy.start();
    expect((await again(one, 'kept later', 25_000)).body).toBe(first.body);
    expect(upstream.calls).toHaveLength(1);
  });
});
