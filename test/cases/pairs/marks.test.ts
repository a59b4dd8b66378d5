/** Case 42 on all roads: marks of what is to be cached arrive where there are such marks, and are reported where not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { answering, modelOf, take } from '../../golden/run.ts';
import { type Rig, startRig } from '../rig.ts';
import { answerOf, requestOf, translatedRoads } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ settings: { promptCacheMarks: true } });
});
afterAll(() => rig.close());

const mark = { cache_control: { type: 'ephemeral' } };
const point = { cachePoint: { type: 'default' } };

/** Two marks: behind the instructions, and behind what the user said. */
const marked: Readonly<Partial<Record<DialectId, object>>> = {
  'openai-chat': {
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.', ...mark }] },
      { role: 'user', content: [{ type: 'text', text: 'Hello', ...mark }] },
    ],
  },
  anthropic: {
    max_tokens: 9,
    system: [{ type: 'text', text: 'Be brief.', ...mark }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', ...mark }] }],
  },
  'bedrock-converse': {
    system: [{ text: 'Be brief.' }, point],
    messages: [{ role: 'user', content: [{ text: 'Hello' }, point] }],
  },
};

const marksIn = (text: string) => [...text.matchAll(/"(cache_control|cachePoint)":/g)].map(([, name]) => name);
const nameOf: Readonly<Partial<Record<DialectId, string>>> = {
  anthropic: 'cache_control',
  'bedrock-converse': 'cachePoint',
};

describe('case 42: marks of the caller', () => {
  const roads = translatedRoads.filter(([caller]) => marked[caller] !== undefined);
  it.each(roads)('%s over %s', async (caller, provider, road) => {
    const model = 'model' in requestOf(road, 'text', false) ? { model: modelOf(road.provider) } : {};
    const body = { ...model, ...marked[caller] };
    const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
    const name = nameOf[provider];
    expect(marksIn(turn.askedText)).toEqual(name === undefined ? [] : [name, name]);
    expect(turn.dropped.includes('cache_control')).toBe(name === undefined);
  });
});

describe('case 42: callers whose dialect has no marks', () => {
  const roads = translatedRoads.filter(([caller]) => caller === 'openai-responses' || caller === 'gemini');
  it.each(roads)('%s over %s: a session is cached all the same', async (_caller, provider, road) => {
    const body = requestOf(road, 'parallel tools', false);
    const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
    const marks = marksIn(turn.askedText);
    const name = nameOf[provider];
    if (name === undefined) return expect(marks).toEqual([]);
    expect(new Set(marks)).toEqual(new Set([name]));
    expect(marks.length).toBeLessThanOrEqual(4);
  });
});

const schema = { type: 'object', properties: {} };
const texts = ['a', 'b', 'c'];

/** Six marks: on the instructions, a tool, a result and three texts. */
const many: Readonly<Partial<Record<DialectId, object>>> = {
  'openai-chat': {
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.', ...mark }] },
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'r', ...mark }] },
      { role: 'user', content: texts.map((text) => ({ type: 'text', text, ...mark })) },
    ],
    tools: [{ type: 'function', function: { name: 'f', parameters: schema }, ...mark }],
  },
  anthropic: {
    max_tokens: 9,
    system: [{ type: 'text', text: 'Be brief.', ...mark }],
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: 'r', ...mark },
          ...texts.map((text) => ({ type: 'text', text, ...mark })),
        ],
      },
    ],
    tools: [{ name: 'f', input_schema: schema, ...mark }],
  },
  'bedrock-converse': {
    system: [{ text: 'Be brief.' }, point],
    messages: [
      { role: 'user', content: [{ text: 'go' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'c1', name: 'f', input: {} } }] },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'c1', content: [{ text: 'r' }] } },
          point,
          ...texts.flatMap((text) => [{ text }, point]),
        ],
      },
    ],
    toolConfig: { tools: [{ toolSpec: { name: 'f', inputSchema: { json: schema } } }, point] },
  },
};

const everyMark = /,?"cache_control":\{"type":"ephemeral"\}|,\{"cachePoint":\{"type":"default"\}\}/g;
const unmarked = (text: string) => text.replaceAll(everyMark, '');

describe('case 42: more than four marks, on tools and results too', () => {
  const roads = translatedRoads.filter(([caller]) => many[caller] !== undefined);
  it.each(roads)('%s over %s: four at most, and that is reported', async (caller, provider, road) => {
    const model = 'model' in requestOf(road, 'text', false) ? { model: modelOf(road.provider) } : {};
    const ask = (body: object) =>
      take(rig, road, { ...model, ...body }, false, answering(answerOf(road.provider, 'text', false)));
    const turn = await ask(many[caller] ?? {});
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    const name = nameOf[provider];
    expect(marksIn(turn.askedText)).toEqual(name === undefined ? [] : [name, name, name, name]);
    expect(turn.dropped).toContain('cache_control');
    // A mark changes no other byte: what is cached is the same with it and without.
    const plain = await ask(JSON.parse(unmarked(JSON.stringify(many[caller]))) as object);
    expect(unmarked(turn.askedText)).toBe(unmarked(plain.askedText));
  });
});
