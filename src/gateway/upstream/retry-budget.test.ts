import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

describe('Retries', () => {
  it('are three where there were no requests, and one more for each ten', () => {
    const budget = new RetryBudget();
    const taken = () => Array.from({ length: 20 }, () => budget.take(0)).filter(Boolean).length;
    expect(taken()).toBe(3);
    for (let i = 0; i < 50; i++) budget.request(0);
    expect(taken()).toBe(5);
    expect(taken()).toBe(0);
  });

  it('are never more than a tenth and three within ten seconds, in whatever order they are wanted', () => {
    const step = fc.record({
      afterMs: fc.nat({ max: 300 }),
      requests: fc.nat({ max: 20 }),
      wanted: fc.nat({ max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const budget = new RetryBudget();
        let [now, requests, retries] = [0, 0, 0];
        for (const { afterMs, requests: more, wanted } of steps) {
          now += afterMs;
          requests += more;
          for (let i = 0; i < more; i++) budget.request(now);
          for (let i = 0; i < wanted; i++) if (budget.take(now)) retries++;
          expect(retries).toBeLessThan(0.1 * requests + 3 + 1);
        }
      }),
    );
  });
});
