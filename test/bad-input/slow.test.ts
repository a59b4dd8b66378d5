/**
 * F16: callers that are slow on purpose, with their headers, their body or with reading, and heads that are too large.
 * Each is told so where it still can be, and cut; no provider is asked for it, and nobody else waits.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { type RawAnswer, RawClient, rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { until } from '../until.ts';
import { errorViolations } from '../validators/error-answer.ts';

const doors = [
  ['openai-chat', '/v1/chat/completions'],
  ['anthropic', '/v1/messages'],
] as const;
const paths = doors.map(([, path]) => path);

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ settings: { headersTimeoutMs: 300, bodyIdleMs: 200, bodyTimeoutMs: 900 } });
});
afterEach(() => {
  expect(rig.upstream.calls).toEqual([]);
  expect(rig.records).toEqual([]);
});
afterAll(() => rig.close());

const auth = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
const body = JSON.stringify({ model: 'oa/echo', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] });
const asError = (answer: RawAnswer) => ({ ...answer, body: answer.body.toString() });
const hungUp = (client: RawClient, limitMs = 3000) => until('the gateway to hang up', () => client.ended, limitMs);

/** A byte at a time until the other side has had enough of it. */
async function trickle(client: RawClient, text: string | Buffer, everyMs: number): Promise<void> {
  for (const byte of Buffer.from(text)) {
    if (client.ended || !(await client.send(Buffer.of(byte)))) return;
    await pause(everyMs);
  }
}

describe('headers', () => {
  it.each(paths)('that come byte by byte: 408 as JSON at the time limit, and the end: %s', async (path) => {
    const client = await RawClient.connect(rig.url);
    const startedAt = performance.now();
    await trickle(client, rawRequestText(path, auth, body), 10);
    await hungUp(client);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    // The parser has not told the path yet, so it is OpenAI's shape for everybody.
    expect(errorViolations(asError(client.answer), { dialect: 'openai-chat', status: 408 })).toEqual([]);
    expect(client.answer.body.toString()).toContain('300 ms (server.limits.headersTimeoutMs)');
  });

  it('of a second request on the same connection get no more time than those of the first', async () => {
    const client = await RawClient.connect(rig.url);
    await client.send(rawRequestText('/health', { connection: 'keep-alive' }, '', 'GET'));
    await client.until((answer) => answer.whole, 'the first answer');
    const first = client.bytesRead;
    await trickle(client, rawRequestText('/v1/messages', auth, body), 10);
    await hungUp(client);
    expect(client.answer.bytes.toString('latin1', first)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that never begin: the connection ends at the time limit', async () => {
    const client = await RawClient.connect(rig.url);
    await hungUp(client);
    expect(client.answer.status).toBe(408);
  });

  it('cannot be drawn out by a caller that ignores the end of its connection', async () => {
    const { port } = new URL(rig.url);
    const socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    await client.send('POST /v1/messages HTTP/1.1\r\nhost: g\r\nx-');
    await once(socket, 'end');
    expect(client.answer.status).toBe(408);
    // A reset is what such a caller gets for its next byte.
    await until('a reset', async () => client.ended || !(await client.send('a')), 5000);
  });

  it.each(doors)('that are too large: 431 in the dialect of the path: %s', async (dialect, path) => {
    const text = rawRequestText(path, { ...auth, 'x-much': 'a'.repeat(40_000) }, body);
    const answer = await rawRequest(rig.url, text);
    expect(errorViolations(asError(answer), { dialect, status: 431 })).toEqual([]);
    expect(asError(answer).body).toContain('32768 bytes (server.limits.headerBytesMax)');
  });

  it('that are too large in small pieces: 431 and the end as well', async () => {
    const client = await RawClient.connect(rig.url);
    await client.send('POST /v1/messages HTTP/1.1\r\nhost: g\r\n');
    for (let i = 0; i < 400 && !client.ended; i++) await client.send(`x-${i}: ${'a'.repeat(100)}\r\n`);
    await hungUp(client);
    // The parser tells of the last piece only; whether the path is in it depends on how the network joins them.
    const wrong = doors.map(([dialect]) => errorViolations(asError(client.answer), { dialect, status: 431 }));
    expect(wrong).toContainEqual([]);
  });
});

describe('a body', () => {
  it.each(doors)('that stops coming: 408 in the dialect of the path, and the end: %s', async (dialect, path) => {
    const client = await RawClient.connect(rig.url);
    await client.send(rawRequestText(path, { ...auth, connection: 'keep-alive' }, body).subarray(0, -10));
    await client.until((answer) => answer.whole, 'an answer', 3000);
    expect(errorViolations(asError(client.answer), { dialect, status: 408 })).toEqual([]);
    expect(client.answer.body.toString()).toContain('200 ms (server.limits.bodyIdleMs)');
    expect(client.answer.headers.connection).toBe('close');
    await hungUp(client, 1000);
  });

  it.each(doors)('that comes byte by byte: 408 when its whole time is over: %s', async (dialect, path) => {
    const client = await RawClient.connect(rig.url);
    const text = rawRequestText(path, auth, body);
    const headEnd = text.indexOf('\r\n\r\n') + 4;
    await client.send(text.subarray(0, headEnd));
    await trickle(client, text.subarray(headEnd), 20);
    await hungUp(client);
    expect(errorViolations(asError(client.answer), { dialect, status: 408 })).toEqual([]);
    expect(client.answer.body.toString()).toContain('900 ms (server.limits.bodyTimeoutMs)');
  });
});
