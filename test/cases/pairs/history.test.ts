/** Cases 12, 13, 15, 18, 19, 23, 24 and 40 on all roads: who said what, in which order, and what answers a call. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { translatedRoads } from './road.ts';
import { assistant, late, lateCallers, type Said, say, spoken, system, user } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const called = (id: string) => ({ call: id, args: `{"k":"${id}"}` });
const result = (id: string, ...texts: string[]) => ({ result: id, texts });
const calls = ['call {"k":"a"}', 'call {"k":"b"}'].map((fact) => fact.replace('call', 'call f'));

describe('cases 12 and 13: an instruction in the middle keeps its place', () => {
  const roads = translatedRoads.filter(([caller]) => lateCallers.includes(caller));
  it.each(roads)('%s over %s', async (_to, _from, road) => {
    const turn = await say(rig, road, [system('first'), user('u'), late('later'), user('v')]);
    const facts = spoken(turn);
    expect(facts.slice(0, 2)).toEqual(['system first', 'user u']);
    expect(facts.at(-1)).toBe('user v');
    expect(facts).toHaveLength(4);
    // Where there is no such role it is marked, and that is said.
    const isMarked = /^user <system>\s*later\s*<\/system>$/.test(facts[2] ?? '') && turn.dropped.length > 0;
    expect(facts[2] === 'system later' || isMarked, facts.join(' | ')).toBe(true);
  });
});

describe('case 15: a text before a result goes behind it', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('go'), assistant(called('a')), user('see', result('a', 'r'))]);
    expect(spoken(turn)).toEqual(['user go', calls[0], 'result of {"k":"a"} r', 'user see']);
  });
});

describe('case 18: a reminder between two results goes behind both', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const content = [result('a', 'ra'), 'reminder', result('b', 'rb')];
    const turn = await say(rig, road, [user('go'), assistant(called('a'), called('b')), user(...content)]);
    const results = ['result of {"k":"a"} ra', 'result of {"k":"b"} rb'];
    expect(spoken(turn)).toEqual(['user go', ...calls, ...results, 'user reminder']);
  });
});

const broken: readonly (readonly [string, readonly Said[]])[] = [
  ['of an unknown call', [assistant(called('a')), user(result('a', 'r'), result('z', 'r'))]],
  ['twice', [assistant(called('a')), user(result('a', 'r'), result('a', 'r'))]],
  ['missing', [assistant(called('a'), called('b')), user(result('a', 'r'), 'x')]],
];

describe('case 19: a result that is orphaned, doubled or missing is refused, never invented', () => {
  const each = translatedRoads.flatMap((road) => broken.map((one) => [...road, ...one] as const));
  it.each(each)('%s over %s, %#', async (_to, _from, road, _what, said) => {
    const turn = await say(rig, road, [user('go'), ...said]);
    expect(turn.answer.status, turn.answer.body.toString()).toBe(400);
    expect(rig.upstream.calls).toEqual([]);
  });
});

const resultMarks = /"tool_call_id":|"function_call_output"|"tool_result"|"functionResponse":|"toolResult":/g;

describe('case 23: a result without a word is a result', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('go'), assistant(called('a')), user(result('a'), 'on')]);
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    expect(turn.askedText.match(resultMarks)).toHaveLength(1);
    expect(turn.askedText).not.toMatch(/undefined|"text":""/);
    expect(spoken(turn).at(-1)).toBe('user on');
  });
});

describe('case 24: texts of a result keep a boundary', () => {
  // A result of Gemini is one object, without texts.
  it.each(translatedRoads.filter(([caller]) => caller !== 'gemini'))('%s over %s', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('go'), assistant(called('a')), user(result('a', 'one', 'two'))]);
    const facts = spoken(turn).filter((fact) => fact.startsWith('result of '));
    const texts = facts.flatMap((fact) => fact.replace('result of {"k":"a"} ', '').split('\n'));
    expect(texts).toEqual(['one', 'two']);
  });
});

describe('case 40: neighbours of one role', () => {
  it.each(translatedRoads)('%s over %s: stay in order, with nothing invented', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('a'), user('b'), assistant('c'), assistant('d'), user('e')]);
    expect(spoken(turn)).toEqual(['user a', 'user b', 'assistant c', 'assistant d', 'user e']);
  });

  it.each(translatedRoads)(
    '%s over %s: a prefill arrives, and is reported where it is lost',
    async (_to, from, road) => {
      const turn = await say(rig, road, [user('a'), assistant('Sure:')]);
      expect(spoken(turn)).toEqual(['user a', 'assistant Sure:']);
      const continues = from === 'anthropic' || from === 'bedrock-converse';
      expect(turn.dropped.includes('prefill')).toBe(!continues);
    },
  );
});
