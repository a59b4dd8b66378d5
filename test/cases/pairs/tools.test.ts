/** Cases 14, 16, 17, 20, 21, 25, 46, 49, 53, FX1 and FX2 on all roads: calls, their results, and every byte of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WireAnswer } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { allRoads, answerOf, go, heard, requestOf } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

/** Key order, a big integer, a float that is whole. */
const exact = '{"b":1,"city":"Paris","a":12345678901234567890,"f":1.0}';
const history = JSON.stringify({ city: 'Paris' });

/** Puts the exact arguments where the fixture has plain ones, as text or as an object. */
function withExactArgs(text: string, plain: string): string {
  const quoted = JSON.stringify(plain).slice(1, -1);
  return text.replaceAll(quoted, JSON.stringify(exact).slice(1, -1)).replaceAll(plain, exact);
}

describe('cases 14, 16, 17, 25 and FX2: results stand behind their calls, each with its own', () => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    const body = requestOf(road, 'parallel tools', false);
    const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
    expect(turn.asked?.slice(0, 7)).toEqual([
      'user How is it outside?',
      'assistant Looking.',
      'call weather {"city":"Paris"}',
      'call weather {"city":"Rome"}',
      'result of {"city":"Paris"} sunny',
      'result of {"city":"Rome"} rainy',
      'user And now?',
    ]);
  });
});

describe('cases 20, 21 and FX1: a failed result is seen to have failed, a picture in a result arrives', () => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    const body = requestOf(road, 'tool results: errors, images', false);
    const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
    const facts = turn.asked ?? [];
    const failed = facts.filter((fact) => /^result of \{"city":"Paris"\} (failed$|Error: no such city$)/.test(fact));
    expect(failed).not.toEqual([]);
    expect(facts.filter((fact) => fact.includes('no such city'))).toHaveLength(1);
    const wanted = road.caller.readRequest(JSON.parse(JSON.stringify(body)) as Record<string, unknown>);
    const pictures = (all: readonly string[]) => all.filter((fact) => fact.includes(' image ')).length;
    expect(pictures(facts)).toBe(pictures(wanted));
  });
});

describe('case 49: arguments keep every byte', () => {
  it.each(allRoads)('%s over %s: in the history', async (_to, _from, road) => {
    const body = withExactArgs(JSON.stringify(requestOf(road, 'parallel tools', false)), history);
    const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    const bare = turn.askedText.replaceAll('\\"', '"');
    expect(bare).toContain(exact);
  });

  it.each(allRoads)('%s over %s: in the answer', async (_to, _from, road) => {
    const answer = answerOf(road.provider, 'parallel tools', false);
    const text = withExactArgs(answer.body.toString(), '{"city":"Oslo"}');
    const turn = await go(rig, road, false, { ...answer, body: Buffer.from(text) } satisfies WireAnswer);
    expect(turn.answer.body.toString().replaceAll('\\"', '"')).toContain(exact);
  });
});

describe('case 53: calls end the answer as calls, whatever the provider says', () => {
  it.each(allRoads)('%s over %s: whole and as a stream', async (_to, _from, road) => {
    for (const stream of [false, true]) {
      const facts = heard(road, await go(rig, road, stream, answerOf(road.provider, 'parallel tools', stream)), stream);
      expect(facts.filter((fact) => fact.startsWith('call '))).toEqual([
        'call weather {"city":"Oslo"}',
        'call weather {"city":"Bern"}',
      ]);
      expect(facts).toContain('stop tool-call');
    }
  });
});
