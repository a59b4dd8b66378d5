import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { merge } from './gateway.ts';
import { RawClient, rawRequest, rawRequestText } from './raw-client.ts';
import { call, jsonOf } from './sse-client.ts';
import { startUpstreamProcess } from './upstream-process.ts';

const body = JSON.stringify({ model: 'lorem-50', stream: true, messages: [{ role: 'user', content: 'hi' }] });

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

describe('the clients of the harness', () => {
  it('a raw request reads a chunked answer to its end', async () => {
    const answer = await rawRequest(upstream.url, rawRequestText('/v1/chat/completions', {}, body));
    expect({ status: answer.status, type: answer.headers['content-type'], whole: answer.whole }).toEqual({
      status: 200,
      type: 'text/event-stream; charset=utf-8',
      whole: true,
    });
    expect(answer.body.toString()).toMatch(/^data: .*\[DONE\]\n\n$/s);
  });

  it('a raw client hangs up after a certain text', async () => {
    const client = await RawClient.connect(upstream.url);
    await client.send(rawRequestText('/v1/chat/completions', {}, body.replace('lorem-50', 'lorem-50-20ms')));
    await client.untilText(' people');
    client.abort();
    await upstream.waitForClosed();
    expect(upstream.chat.aborted).toBe(true);
    expect(upstream.chat.tokensSent).toBeLessThan(50);
  });

  it('a call collects the pieces of a stream', async () => {
    const answer = await call(`${upstream.url}/v1/messages`, body);
    expect(answer.broken).toBeUndefined();
    expect(answer.pieces.length).toBeGreaterThan(0);
    expect(answer.body).toContain('message_stop');
  });

  it('a call reports a connection that breaks', async () => {
    upstream.once((_call, reply) => reply.wrongLength(200, {}, '{', 10));
    expect((await call(`${upstream.url}/v1/messages`, body)).broken).toBeDefined();
  });
});

describe('the fake provider as a process', () => {
  it('has every accepted request in its log before it answers', async () => {
    const provider = await startUpstreamProcess();
    const answer = await call(`${provider.url}/v1/messages/count_tokens`, body, {
      headers: { 'x-client-request-id': 'req_7-1' },
    });
    expect(jsonOf(answer).input_tokens).toBeGreaterThan(0);
    expect(provider.lines()[0]).toMatchObject({ event: 'accepted', attemptId: 'req_7-1', model: 'lorem-50' });
    await provider.close();
  });
});

it('a configuration is merged by name', () => {
  expect(merge({ a: { b: 1, c: [1] }, d: 2 }, { a: { c: [2] }, e: 3 })).toEqual({ a: { b: 1, c: [2] }, d: 2, e: 3 });
});
