/** Cases 51, 52, 69 and 93 as streams on all roads: calls without arguments or in one piece, and thinking between texts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Turn } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { go, heard, type Road, translatedRoads, words } from './road.ts';
import { type Told, tell } from './tell.ts';
import { violations } from './valid.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

/** A stream that the caller's own API could have written, whole and counted. */
async function listen(road: Road, told: readonly Told[]): Promise<Turn> {
  const turn = await go(rig, road, true, tell(road.provider.id, told));
  expect(violations(road.caller.id, turn.answer.body, 'whole')).toEqual([]);
  expect(turn.row).toMatchObject({ status: 'completed', usage: { input: 12, output: 5 } });
  return turn;
}

async function listened(road: Road, told: readonly Told[]): Promise<string[]> {
  return words(heard(road, await listen(road, told), true));
}

/** How a call without arguments comes: no piece, an empty one, `{}` at once or in two. */
const nothings: readonly (readonly string[] | null)[] = [null, [], [''], ['', ''], ['{}'], ['', '{', '}']];

describe('case 51: a call without arguments in a stream is a call with none', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    for (const pieces of nothings) {
      const facts = await listened(road, [
        { call: 'f', pieces },
        { call: 'g', pieces: ['{"x":1}'] },
      ]);
      expect(facts, JSON.stringify(pieces)).toEqual(['call f {}', 'call g {"x":1}', 'stop tool-call']);
    }
  });
});

describe('case 52: a call that comes in one piece', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const facts = await listened(road, [
      { text: 'Look.' },
      { call: 'f', pieces: null, args: '{"x":1}' },
      { call: 'f', pieces: null, args: '{"x":2,"y":"a b"}' },
    ]);
    expect(facts).toEqual(['text Look.', 'call f {"x":1}', 'call f {"x":2,"y":"a b"}', 'stop tool-call']);
  });
});

describe('case 93: text behind a call, and between two', () => {
  it.each(translatedRoads)('%s over %s', async (to, _from, road) => {
    const wanted = ['call f {"x":1}', 'text then', 'call g {"y":2}', 'text last', 'stop tool-call'];
    const facts = await listened(road, [
      { call: 'f', pieces: ['{"x":1}'] },
      { text: 'then' },
      { call: 'g', pieces: ['{"y"', ':2}'] },
      { text: 'last' },
    ]);
    // A message of Chat has one text, and no order of words and calls.
    if (to !== 'openai-chat') expect(facts).toEqual(wanted);
    else expect(facts.toSorted()).toEqual(['call f {"x":1}', 'call g {"y":2}', 'stop tool-call', 'text thenlast']);
  });
});

/** The pieces of a Chat stream in their order. */
function piecesOf(body: Buffer): string[] {
  const piece = /"(?:reasoning_content|content|arguments)":"((?:[^"\\]|\\.)+)"/g;
  return [...body.toString().matchAll(piece)].map(([, text]) => JSON.parse(`"${text}"`) as string);
}

describe('case 69: thinking between texts and before a call', () => {
  const told = [{ thinking: 'first' }, { text: 'a' }, { thinking: 'then' }, { call: 'f', pieces: ['{"x"', ':1}'] }];
  const wanted = ['thinking first', 'text a', 'thinking then', 'call f {"x":1}', 'stop tool-call'];
  it.each(translatedRoads)('%s over %s', async (to, _from, road) => {
    const turn = await listen(road, told);
    const facts = words(heard(road, turn, true));
    if (to !== 'openai-chat') return expect(facts).toEqual(wanted);
    // A message of Chat has one place for all of its thinking: the order is that of the pieces.
    expect(piecesOf(turn.answer.body).join(' ')).toMatch(/^first a then \{"x" ?:1\}$/);
    expect(facts).toEqual(expect.arrayContaining(['text a', 'call f {"x":1}', 'stop tool-call']));
  });
});
