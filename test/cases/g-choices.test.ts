/** Cases 106 and 107: what only one dialect has passes untouched; refusals keep their meaning. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesEvent, messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, type DoorName, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const chunk = (index: number, delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ ...head, choices: [{ index, delta, ...more, finish_reason: finish }] })}\n\n`;
const usage = `data: ${JSON.stringify({ ...head, choices: [], usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 } })}\n\n`;
const done = 'data: [DONE]\n\n';

function answer(wire: string): void {
  rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, wire));
}

const two =
  chunk(0, { role: 'assistant', content: 'one' }) +
  chunk(1, { role: 'assistant', content: 'uno' }) +
  chunk(1, { content: ' due' }) +
  chunk(0, { content: ' two' });

describe('case 106: what chat callers alone can ask for', () => {
  it.each<[string, object, string]>([
    ['n of 2', { n: 2 }, two + chunk(0, {}, 'stop') + chunk(1, {}, 'stop') + usage + done],
    [
      'logprobs',
      { logprobs: true, top_logprobs: 2 },
      chunk(0, { role: 'assistant', content: 'hi' }, null, {
        logprobs: { content: [{ token: 'hi', logprob: -0.1, bytes: [104, 105], top_logprobs: [] }], refusal: null },
      }) +
        chunk(0, {}, 'stop') +
        usage +
        done,
    ],
    [
      'sound',
      { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'pcm16' } },
      chunk(0, { role: 'assistant', audio: { id: 'audio_1', transcript: 'hi' } }) +
        chunk(0, { audio: { data: 'AAAA' } }) +
        chunk(0, { audio: { expires_at: 1 } }) +
        chunk(0, {}, 'stop') +
        usage +
        done,
    ],
    [
      'a refusal',
      {},
      chunk(0, { role: 'assistant', content: null, refusal: '' }) +
        chunk(0, { refusal: 'I would rather not' }) +
        chunk(0, {}, 'stop') +
        usage +
        done,
    ],
  ])('%s: each chunk as it came', async (_name, rest, wire) => {
    answer(wire);
    const { body } = await askStream(rig, 'chat', 'oa/m', rest);
    expect(body).toBe(wire);
    expect(JSON.parse(rig.upstream.chat.body.toString())).toMatchObject(rest);
    expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 7, output: 9 }, estimated: false });
  });

  it.each<[string, object, string]>([
    ['n of 2', { n: 2 }, 'n'],
    ['logprobs', { logprobs: true }, 'logprobs'],
    ['sound', { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }, 'modalities|audio'],
  ])('%s cannot be asked of the other dialect: 400 that names it', async (_name, rest, param) => {
    const refused = await askStream(rig, 'chat', 'an/m', rest);
    expect(errorViolations(refused, { dialect: 'openai-chat', status: 400, type: 'invalid_request_error' })).toEqual(
      [],
    );
    expect((refused.json() as { error: { param: string } }).error.param).toMatch(new RegExp(param));
    expect(rig.upstream.calls).toEqual([]);
  });

  it('of two answers, one that is whole does not hide that the other was cut', async () => {
    answer(two + chunk(0, {}, 'stop'));
    const { body } = await askStream(rig, 'chat', 'oa/m', { n: 2 });
    expect(readStream('chat', body).events.slice(-1)).toEqual(['error']);
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'upstream' });
  });
});

describe('case 107: refusals', () => {
  it('OpenAI’s refusal is text with the stop reason refusal', async () => {
    answer(
      wireText(
        chatStream({ blocks: [{ type: 'refusal', text: 'I would rather not' }], stop: 'end' }, { includeUsage: true }),
      ),
    );
    const { body } = await askStream(rig, 'messages', 'oa/m');
    expect(violations('messages', body, 'whole')).toEqual([]);
    expect(readStream('messages', body)).toMatchObject({ text: 'I would rather not', stop: 'refusal' });
    expect(await rig.row()).toMatchObject({ status: 'completed' });
  });

  it('OpenAI’s filter after some text keeps the text', async () => {
    answer(wireText(chatStream({ text: 'So far so', stop: 'refusal' }, { includeUsage: true })));
    const { body } = await askStream(rig, 'messages', 'oa/m');
    expect(violations('messages', body, 'whole')).toEqual([]);
    expect(readStream('messages', body)).toMatchObject({ text: 'So far so', stop: 'refusal' });
  });

  it('Anthropic’s refusal after some text is content_filter, and keeps the text', async () => {
    answer(wireText(messagesStream({ text: 'So far so', stop: 'refusal' })));
    const { body } = await askStream(rig, 'chat', 'an/m');
    expect(violations('chat', body, 'whole')).toEqual([]);
    expect(readStream('chat', body)).toMatchObject({
      text: 'So far so',
      stop: 'content_filter',
      usage: { input: 10, output: 3 },
    });
  });

  it('Anthropic’s refusal before any text is an answer, not a failure, and is charged as told', async () => {
    const event = (type: string, fields: object = {}) => messagesEvent(type, fields).text;
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
    };
    answer(
      event('message_start', { message: { ...message, usage: { input_tokens: 10, output_tokens: 1 } } }) +
        event('message_delta', {
          delta: { stop_reason: 'refusal', stop_sequence: null },
          usage: { output_tokens: 1 },
        }) +
        event('message_stop'),
    );
    const { body } = await askStream(rig, 'chat', 'an/m');
    expect(violations('chat', body, 'whole')).toEqual([]);
    expect(readStream('chat', body)).toMatchObject({ text: '', stop: 'content_filter' });
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      usage: { input: 10, output: 1 },
      costNanoUsd: '12000',
    });
  });

  it.each<[DoorName, string]>([
    ['messages', 'oa/m'],
    ['chat', 'an/m'],
  ])('the same of whole answers: %s over %s', async (door, model) => {
    const json =
      door === 'messages' ? chatJson({ text: 'no', stop: 'refusal' }) : messagesJson({ text: 'no', stop: 'refusal' });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, json));
    const { body } = await ask(rig, door, model);
    expect(body).toContain(door === 'messages' ? '"stop_reason":"refusal"' : '"finish_reason":"content_filter"');
    expect(body).toContain('no');
  });
});
