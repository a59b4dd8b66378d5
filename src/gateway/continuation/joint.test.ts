import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { Joint } from './joint.ts';

const start: ChatEvent = { type: 'start', id: 'x', model: 'm' };
const end: ChatEvent = { type: 'end', stop: 'end' };
const textBlock = (index: number, ...deltas: readonly string[]): ChatEvent[] => [
  { type: 'block-start', index, block: { type: 'text', text: '' } },
  ...deltas.map((delta): ChatEvent => ({ type: 'block-delta', index, delta })),
  { type: 'block-end', index },
];
const thinking: ChatEvent[] = [
  { type: 'block-start', index: 0, block: { type: 'thinking', text: '' } },
  { type: 'block-delta', index: 0, delta: 'hm' },
  { type: 'block-end', index: 0 },
];

/** What the caller is shown, through the same check of order that every answer passes. */
function joined(...answers: readonly (readonly ChatEvent[])[]) {
  const seen: ChatEvent[] = [];
  const order = checked((event) => seen.push(event));
  const joint = new Joint();
  for (const answer of answers) {
    const push = joint.answer(
      () => (event) => order(event),
      () => {},
    );
    for (const event of answer) push(event);
    if (answer.length > 1) joint.shown();
  }
  const text = seen.flatMap((event) => (event.type === 'block-delta' ? [event.delta] : [])).join('');
  return { joint, seen, text, errors: seen.filter(({ type }) => type === 'error') };
}

describe('an answer that goes on with another', () => {
  it('is one text in one block, wherever the first one broke', () => {
    const deltas = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(deltas, deltas, (first, second) => {
        const broken = [start, ...textBlock(0, ...first).slice(0, -1)];
        const { joint, text, seen, errors } = joined(broken, [start, ...textBlock(0, ...second), end]);
        expect(errors).toEqual([]);
        expect(text).toBe([...first, ...second].join(''));
        expect(joint.text).toBe(text);
        expect(seen.filter(({ type }) => type === 'block-start')).toHaveLength(1);
        expect(seen.at(-1)).toEqual(end);
      }),
    );
  });

  it('ends the broken block where the next one thinks first', () => {
    const broken = [start, ...textBlock(0, 'One ').slice(0, -1)];
    const { text, seen, errors } = joined(broken, [start, ...thinking, ...textBlock(1, 'two'), end]);
    expect(errors).toEqual([]);
    expect(text).toBe('One hmtwo');
    expect(seen.flatMap((event) => (event.type === 'block-start' ? [[event.index, event.block.type]] : []))).toEqual([
      [0, 'text'],
      [1, 'thinking'],
      [2, 'text'],
    ]);
  });

  it('may be gone on with twice', () => {
    const broken = [start, ...textBlock(0, 'a').slice(0, -1)];
    const { text, errors } = joined(broken, broken, [start, ...textBlock(0, 'b'), end]);
    expect(errors).toEqual([]);
    expect(text).toBe('aab');
  });
});

it('what was not shown is forgotten', () => {
  const seen: ChatEvent[] = [];
  const joint = new Joint();
  const open = () => (event: ChatEvent) => seen.push(event);
  for (const event of [start, ...textBlock(0, 'a').slice(0, -1)]) joint.answer(open, () => {})(event);
  seen.length = 0;
  const second = joint.answer(open, () => {});
  for (const event of [start, ...textBlock(0, 'b'), end]) second(event);
  expect(joint.text).toBe('b');
  expect(seen[0]).toEqual(start);
});

it('nobody goes on with half a tool call, a thought, an answer that has ended, or nothing', () => {
  const call: ChatEvent = { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c', name: 'f', args: '' } };
  expect(joined([start, call]).joint.mayGoOn).toBe(false);
  expect(joined([start, ...thinking, ...textBlock(1, 'a').slice(0, -1)]).joint.mayGoOn).toBe(false);
  expect(joined([start, ...textBlock(0, 'a'), end]).joint.mayGoOn).toBe(false);
  expect(joined([start]).joint.mayGoOn).toBe(false);
  expect(joined([start, ...textBlock(0, 'a').slice(0, -1)]).joint.mayGoOn).toBe(true);
});
