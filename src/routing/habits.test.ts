import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetOf } from './decision.fixture.ts';
import { CallerHabits, type Observed } from './habits.ts';

const here = targetOf('one/a');
const there = targetOf('two/b');
const answer = (more: Partial<Observed> = {}): Observed => ({
  keyId: 'key',
  target: here,
  inputTokens: 1000,
  estimatedTokens: 1000,
  cachedTokens: 0,
  outputTokens: 100,
  isNew: true,
  ...more,
});

describe('what a caller usually does', () => {
  it('is a guess at first', () => {
    expect(new CallerHabits().of('key', here)).toEqual({ sharedTokens: 0, tokensPerEstimated: 1, outputTokens: 256 });
  });

  it('is how long its answers are, whoever gave them; each caller has its own', () => {
    const habits = new CallerHabits();
    habits.learn(answer({ outputTokens: 500 }));
    habits.learn(answer({ outputTokens: 700, target: there }));
    expect(habits.of('key', here).outputTokens).toBe(600);
    expect(habits.of('another', here).outputTokens).toBe(256);
  });

  it('is how its prompts begin at each target, learned from conversations that are new', () => {
    const habits = new CallerHabits();
    habits.learn(answer({ cachedTokens: 0 }));
    for (let i = 0; i < 12; i++) habits.learn(answer({ cachedTokens: 800 }));
    // The own prompt of a conversation that returns says nothing of others.
    habits.learn(answer({ cachedTokens: 1000, isNew: false }));
    expect(habits.of('key', here).sharedTokens).toBeGreaterThan(790);
    expect(habits.of('key', here).sharedTokens).toBeLessThanOrEqual(800);
    expect(habits.of('key', there).sharedTokens).toBe(0);
  });

  it('is how many tokens a target makes of what was estimated; of one that was not asked, as elsewhere', () => {
    const habits = new CallerHabits();
    habits.learn(answer({ inputTokens: 800 }));
    expect(habits.of('key', here).tokensPerEstimated).toBe(0.8);
    expect(habits.of('key', there).tokensPerEstimated).toBe(0.8);
    habits.learn(answer({ inputTokens: 1200, target: there }));
    expect(habits.of('key', there).tokensPerEstimated).toBe(1.2);
    expect(habits.of('key', here).tokensPerEstimated).toBe(0.8);
  });

  it('follows a change: ten answers of another length are most of what is known', () => {
    const habits = new CallerHabits();
    for (let i = 0; i < 1000; i++) habits.learn(answer({ outputTokens: 100 }));
    for (let i = 0; i < 10; i++) habits.learn(answer({ outputTokens: 1100 }));
    expect(habits.of('key', here).outputTokens).toBeGreaterThan(600);
  });

  it('stays within what was seen, whatever is seen', () => {
    const observed = fc.record({
      inputTokens: fc.nat({ max: 1e6 }),
      estimatedTokens: fc.nat({ max: 1e6 }),
      cachedTokens: fc.nat({ max: 1e6 }),
      outputTokens: fc.nat({ max: 1e5 }),
      isNew: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(observed, { minLength: 1 }), (seen) => {
        const habits = new CallerHabits();
        for (const each of seen) habits.learn(answer(each));
        const { sharedTokens, tokensPerEstimated, outputTokens } = habits.of('key', here);
        expect(sharedTokens).toBeGreaterThanOrEqual(0);
        expect(sharedTokens).toBeLessThanOrEqual(Math.max(...seen.map((each) => each.inputTokens)));
        expect(tokensPerEstimated).toBeGreaterThanOrEqual(0.25 - 1e-9);
        expect(tokensPerEstimated).toBeLessThanOrEqual(4 + 1e-9);
        expect(outputTokens).toBeLessThanOrEqual(Math.max(256, ...seen.map((each) => each.outputTokens)) + 1e-6);
      }),
    );
  });

  it('is remembered of the last ten thousand callers', () => {
    const habits = new CallerHabits();
    for (let i = 0; i <= 10_000; i++) habits.learn(answer({ keyId: `key ${i}`, outputTokens: 7 }));
    expect(habits.of('key 0', here).outputTokens).toBe(256);
    expect(habits.of('key 10000', here).outputTokens).toBe(7);
  });
});
