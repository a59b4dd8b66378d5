import { describe, expect, it } from 'vitest';
import { noUsage } from '../../llm/usage.ts';
import { targetOf } from '../../routing/decision.fixture.ts';
import { Conversations } from './conversations.ts';

const price = { input: 1, output: 1, cacheRead: 0.1 };
const [one, two, three, four] = ['one/a', 'two/b', 'three/c', 'four/d'].map((id) => targetOf(id, { price }));
const minuteMs = 60_000;
const usage = (input: number, cacheRead = 0) => ({ ...noUsage, input, cacheRead, output: 9 });

describe('where a conversation is', () => {
  it('is its last target, with what that keeps, and those before it, the latest first', () => {
    const conversations = new Conversations();
    for (const [i, target] of [one, two, one, three, four].entries())
      if (target !== undefined) conversations.remember('c', target, usage(2000 + i), 0, i);
    const held = conversations.of('c', 10);
    expect(held).toMatchObject({ target: four, cachedTokens: 2004 });
    expect(held?.earlier).toMatchObject([
      { target: three, cachedTokens: 2003 },
      { target: one, cachedTokens: 2002 },
    ]);
  });

  it('is forgotten five minutes after its last turn there, each target by itself', () => {
    const conversations = new Conversations();
    if (one === undefined || two === undefined) throw new Error('no targets');
    conversations.remember('c', one, usage(2000), 0, 0);
    conversations.remember('c', two, usage(2000), 0, 3 * minuteMs);
    expect(conversations.of('c', 5 * minuteMs)?.earlier).toHaveLength(1);
    expect(conversations.of('c', 5 * minuteMs + 1)?.earlier).toEqual([]);
    expect(conversations.of('c', 8 * minuteMs)?.target).toBe(two);
    expect(conversations.of('c', 8 * minuteMs + 1)).toBeUndefined();
  });
});
