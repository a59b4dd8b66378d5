import { describe, expect, it } from 'vitest';
import type { Block, ChatEvent } from './chat.ts';
import { checked } from './checked.ts';

function through(...events: readonly ChatEvent[]): string[] {
  const seen: string[] = [];
  const emit = checked((event) => seen.push(event.type === 'error' ? event.error.message : event.type));
  for (const event of events) emit(event);
  return seen;
}

const start: ChatEvent = { type: 'start', id: 'x', model: 'm' };
const open = (index: number, block: Block = { type: 'text', text: '' }): ChatEvent => ({
  type: 'block-start',
  index,
  block,
});
const close = (index: number): ChatEvent => ({ type: 'block-end', index });
const end: ChatEvent = { type: 'end', stop: 'end' };

describe('a stream out of order ends as an error, and nothing follows', () => {
  it.each<[string, ChatEvent[], string]>([
    ['a block before the start', [open(0)], 'block-start before the start'],
    ['a second start', [start, start], 'a second start'],
    ['a block inside a block', [start, open(0), open(1)], 'a block inside a block'],
    ['a gap in the indexes', [start, open(1)], 'block 1 where 0 was due'],
    ['a delta outside its block', [start, { type: 'block-delta', index: 0, delta: 'x' }], 'block-delta outside'],
    ['an end inside a block', [start, open(0), end], 'an end inside a block'],
    [
      'a call that nobody can run',
      [start, open(0, { type: 'tool-call', id: 'a', name: '', args: '{}' })],
      'a tool call without a name',
    ],
  ])('%s', (_what, events, message) => {
    const seen = through(...events, close(0), end);
    expect(seen.at(-1)).toContain(message);
    expect(seen.filter((type) => type === 'end')).toEqual([]);
  });

  it('one in order passes', () => {
    expect(through(start, open(0), close(0), open(1), close(1), end, end)).toHaveLength(6);
  });
});
