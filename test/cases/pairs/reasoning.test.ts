/** Cases 67, 69 and FX3 for every caller: the thinking that Chat's and Anthropic's providers tell, told in the caller's form. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { type Say, wireText } from '../../fakes/answer.ts';
import { chatJson, chatStream } from '../../fakes/chat-wire.ts';
import { decode } from '../../golden/bedrock-converse/event-stream.ts';
import { json, object, objects, type WireAnswer } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { block, ended, event, sse, started, type Wire } from './frames.ts';
import { allRoads, go, heard, requestOf, words } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const overChat = allRoads.filter(([, from]) => from === 'openai-chat');
const overAnthropic = allRoads.filter(([, from]) => from === 'anthropic');
const slots = ['reasoning_content', 'reasoning', 'reasoning_details'] as const;
type Slot = (typeof slots)[number];

function chatAnswer(say: Say, reasoning: Slot, stream: boolean): WireAnswer {
  return stream
    ? sse([wireText(chatStream(say, { includeUsage: true, reasoning }))])
    : { ...json(200, {}), body: Buffer.from(chatJson(say, { reasoning })) };
}

describe.each(slots)('case 67: reasoning of a Chat provider in %s', (slot) => {
  const say: Say = { thinking: 'so it is', text: 'yes, it is', usage: { input: 10, output: 6, thinking: 3 } };
  it.each(overChat)('for a caller of %s', async (caller, _from, road) => {
    for (const stream of [false, true]) {
      const answer = chatAnswer(say, slot, stream);
      const turn = await go(rig, road, stream, answer);
      if (caller === 'openai-chat') expect(turn.answer.body.toString()).toBe(answer.body.toString());
      else expect(words(heard(road, turn, stream))).toEqual(['thinking so it is', 'text yes, it is', 'stop end']);
      expect(turn.row).toMatchObject({ usage: { input: 10, output: 6, thinking: 3 }, estimated: false });
    }
  });
});

describe('case 67: tags inside the text', () => {
  it.each(overChat)(
    'stay text for a caller of %s: nobody has said that they are thinking',
    async (_to, _from, road) => {
      for (const stream of [false, true]) {
        const turn = await go(rig, road, stream, chatAnswer({ text: '<think>hm</think>yes' }, 'reasoning', stream));
        expect(words(heard(road, turn, stream))).toEqual(['text <think>hm</think>yes', 'stop end']);
      }
    },
  );
});

describe('case 69: reasoning between texts', () => {
  const say: Say = {
    blocks: [
      { type: 'thinking', text: 'first' },
      { type: 'text', text: 'a' },
      { type: 'thinking', text: 'then' },
      { type: 'tool-call', id: 'c1', name: 'f', args: '{"x":1}' },
    ],
  };
  const wanted = ['thinking first', 'text a', 'thinking then', 'call f {"x":1}', 'stop tool-call'];
  // A chunk of Chat goes on as it came.
  const roads = overChat.filter(([to]) => to !== 'openai-chat');
  describe.each(slots)('from %s', (slot) => {
    it.each(roads)('for a caller of %s', async (_to, _from, road) => {
      const turn = await go(rig, road, true, chatAnswer(say, slot, true));
      expect(words(heard(road, turn, true))).toEqual(wanted);
    });
  });

  it.each(overAnthropic)('from Anthropic, for a caller of %s', async (to, _from, road) => {
    const thought = (index: number, thinking: string) =>
      block(index, { type: 'thinking', thinking: '', signature: '' }, { type: 'thinking_delta', thinking }, signed);
    const frames = [
      started(),
      thought(0, 'first'),
      block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'a' }),
      thought(2, 'then'),
      block(
        3,
        { type: 'tool_use', id: 'c1', name: 'f', input: {} },
        { type: 'input_json_delta', partial_json: '{"x":1}' },
      ),
      ended('tool_use'),
    ];
    const turn = await go(rig, road, true, sse(frames));
    const facts = words(heard(road, turn, true));
    // A message of Chat has one place for all of its thinking, told by pieces in their order.
    if (to === 'openai-chat') expect(facts.toSorted()).toEqual(wanted.toSorted());
    else expect(facts).toEqual(wanted);
  });
});

const signed = { type: 'signature_delta', signature: 'Sig==' };
const fx3 = [
  started({ input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 }),
  block(0, { type: 'thinking', thinking: '', signature: '' }, { type: 'thinking_delta', thinking: 'Let me' }, signed),
  block(1, { type: 'redacted_thinking', data: 'Enc==' }),
  block(
    2,
    { type: 'tool_use', id: 'toolu_9', name: 'f', input: {} },
    { type: 'input_json_delta', partial_json: '' },
    { type: 'input_json_delta', partial_json: '{"x":1}' },
  ),
  event('message_delta', { delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 40 } }),
  event('message_stop'),
];
const content = [
  { type: 'thinking', thinking: 'Let me', signature: 'Sig==' },
  { type: 'redacted_thinking', data: 'Enc==' },
  { type: 'tool_use', id: 'toolu_9', name: 'f', input: { x: 1 } },
];

/** What a caller is sent for it: relayed bytes, or the words of each event, without ids and with seals opened. */
const literal: Readonly<Record<DialectId, unknown>> = {
  anthropic: fx3.join(''),
  'openai-chat': [
    { role: 'assistant', content: '' },
    { reasoning_content: 'Let me' },
    { tool_calls: [{ index: 0, id: 'toolu_9', type: 'function', function: { name: 'f', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] },
    {
      reasoning_details: [
        { type: 'reasoning.text', text: 'Let me', signature: 'sealed Sig==', index: 0, format: 'anthropic-claude-v1' },
        { type: 'reasoning.encrypted', data: 'sealed Enc==', index: 1, format: 'anthropic-claude-v1' },
      ],
    },
    'tool_calls',
  ],
  'openai-responses': [
    'response.created',
    'response.in_progress',
    'response.output_item.added reasoning',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_text.delta Let me',
    'response.reasoning_summary_text.done Let me',
    'response.reasoning_summary_part.done',
    'response.output_item.done reasoning sealed Sig==',
    'response.output_item.added reasoning',
    'response.output_item.done reasoning sealed Enc==',
    'response.output_item.added function_call toolu_9 f',
    'response.function_call_arguments.delta {"x":1}',
    'response.function_call_arguments.done {"x":1}',
    'response.output_item.done function_call toolu_9 f {"x":1}',
    'response.completed',
  ],
  gemini: [
    { text: 'Let me', thought: true },
    { text: '', thought: true, thoughtSignature: 'sealed Sig==' },
    { text: '', thought: true, thoughtSignature: 'sealed Enc==', partMetadata: { redacted: true } },
    { functionCall: { id: 'toolu_9', name: 'f', args: { x: 1 } } },
    { text: '' },
  ],
  'bedrock-converse': [
    ['messageStart', undefined, undefined],
    ['contentBlockDelta', 0, { reasoningContent: { text: 'Let me' } }],
    ['contentBlockDelta', 0, { reasoningContent: { signature: 'sealed Sig==' } }],
    ['contentBlockStop', 0, undefined],
    ['contentBlockDelta', 1, { reasoningContent: { redactedContent: 'sealed Enc==' } }],
    ['contentBlockStop', 1, undefined],
    ['contentBlockStart', 2, { toolUse: { toolUseId: 'toolu_9', name: 'f' } }],
    ['contentBlockDelta', 2, { toolUse: { input: '{"x":1}' } }],
    ['contentBlockStop', 2, undefined],
    ['messageStop', undefined, undefined],
    ['metadata', undefined, undefined],
  ],
};

function eventsOf(caller: DialectId, bytes: Buffer): unknown {
  if (caller === 'anthropic') return bytes.toString();
  const events =
    caller === 'bedrock-converse'
      ? decode(bytes)
      : bytes
          .toString()
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data: {'))
          .map((line) => JSON.parse(line.slice(6)) as unknown);
  return opened(events.flatMap((each) => wordsOf[caller](object(each))));
}

const wordsOf: Readonly<Record<Exclude<DialectId, 'anthropic'>, (event: Wire) => unknown[]>> = {
  'openai-chat': ({ choices }) => objects(choices).map(({ delta, finish_reason }) => finish_reason ?? delta),
  'openai-responses': ({ type, delta, text, arguments: args, item }) => {
    const { type: kind, encrypted_content, call_id, name, arguments: all } = object(item);
    const said = [type, delta, text, args, kind, encrypted_content, call_id, name, all];
    return [said.filter((word) => word !== undefined && word !== '').join(' ')];
  },
  gemini: ({ candidates }) => objects(candidates).flatMap(({ content }) => objects(object(content).parts)),
  'bedrock-converse': ({ type, body }) => {
    const { contentBlockIndex, delta, start } = object(body);
    return [[type, contentBlockIndex, delta ?? start]];
  },
};

/** Seals stand as they are or in base64, by what the caller's dialect wants there. */
function opened(value: unknown): unknown {
  const seal = /tg\d\.anthropic\.[\w-]+\./;
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, opened(each)]));
  if (typeof value !== 'string') return value;
  return (value.startsWith('dGcy') ? Buffer.from(value, 'base64').toString() : value).replace(seal, 'sealed ');
}

describe('FX3: thinking, redacted thinking and a call', () => {
  it.each(overAnthropic)('its events for a caller of %s', async (to, _from, road) => {
    const turn = await go(rig, road, true, sse(fx3));
    expect(eventsOf(to, turn.answer.body)).toEqual(literal[to]);
    expect(turn.row).toMatchObject({ usage: { input: 9, output: 40 }, estimated: false });
  });

  it.each(overAnthropic)('all of it comes back in the next turn of a caller of %s', async (_to, _from, road) => {
    const usage = { input_tokens: 9, output_tokens: 40 };
    const whole = json(200, {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content,
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage,
    });
    const asked = requestOf(road, 'thinking', false);
    const first = await take(rig, road, asked, false, answering(whole));
    const history = road.caller.replay(asked, object(JSON.parse(first.answer.body.toString())));
    const second = await take(rig, road, history, false, answering(whole));
    const sent = object(JSON.parse(second.askedText));
    expect(objects(sent.messages)[1]?.content).toEqual(content);
    expect(sent.thinking).toMatchObject({ type: 'enabled' });
  });
});
