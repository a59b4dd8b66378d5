/** Case 108: SIGTERM of the real process under running streams of both dialects. kill -9 is in kill.test.ts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../fakes/gate.ts';
import { personaScript } from '../fakes/persona-script.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { call } from '../harness/sse-client.ts';
import { until } from '../until.ts';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';

const roads = [
  ['/v1/chat/completions', 'oa'],
  ['/v1/chat/completions', 'an'],
  ['/v1/messages', 'oa'],
  ['/v1/messages', 'an'],
] as const;

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => upstream.clear());
afterEach(() => gateway.stop());

const start = (drainMs: number) =>
  startGateway({
    config: { server: { drainMs }, ...fakeProviders(upstream, ['lorem-60-20ms', 'lorem-2000-20ms', 'waits']) },
  });

const bodyOf = (model: string, stream = true) => ({
  ...{ model, max_tokens: 5000, stream, messages: [{ role: 'user', content: 'hi' }] },
});

/** Streams on all four roads, each with its first words at the caller. */
async function openStreams(model: string): Promise<RawClient[]> {
  const clients = await Promise.all(
    roads.map(async ([path, provider]) => {
      const client = await RawClient.connect(gateway.url);
      client.send(rawRequestText(path, gateway.headers, JSON.stringify(bodyOf(`${provider}/${model}`))));
      return client;
    }),
  );
  for (const client of clients) await client.untilText('lorem');
  return clients;
}

const violationsOf = (path: string, body: string, outcome: 'whole' | 'failed') =>
  path === '/v1/messages'
    ? messagesStreamViolations(body, { outcome })
    : chatStreamViolations(body, { includeUsage: false, outcome });

describe('case 108: SIGTERM', () => {
  it('not ready at once, new requests are told to go elsewhere, running streams finish, each has its row, exit 0', async () => {
    gateway = await start(60_000);
    const clients = await openStreams('lorem-60-20ms');
    gateway.process.child.kill('SIGTERM');
    await until('not ready', async () => (await gateway.readiness()) === 503);
    expect(clients.map((client) => client.answer.whole)).toEqual([false, false, false, false]);
    for (const [path, provider] of roads) {
      const refused = await call(gateway.url + path, bodyOf(`${provider}/lorem-60-20ms`), { key: gateway.key });
      const dialect = path === '/v1/messages' ? 'anthropic' : 'openai-chat';
      expect(errorViolations(refused, { dialect, status: 503 })).toEqual([]);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(refused.headers.connection).toBe('close');
    }
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    for (const [i, client] of clients.entries()) {
      await client.until((answer) => answer.whole, 'the whole answer');
      expect(violationsOf(roads[i]?.[0] ?? '', client.answer.body.toString(), 'whole')).toEqual([]);
    }
    expect(await gateway.process.ended).toEqual({ code: 0, signal: null });
    const rows = await gateway.waitForUsage(4);
    expect(rows.map((row) => [row.status, row.estimated, row.recovered, row.output_tokens])).toEqual(
      rows.map(() => ['completed', false, false, '60']),
    );
    expect(upstream.chats).toHaveLength(4);
  });

  it('a stream longer than server.drainMs ends with a failure in its dialect; what it had is in its row; exit 0', async () => {
    gateway = await start(300);
    const clients = await openStreams('lorem-2000-20ms');
    const signalledAt = performance.now();
    gateway.process.child.kill('SIGTERM');
    for (const [i, client] of clients.entries()) {
      await client.until((answer) => answer.whole, 'the end of the stream');
      const path = roads[i]?.[0] ?? '';
      const body = client.answer.body.toString();
      expect(violationsOf(path, body, 'failed')).toEqual([]);
      expect(body).toContain('This gateway is shutting down');
    }
    expect(await gateway.process.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - signalledAt).toBeLessThan(10_000);
    const rows = await gateway.waitForUsage(4);
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'failed', error_kind: 'unavailable', estimated: true, recovered: false });
      expect(Number(row.output_tokens)).toBeGreaterThan(0);
      expect(Number(row.cost_nano_usd)).toBeGreaterThan(0);
    }
    await upstream.waitForClosed(1000);
  });

  it('a request that has shown nothing yet ends at the deadline with a status, and asks no further provider', async () => {
    gateway = await start(300);
    const gate = new Gate();
    upstream.on('waits', async (_call, reply) => {
      await gate.pass();
      await reply.hang();
    });
    const running = call(`${gateway.url}/v1/messages`, bodyOf('oa/waits', false), { key: gateway.key });
    await gate.reached;
    gateway.process.child.kill('SIGTERM');
    expect(errorViolations(await running, { dialect: 'anthropic', status: 503 })).toEqual([]);
    expect(await gateway.process.ended).toEqual({ code: 0, signal: null });
    expect(upstream.chats).toHaveLength(1);
    expect(await gateway.waitForUsage(1)).toMatchObject([{ status: 'failed', error_kind: 'unavailable' }]);
    upstream.on('waits', personaScript);
  });

  it('a second signal ends it at once, with exit 0, and the next start settles what ran', async () => {
    gateway = await start(60_000);
    await openStreams('lorem-2000-20ms');
    gateway.process.child.kill('SIGTERM');
    await until('not ready', async () => (await gateway.readiness()) === 503);
    const signalledAt = performance.now();
    // Signals within a tenth of a second of each other are one wish.
    await until('the end', () => {
      gateway.process.child.kill('SIGTERM');
      return gateway.process.exited;
    });
    expect(performance.now() - signalledAt).toBeLessThan(2000);
    expect(gateway.process.exited).toEqual({ code: 0, signal: null });
    await gateway.restart();
    const rows = await gateway.waitForUsage(4);
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'interrupted', recovered: true, estimated: true });
      expect(Number(row.cost_nano_usd)).toBeGreaterThan(0);
    }
  });
});
