import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../fakes/gate.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from './fake-providers.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { RawClient, rawRequestText } from './raw-client.ts';
import { call } from './sse-client.ts';

let upstream: Upstream;
let gateway: TestGateway;
beforeEach(async () => {
  upstream = await startUpstream({ key: upstreamKey });
  gateway = await startGateway({ config: fakeProviders(upstream, ['echo', 'held']) });
});
afterEach(async () => {
  await gateway.stop();
  await upstream.close();
});

const body = (model: string, stream = false) => ({ model, stream, messages: [{ role: 'user', content: 'hello' }] });

describe('the gateway in the harness', () => {
  it('answers a request and leaves one usage row', async () => {
    const answer = await call(`${gateway.url}/v1/chat/completions`, body('oa/echo'), { key: gateway.key });
    expect({ status: answer.status, body: answer.body.includes('hello') }).toEqual({ status: 200, body: true });
    const [row] = await gateway.waitForUsage(1);
    expect(row).toMatchObject({ status: 'completed', served_model: 'oa/echo', requested_model: 'oa/echo' });
    expect(Number(row?.input_tokens)).toBe(upstream.chat.usage?.input);
    const [attempt] = (row?.attempts ?? []) as { id: string }[];
    expect(upstream.chat.attemptId).toBe(attempt?.id);
  });

  it('is killed in the middle of a stream, starts again on its port, and settles what was open', async () => {
    const gate = new Gate();
    upstream.on('held', async (_call, reply) => {
      reply.head(200, sseHeaders);
      await reply.write('data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"begun"}}]}\n\n');
      await gate.pass();
    });
    const client = await RawClient.connect(gateway.url);
    const text = JSON.stringify(body('oa/held', true));
    await client.send(rawRequestText('/v1/chat/completions', gateway.headers, text));
    await client.untilText('begun');
    const { url } = gateway;
    expect(await gateway.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
    await gateway.restart();
    expect(gateway.url).toBe(url);
    expect((await gateway.waitForUsage(1))[0]).toMatchObject({ status: 'interrupted', recovered: true });
  });

  it('stops cleanly', async () => {
    expect(await gateway.process.stop()).toEqual({ code: 0, signal: null });
  });
});
