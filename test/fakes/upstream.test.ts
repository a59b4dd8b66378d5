import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { Gate } from './gate.ts';
import { startRawUpstream } from './raw-upstream.ts';
import { listRecordings, loadRecording, recording, recordingsExist } from './recording.ts';
import { startUpstream, type Upstream } from './upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const chat = (body: object, path = '/v1/chat/completions') =>
  fetch(`${upstream.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-client-request-id': 'req_1/1' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hello fake' }], ...body }),
  });

it('a raw provider speaks below HTTP, and counts who came', async () => {
  const raw = await startRawUpstream((socket) => socket.end('SSH-2.0-nonsense\r\n'));
  await expect(fetch(raw.url)).rejects.toThrow();
  expect(raw.connections).toBe(1);
  await raw.close();
});

describe('the fake provider', () => {
  it('remembers the bytes, headers and attempt id of each request', async () => {
    await (await chat({ model: 'echo' })).text();
    const { body, headers, attemptId, model, bodyComplete } = upstream.chat;
    expect(body.toString()).toBe('{"messages":[{"role":"user","content":"hello fake"}],"model":"echo"}');
    expect({ type: headers['content-type'], attemptId, model, bodyComplete }).toEqual({
      type: 'application/json',
      attemptId: 'req_1/1',
      model: 'echo',
      bodyComplete: true,
    });
  });

  it('answers well in both dialects, whole and as a stream', async () => {
    const answer = (await (await chat({ model: 'echo' })).json()) as { choices: { message: { content: string } }[] };
    expect(answer.choices[0]?.message.content).toBe('hello fake');
    const stream = await (await chat({ model: 'echo', stream: true, stream_options: { include_usage: true } })).text();
    expect(chatStreamViolations(stream, { includeUsage: true, outcome: 'whole' })).toEqual([]);
    const messages = await (await chat({ model: 'echo', stream: true }, '/v1/messages')).text();
    expect(messagesStreamViolations(messages, { outcome: 'whole' })).toEqual([]);
  });

  it('waits at a gate until the test lets it go on', async () => {
    const gate = new Gate();
    upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'text/plain' });
      await reply.write('before,');
      await gate.pass();
      await reply.write('after');
      reply.end();
    });
    const answer = await chat({ model: 'x' });
    await gate.reached;
    gate.release();
    expect(await answer.text()).toBe('before,after');
  });

  it.each<[string, (reply: Parameters<Parameters<Upstream['once']>[0]>[1]) => Promise<void>]>([
    ['FIN', (reply) => reply.fin()],
    ['RST', (reply) => reply.reset()],
    ['a broken chunk', (reply) => reply.brokenChunk()],
  ])('breaks a stream by %s after what was written', async (_name, end) => {
    upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'text/event-stream' });
      await reply.write('data: {}\n\n');
      await end(reply);
    });
    const answer = await chat({ model: 'x' });
    await expect(answer.text()).rejects.toThrow();
  });

  it('claims a longer body than it sends', async () => {
    upstream.once((_call, reply) => reply.wrongLength(200, { 'content-type': 'application/json' }, '{"id":', 500));
    await expect((await chat({ model: 'x' })).text()).rejects.toThrow();
  });

  it('knows when the other side hangs up', async () => {
    upstream.once((_call, reply) => reply.hang());
    const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1');
    socket.end('POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await upstream.waitForCalls(1);
    socket.destroy();
    await once(socket, 'close');
    await upstream.waitForClosed();
    expect(upstream.chat.aborted).toBe(true);
  });

  it('refuses a tool result that belongs to no call', async () => {
    const call = {
      id: 'call_0_0_aZ09-x',
      type: 'function',
      function: { name: 'lookup', arguments: '{"step":1,"city":"Zürich 😀"}' },
    };
    const messages = [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'other', content: 'x' },
    ];
    const answer = await chat({
      model: 'tool-loop-1',
      messages,
      tools: [{ type: 'function', function: { name: 'lookup' } }],
    });
    expect(answer.status).toBe(400);
    expect(upstream.violations.join()).toMatch(/never called/);
  });
});

// Recordings lie beside the repository, not in it: a lone clone has none to serve.
if (recordingsExist) {
  describe('recordings', () => {
    it('serves a recording byte for byte, however it is cut', async () => {
      const kept = loadRecording('openai-chat/openai/stream--chat-streaming-detailed-usage');
      upstream.on('kept', recording(kept.id, [1, 2, 100]));
      const bytes = Buffer.from(await (await chat({ model: 'kept' })).arrayBuffer());
      expect(bytes.equals(kept.response)).toBe(true);
    });

    it('knows every recording of the two dialects', () => {
      expect(listRecordings('openai-chat').length).toBeGreaterThan(70);
      expect(listRecordings('anthropic-messages', 'stream').every((kept) => kept.response.length > 0)).toBe(true);
    });
  });
}
