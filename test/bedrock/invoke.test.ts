/**
 * Claude through InvokeModel, both ways: callers of Messages whose provider is Bedrock, and callers of InvokeModel whose
 * provider is anything.
 */
import { InvokeModelCommand, InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrock } from '../../src/providers/bedrock.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import type { Script } from '../fakes/upstream.ts';
import { encode } from '../golden/bedrock-converse/event-stream.ts';
import { corpus, smallStreams } from '../recorded/corpus.ts';
import { framesOf } from '../recorded/frames.ts';
import { offsets } from '../recorded/offsets.ts';
import { askBytes, awsClient } from './ask.ts';

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const streamHeaders = { 'content-type': 'application/vnd.amazon.eventstream' };
const ask = { max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ providers: { be: bedrock }, credential: { settings: { region: 'us-east-1' } } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const broken = expect.objectContaining({ type: 'error', error: expect.objectContaining({ type: 'api_error' }) });
const withoutEnd = expect.not.stringContaining('message_stop');
const dataOf = (frame: Buffer) => /^data: ?(.*)$/m.exec(frame.toString())?.[1] ?? '';
const chunk = (json: string) =>
  encode({ type: 'chunk', isException: false, body: { bytes: Buffer.from(json).toString('base64'), p: 'abc' } });

/** A recorded stream of Messages as InvokeModel would have sent it. */
function chunked({ response }: Recording): Buffer {
  return Buffer.concat(framesOf(response).map((frame) => chunk(dataOf(frame))));
}

const streamed =
  (body: Buffer, cuts: readonly number[] = []): Script =>
  async (_call, reply) => {
    reply.head(200, streamHeaders);
    await reply.slices(body, cuts);
    reply.end();
  };

const eventsIn = (sse: string) => framesOf(Buffer.from(sse)).map((frame) => JSON.parse(dataOf(frame)) as unknown);

describe('a caller of Messages, with Bedrock behind the name', () => {
  it('is relayed: the body as InvokeModel wants it, the answer as it came', async () => {
    const answer = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
    };
    rig.upstream.once((_call, reply) => reply.json(200, answer, { 'x-amzn-requestid': 'aws-1' }));
    const body = {
      model: `be/${claude}`,
      ...ask,
      thinking: { type: 'adaptive' },
      system: [{ type: 'text', text: 's' }],
    };
    const got = await rig.messages(body, {
      'anthropic-beta': 'context-1m-2025-08-07, interleaved-thinking-2025-05-14',
    });
    expect([got.status, got.json()]).toEqual([200, answer]);
    expect(got.headers['x-tollgate-dropped']).toBeUndefined();
    expect(got.headers['x-upstream-request-id']).toBe('aws-1');
    const { model: _, ...sent } = body;
    expect(rig.upstream.calls[0]?.json).toEqual({
      ...sent,
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['context-1m-2025-08-07', 'interleaved-thinking-2025-05-14'],
    });
    expect(rig.upstream.calls[0]?.path).toBe(`/model/${encodeURIComponent(claude)}/invoke`);
  });

  it.skipIf(!recordingsExist).each(corpus('anthropic', 'stream').map((kept) => [kept.id, kept] as const))(
    '%s: the events of its stream are the provider’s own',
    async (_id, kept) => {
      rig.upstream.once(streamed(chunked(kept)));
      const got = await rig.messages({ model: `be/${claude}`, ...ask, stream: true });
      expect(got.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      expect(eventsIn(got.body)).toEqual(eventsIn(kept.response.toString()));
      expect(rig.upstream.calls[0]?.path).toBe(`/model/${encodeURIComponent(claude)}/invoke-with-response-stream`);
      expect(rig.upstream.calls[0]?.json?.stream).toBeUndefined();
      expect((await rig.row()).status).toBe('completed');
    },
  );

  it.skipIf(!recordingsExist)('however it is cut, and as a failure where it ends too early', async () => {
    const [kept] = smallStreams('anthropic');
    if (kept === undefined) throw new Error('no small stream');
    const whole = chunked(kept);
    const body = { model: `be/${claude}`, ...ask, stream: true };
    for (const at of offsets(whole.length, 40)) {
      rig.upstream.once(streamed(whole, [at]));
      expect(eventsIn((await rig.messages(body)).body)).toEqual(eventsIn(kept.response.toString()));
      for (let i = 0; i < 2; i++) rig.upstream.once(streamed(whole.subarray(0, at)));
      const cut = await rig.messages(body);
      // What came is the provider's: only how it ends is ours.
      if (cut.status === 200) expect([eventsIn(cut.body).at(-1), cut.body]).toEqual([broken, withoutEnd]);
      else expect(cut.status).toBe(502);
      rig.upstream.clear();
    }
  });

  it('an exception in the stream is an error event, and one before it a status', async () => {
    const start = '{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":3}}}';
    const block = '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}';
    const delta = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}';
    const slow = encode({ type: 'throttlingException', isException: true, body: { message: 'Too many tokens' } });
    rig.upstream.once(streamed(Buffer.concat([chunk(start), chunk(block), chunk(delta), slow])));
    const got = await rig.messages({ model: `be/${claude}`, ...ask, stream: true });
    expect(got.body).toContain('rate_limit_error');
    expect(got.body).toContain('Too many tokens');
    expect(got.body).not.toContain('message_stop');
    rig.upstream.once((_call, reply) =>
      reply.json(429, { message: 'slow' }, { 'x-amzn-errortype': 'ThrottlingException' }),
    );
    expect((await rig.messages({ model: `be/${claude}`, ...ask })).status).toBe(429);
    const unknown = { message: 'The provided model identifier is invalid.' };
    rig.upstream.once((_call, reply) => reply.json(400, unknown));
    expect((await rig.messages({ model: `be/${claude}`, ...ask })).status).toBe(404);
    for (let i = 0; i < 2; i++) rig.upstream.once((_call, reply) => reply.json(424, { message: 'the model failed' }));
    expect((await rig.messages({ model: `be/${claude}`, ...ask })).status).toBe(502);
  });

  it('other models, and other callers, are asked in Converse', async () => {
    const answer = {
      output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      metrics: { latencyMs: 1 },
    };
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const got = await rig.messages({ model: 'be/us.amazon.nova-lite-v1:0', ...ask });
    expect(got.json()).toMatchObject({ content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' });
    expect(rig.upstream.calls[0]?.path).toBe('/model/us.amazon.nova-lite-v1%3A0/converse');
  });
});

const invoked = { anthropic_version: 'bedrock-2023-05-31', ...ask };
const invoke = (model: string, stream = false) =>
  `/model/${encodeURIComponent(model)}/invoke${stream ? '-with-response-stream' : ''}`;

describe('a caller of InvokeModel', () => {
  it('reaches a provider of Messages with a body of that API, and gets its answer as it came', async () => {
    const answer = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
    };
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const got = await askBytes(rig, invoke('an/claude-x'), {
      ...invoked,
      anthropic_beta: ['a-2025-01-01', 'b-2025-01-01'],
    });
    expect([got.status, JSON.parse(got.body.toString())]).toEqual([200, answer]);
    const [call] = rig.upstream.calls;
    expect([call?.path, call?.json]).toEqual(['/v1/messages', { model: 'claude-x', ...ask }]);
    expect(call?.headers['anthropic-beta']).toBe('a-2025-01-01,b-2025-01-01');
    expect(call?.headers['anthropic-version']).toBe('2023-06-01');
  });

  it('reaches Bedrock itself with the body that it sent', async () => {
    const answer = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
    };
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const body = { ...invoked, anthropic_beta: ['a-2025-01-01'] };
    expect((await askBytes(rig, invoke(`be/${claude}`), body)).status).toBe(200);
    expect(rig.upstream.calls[0]?.json).toEqual(body);
  });

  it.skipIf(!recordingsExist).each(corpus('anthropic', 'stream').map((kept) => [kept.id, kept] as const))(
    '%s: a stream comes in chunks that the SDK reads',
    async (_id, kept) => {
      const client = awsClient(rig);
      rig.upstream.once(recording(kept.id));
      const body = JSON.stringify(invoked);
      const { body: stream } = await client.send(
        new InvokeModelWithResponseStreamCommand({ modelId: 'an/claude-x', body, contentType: 'application/json' }),
      );
      const events: unknown[] = [];
      for await (const { chunk } of stream ?? [])
        if (chunk?.bytes !== undefined) events.push(JSON.parse(Buffer.from(chunk.bytes).toString()));
      expect(events).toEqual(eventsIn(kept.response.toString()));
      expect(rig.upstream.calls[0]?.json).toEqual({ model: 'claude-x', ...ask, stream: true });
      client.destroy();
    },
  );

  it('gets another dialect’s answers in chunks too, and failures as exceptions', async () => {
    const client = awsClient(rig);
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'text/event-stream' });
      await reply.write('data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}\n\n');
      reply.end();
    });
    const command = new InvokeModelWithResponseStreamCommand({ modelId: 'oa/m', body: JSON.stringify(invoked) });
    const { body } = await client.send(command);
    const seen: string[] = [];
    const failure = await (async () => {
      for await (const { chunk } of body ?? []) seen.push(Buffer.from(chunk?.bytes ?? []).toString());
    })().catch((error: unknown) => error);
    expect(seen.join('')).toContain('"text":"Hel"');
    expect(seen.join('')).not.toContain('message_stop');
    expect((failure as Error).name).toBe('ModelStreamErrorException');
    const whole = await client.send(new InvokeModelCommand({ modelId: 'oa/m', body: JSON.stringify(invoked) }));
    expect(JSON.parse(Buffer.from(whole.body).toString())).toMatchObject({ type: 'message', role: 'assistant' });
    client.destroy();
  });

  it('is refused in Bedrock’s words', async () => {
    const got = await askBytes(rig, invoke('oa/m'), { ...invoked, messages: [] });
    expect([got.status, got.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException']);
    expect(JSON.parse(got.body.toString())).toMatchObject({ message: expect.stringContaining('messages') });
  });
});
