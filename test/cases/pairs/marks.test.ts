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
