/** Cases 78, 84 and 94 on all roads: who is told the usage, where it may stand, and answers of many blocks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { decode, encode } from '../../golden/bedrock-converse/event-stream.ts';
import { type Fixtures, json, object, type WireAnswer } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { chunk, done, ended, event, sse, started, text, type Wire } from './frames.ts';
import { allRoads, answerOf, framesOf, go, heard, requestOf, translatedRoads, words } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

describe.each([true, false, undefined])('case 78: include_usage %s of a Chat caller', (wanted) => {
  it.each(allRoads.filter(([to]) => to === 'openai-chat'))('%s over %s', async (_to, _from, road) => {
    const body = {
      ...requestOf(road, 'text', true),
      stream_options: wanted === undefined ? undefined : { include_usage: wanted },
    };
    const turn = await take(rig, road, body, true, answering(answerOf(road.provider, 'text', true)));
    const data = turn.answer.body.toString().match(/(?<=^data: )\{.*$/gm) ?? [];
    const chunks = data.map((each) => object(JSON.parse(each)));
    const counted = chunks.filter(({ usage }) => usage != null);
    expect(counted.map(({ choices }) => choices)).toEqual(wanted === true ? [[]] : []);
    if (wanted === true) expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(turn.row).toMatchObject({ status: 'completed', estimated: false, usage: { input: 12, output: 5 } });
  });
});

describe('case 78: other callers are always told', () => {
  it.each(allRoads.filter(([to]) => to !== 'openai-chat'))('%s over %s', async (_to, from, road) => {
    const turn = await go(rig, road, true, answerOf(road.provider, 'text', true));
    expect(heard(road, turn, true)).toEqual(expect.arrayContaining(['input 12', 'output 5']));
    if (from === 'openai-chat') expect(turn.askedText).toContain('"stream_options":{"include_usage":true}');
  });
});

const usage = (output: number) => ({ prompt_tokens: 12, completion_tokens: output, total_tokens: 12 + output });
const alone = `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [], usage: usage(5) })}\n\n`;
const said = chunk({ role: 'assistant', content: 'Hi there' });
const part = (words: string, more: Wire = {}, finishReason?: string) =>
  `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: words }] }, finishReason, index: 0 }], ...more })}\r\n\r\n`;
const counts = (candidatesTokenCount: number) => ({
  usageMetadata: { promptTokenCount: 12, candidatesTokenCount, totalTokenCount: 12 + candidatesTokenCount },
});

/** Responses and Converse have one place for it. */
const places: readonly (readonly [DialectId, string, readonly string[]])[] = [
  ['openai-chat', 'in the finish chunk', [said, chunk({}, 'stop', { usage: usage(5) }), done]],
  ['openai-chat', 'in a chunk of its own', [said, chunk({}, 'stop'), alone, done]],
  [
    'openai-chat',
    'in every chunk, growing',
    [
      chunk({ content: 'Hi' }, null, { usage: usage(1) }),
      chunk({ content: ' there' }, null, { usage: usage(3) }),
      chunk({}, 'stop', { usage: usage(5) }),
      done,
    ],
  ],
  [
    'openai-chat',
    'null until its own chunk',
    [chunk({ content: 'Hi there' }, null, { usage: null }), chunk({}, 'stop', { usage: null }), alone, done],
  ],
  [
    'openai-chat',
    'behind the finish, which is repeated',
    [said, chunk({}, 'stop'), chunk({ content: '' }, 'stop', { usage: usage(5) }), done],
  ],
  ['openai-chat', 'behind [DONE]', [said, chunk({}, 'stop'), done, alone]],
  ['openai-chat', 'where Groq has it', [said, chunk({}, 'stop', { x_groq: { usage: usage(5) } }), done]],
  ['openai-chat', 'without [DONE] behind it', [said, chunk({}, 'stop'), alone]],
  [
    'anthropic',
    'at the start alone',
    [
      started({ input_tokens: 12, output_tokens: 5 }),
      text(0, 'Hi there'),
      event('message_delta', { delta: { stop_reason: 'end_turn' } }),
      event('message_stop'),
    ],
  ],
  [
    'anthropic',
    'at the start and at the end, cumulative',
    [started(), text(0, 'Hi there'), ended('end_turn', { input_tokens: 12, output_tokens: 5 })],
  ],
  ['gemini', 'in every chunk, growing', [part('Hi', counts(1)), part(' there', counts(5), 'STOP')]],
  ['gemini', 'in the last chunk alone', [part('Hi'), part(' there', counts(5), 'STOP')]],
  [
    'gemini',
    'in a chunk behind the finish',
    [part('Hi there', {}, 'STOP'), `data: ${JSON.stringify(counts(5))}\r\n\r\n`],
  ],
];

describe.each(places)('case 94: usage of %s, %s', (provider, _place, frames) => {
  it.each(translatedRoads.filter(([, from]) => from === provider))('for a caller of %s', async (_to, _from, road) => {
    const turn = await go(rig, road, true, sse(frames));
    expect(words(heard(road, turn, true))).toEqual(['text Hi there', 'stop end']);
    expect(heard(road, turn, true)).toEqual(expect.arrayContaining(['input 12', 'output 5']));
    expect(turn.row).toMatchObject({ status: 'completed', estimated: false, usage: { input: 12, output: 5 } });
  });
});

/** A stream whose provider never says what it counted. */
function uncounted(provider: Fixtures): WireAnswer {
  const answer = answerOf(provider, 'text', true);
  if (provider.id === 'bedrock-converse') {
    const kept = decode(answer.body).filter(({ type }) => type !== 'metadata');
    return { ...answer, body: Buffer.concat(kept.map(encode)) };
  }
  const without = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'usage' && key !== 'usageMetadata'))
      : value;
  const frames = framesOf(provider, answer).map((frame) =>
    frame.toString().replace(/(?<=^data: )\{.*$/m, (data) => JSON.stringify(JSON.parse(data), without)),
  );
  return { ...answer, body: Buffer.from(frames.join('')) };
}

describe('case 94: usage that never comes is counted here, and flagged', () => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    const turn = await go(rig, road, true, uncounted(road.provider));
    expect(words(heard(road, turn, true))).toEqual(['text Hi there.', 'stop end']);
    expect(turn.row).toMatchObject({ status: 'completed', estimated: true, flags: ['usage-missing'] });
    expect(turn.row.usage.input).toBeGreaterThan(0);
    expect(turn.row.usage.output).toBeGreaterThan(0);
  });
});

const weather = (city: string) => ({ name: 'weather', args: { city } });
const oslo = weather('Oslo');
const bern = weather('Bern');
/** Text, text, a call, text, a call. A message of Chat has one text only. */
const manyBlocks: Readonly<Partial<Record<DialectId, Wire>>> = {
  anthropic: {
    content: [
      { type: 'text', text: 'one ' },
      { type: 'text', text: 'two ' },
      { type: 'tool_use', id: 'a', name: 'weather', input: oslo.args },
      { type: 'text', text: 'three' },
      { type: 'tool_use', id: 'b', name: 'weather', input: bern.args },
    ],
    stop_reason: 'tool_use',
  },
  gemini: {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'one ' },
            { text: 'two ' },
            { functionCall: oslo },
            { text: 'three' },
            { functionCall: bern },
          ],
        },
        finishReason: 'STOP',
        index: 0,
      },
    ],
  },
  'bedrock-converse': {
    output: {
      message: {
        role: 'assistant',
        content: [
          { text: 'one ' },
          { text: 'two ' },
          { toolUse: { toolUseId: 'a', name: 'weather', input: oslo.args } },
          { text: 'three' },
          { toolUse: { toolUseId: 'b', name: 'weather', input: bern.args } },
        ],
      },
    },
    stopReason: 'tool_use',
  },
  'openai-responses': {
    output: [
      message('m1', 'one ', 'two '),
      {
        type: 'function_call',
        id: 'fc_a',
        call_id: 'a',
        status: 'completed',
        name: 'weather',
        arguments: '{"city":"Oslo"}',
      },
      message('m2', 'three'),
      {
        type: 'function_call',
        id: 'fc_b',
        call_id: 'b',
        status: 'completed',
        name: 'weather',
        arguments: '{"city":"Bern"}',
      },
    ],
  },
};

function message(id: string, ...texts: readonly string[]): Wire {
  const content = texts.map((each) => ({ type: 'output_text', text: each, annotations: [] }));
  return { id, type: 'message', role: 'assistant', status: 'completed', content };
}

describe('case 84: many blocks', () => {
  it.each(translatedRoads.filter(([, from]) => from !== 'openai-chat'))('%s over %s', async (to, from, road) => {
    const plain = object(JSON.parse(answerOf(road.provider, 'text', false).body.toString()));
    const turn = await go(rig, road, false, json(200, { ...plain, ...manyBlocks[from] }));
    const facts = words(heard(road, turn, false));
    const texts = facts.filter((fact) => fact.startsWith('text ')).map((fact) => fact.slice(5));
    expect(texts.join('')).toBe('one two three');
    const calls = ['call weather {"city":"Oslo"}', 'call weather {"city":"Bern"}'];
    expect(facts.filter((fact) => fact.startsWith('call '))).toEqual(calls);
    expect(facts.at(-1)).toBe('stop tool-call');
    // A message of Chat has one text, before its calls; everywhere else the order is kept.
    const order = facts.filter((fact) => fact === 'text three' || fact.startsWith('call '));
    if (to !== 'openai-chat') expect(order).toEqual([calls[0], 'text three', calls[1]]);
  });
});
