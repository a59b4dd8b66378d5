/** Cases 80 and 82 to 85, and 87: what a whole answer says, in the other API's words. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Say } from '../fakes/answer.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { messagesJson } from '../fakes/messages-wire.ts';
import { asObject } from '../validators/sse-events.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, type DoorName, readStream, roads, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

type Json = Record<string, unknown>;
const usage = { input: 10, output: 4 };

/** The next answer; `change` is what this provider says differently. */
function chatAnswer(say: Say, change: (choice: Json, body: Json) => void = () => {}): void {
  const body = JSON.parse(chatJson({ usage, ...say })) as Json & { choices: Json[] };
  change(body.choices[0] as Json, body);
  rig.upstream.once((_call, reply) => reply.json(200, body));
}

function messagesAnswer(say: Say, change: (body: Json) => void = () => {}): void {
  const body = JSON.parse(messagesJson({ usage, ...say })) as Json;
  change(body);
  rig.upstream.once((_call, reply) => reply.json(200, body));
}

async function chatOf(door: DoorName, model: string) {
  const answer = await ask(rig, door, model);
  expect(answer.status, answer.body).toBe(200);
  const { choices, ...rest } = answer.json() as Json & { choices: { message: Json; finish_reason: string }[] };
  const [choice] = choices;
  return { ...rest, answer, message: choice?.message ?? {}, finish: choice?.finish_reason };
}

async function messageOf(model: string) {
  const answer = await ask(rig, 'messages', model);
  expect(answer.status, answer.body).toBe(200);
  return { answer, ...(answer.json() as { content: Json[]; stop_reason: string; stop_sequence: unknown } & Json) };
}

const tools = [{ id: 'call_1', name: 'f', args: '{"x":1}' }];

describe('case 80: how an answer ends', () => {
  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop'],
    ['tool_use', 'tool_calls'],
    ['pause_turn', 'stop'],
    ['refusal', 'content_filter'],
    ['model_context_window_exceeded', 'length'],
    ['a_reason_of_tomorrow', 'stop'],
  ])('anthropic’s %s is %s for a chat caller', async (reason, finish) => {
    messagesAnswer(reason === 'tool_use' ? { text: 'x', tools } : { text: 'x' }, (body) => {
      body.stop_reason = reason;
    });
    expect((await chatOf('chat', 'an/m')).finish).toBe(finish);
    expect(await rig.row()).toMatchObject({ status: 'completed', usage });
  });

  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['tool_calls', 'tool_use'],
    ['content_filter', 'refusal'],
    ['function_call', 'tool_use'],
    ['a_reason_of_tomorrow', 'end_turn'],
  ])('openai-chat’s %s is %s for a Messages caller', async (reason, stop) => {
    const calls = reason === 'tool_calls' || reason === 'function_call';
    chatAnswer(calls ? { text: 'x', tools } : { text: 'x' }, (choice) => {
      choice.finish_reason = reason;
    });
    expect((await messageOf('oa/m')).stop_reason).toBe(stop);
    expect(await rig.row()).toMatchObject({ status: 'completed', usage });
  });

  it('a call that the provider did not announce is announced', async () => {
    chatAnswer({ text: 'x', tools }, (choice) => {
      choice.finish_reason = 'stop';
    });
    expect((await messageOf('oa/m')).stop_reason).toBe('tool_use');
  });
});

describe('case 82: refusals', () => {
  it('of openai-chat are text that says refusal to a Messages caller', async () => {
    chatAnswer({ blocks: [{ type: 'refusal', text: 'I will not.' }] });
    const { content, stop_reason } = await messageOf('oa/m');
    expect([content, stop_reason]).toEqual([[{ type: 'text', text: 'I will not.' }], 'refusal']);
    expect(await rig.row()).toMatchObject({ status: 'completed', usage, costNanoUsd: String(10_000 + 8000) });
  });

  it('of anthropic keep their partial text for a chat caller', async () => {
    messagesAnswer({ text: 'Well, I', stop: 'refusal' }, (body) => {
      body.stop_details = { type: 'refusal', category: 'cyber', explanation: 'no' };
    });
    const { message, finish } = await chatOf('chat', 'an/m');
    expect([message.content, finish]).toEqual(['Well, I', 'content_filter']);
  });

  it('of anthropic without a word are no empty success', async () => {
    messagesAnswer({ blocks: [], stop: 'refusal' });
    const { message, finish } = await chatOf('chat', 'an/m');
    expect(message).toMatchObject({ content: null, refusal: expect.stringContaining('refused') });
    expect(finish).toBe('content_filter');
  });

  it('are relayed as they are', async () => {
    const body = chatJson({ blocks: [{ type: 'refusal', text: 'I will not.' }] });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, body));
    expect((await ask(rig, 'chat', 'oa/m')).body).toBe(body);
  });
});

describe('case 83: an empty answer', () => {
  const empty: Say = { text: '', stop: 'length', usage: { input: 10, output: 0 } };
  const none: Say = { ...empty, blocks: [] };

  it.each(roads)('%s over %s: is empty, not broken; the prompt is charged and no word more', async (door, upstream) => {
    if (upstream === 'oa') chatAnswer(empty);
    else messagesAnswer(none);
    if (door === 'chat') {
      const { message, finish } = await chatOf(door, `${upstream}/m`);
      expect([message.content, finish]).toEqual(['', 'length']);
    } else {
      const { content, stop_reason } = await messageOf(`${upstream}/m`);
      expect([content, stop_reason]).toEqual([[], 'max_tokens']);
    }
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      estimated: false,
      flags: [],
      usage: { input: 10, output: 0 },
      costNanoUsd: '10000',
    });
  });

  it.each(roads)(
    '%s over %s: words that the provider does not count are counted all the same',
    async (door, upstream) => {
      const say: Say = { text: 'one two three four', tools, usage: { input: 10, output: 0 } };
      if (upstream === 'oa') chatAnswer(say);
      else messagesAnswer(say);
      await ask(rig, door, `${upstream}/m`);
      const row = await rig.row();
      expect(row).toMatchObject({ status: 'completed', estimated: true, flags: ['lying:no-output'] });
      expect(row.usage.output).toBeGreaterThanOrEqual(6);
      expect(row.usage.output).toBeLessThan(20);
    },
  );
});

describe('case 84: many blocks', () => {
  it('are one text and two calls for a chat caller', async () => {
    messagesAnswer({
      blocks: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
        { type: 'tool-call', id: 'toolu_1', name: 'f', args: '{"n":1.0}' },
        { type: 'text', text: 'c' },
        { type: 'tool-call', id: 'toolu_2', name: 'g', args: '{}' },
      ],
    });
    const { message, finish } = await chatOf('chat', 'an/m');
    expect([message.content, finish]).toEqual(['abc', 'tool_calls']);
    expect(message.tool_calls).toMatchObject([
      { id: 'toolu_1', type: 'function', function: { name: 'f' } },
      { id: 'toolu_2', type: 'function', function: { name: 'g', arguments: '{}' } },
    ]);
  });
});

describe('case 85: citations', () => {
  const text = 'Paris is in France.';
  const location = {
    type: 'web_search_result_location',
    url: 'https://x.test/a',
    title: 'A',
    cited_text: 'c',
    encrypted_index: 'E',
  };

  it('of anthropic that have an address are annotations in their place', async () => {
    messagesAnswer({ text: 'So: ' }, (body) => {
      (body.content as Json[]).push({ type: 'text', text, citations: [location] });
    });
    const { message } = await chatOf('chat', 'an/m');
    expect(message.content).toBe(`So: ${text}`);
    const place = { start_index: 4, end_index: 4 + text.length };
    expect(message.annotations).toEqual([
      { type: 'url_citation', url_citation: { ...place, url: 'https://x.test/a', title: 'A' } },
    ]);
  });

  it('of a document have none, and that is told', async () => {
    const cited = { type: 'char_location', cited_text: 'c', document_index: 0, start_char_index: 0, end_char_index: 1 };
    messagesAnswer({ text }, (body) => {
      body.content = [{ type: 'text', text, citations: [cited] }];
    });
    const { message, answer } = await chatOf('chat', 'an/m');
    expect(message.content).toBe(text);
    expect(answer.headers['x-tollgate-dropped']).toBe('citations');
    expect((await rig.row()).dropped).toEqual(['citations']);
  });

  it('of openai-chat are dropped for a Messages caller, and that is told', async () => {
    chatAnswer({ text }, (choice) => {
      const url_citation = { start_index: 0, end_index: 5, url: 'https://x.test/a', title: 'A' };
      (choice.message as Json).annotations = [{ type: 'url_citation', url_citation }];
    });
    const { content, answer } = await messageOf('oa/m');
    expect(content).toMatchObject([{ type: 'text', text }]);
    expect(answer.headers['x-tollgate-dropped']).toBe('annotations');
  });
});

describe('case 87: ids and constants', () => {
  it('of a chat answer come from the request id, which the header and the row have too', async () => {
    messagesAnswer({ text: 'x' });
    const { answer, ...body } = await chatOf('chat', 'an/m');
    const { requestId, startedAtMs } = await rig.row();
    expect(answer.headers['x-request-id']).toBe(requestId);
    expect(body).toMatchObject({
      id: requestId.replace(/^req_/, 'chatcmpl-'),
      object: 'chat.completion',
      created: Math.floor(startedAtMs / 1000),
      model: 'an/m',
      message: { role: 'assistant' },
    });
  });

  it('of a message likewise', async () => {
    chatAnswer({ text: 'x' });
    const { answer, ...body } = await messageOf('oa/m');
    const { requestId } = await rig.row();
    expect(answer.headers['request-id']).toBe(requestId);
    expect(body).toMatchObject({
      id: requestId.replace(/^req_/, 'msg_'),
      type: 'message',
      role: 'assistant',
      model: 'oa/m',
      stop_sequence: null,
    });
  });

  it('are the same in every event of a stream', async () => {
    const chat = await askStream(rig, 'chat', 'an/m');
    expect(violations('chat', chat.body, 'whole')).toEqual([]);
    const id = (await rig.row()).requestId.replace(/^req_/, '');
    expect(chat.body).toContain(`"id":"chatcmpl-${id}"`);
    rig.forget();
    const messages = await askStream(rig, 'messages', 'oa/m');
    expect(messages.body).toContain(`"id":"msg_${(await rig.row()).requestId.replace(/^req_/, '')}"`);
    expect(readStream('messages', messages.body).text).toBe('hi');
    expect(asObject(messages.headers)?.['request-id']).toBeDefined();
  });
});
