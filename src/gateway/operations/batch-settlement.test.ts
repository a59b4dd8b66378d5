import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargePicoUsd } from '../../catalog/charge.ts';
import { noUsage } from '../../llm/usage.ts';
import { itemId, shareOf } from './batch-settlement.ts';

describe('the row of an answer in a batch', () => {
  it('has the same name wherever it is read, and shares it with no other answer', () => {
    const text = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(fc.tuple(text, text, text), fc.tuple(text, text, text), (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(itemId(...a) === itemId(...b)).toBe(same);
      }),
    );
    expect(itemId('openai', 'batch_1', 'r0')).toMatch(/^req_batch_[0-9a-f]{32}$/);
  });

  it('costs its share of the price, rounded once, half up', () => {
    const rate = fc.bigInt({ min: 0n, max: 10n ** 9n });
    fc.assert(
      fc.property(rate, rate, fc.nat(100_000), fc.nat(100_000), fc.integer({ min: 1, max: 100 }), (...facts) => {
        const [input, output, inputs, outputs, percent] = facts;
        const price = { id: 'p', input: { base: input }, output: { base: output } };
        const exact = (BigInt(inputs) * input + BigInt(outputs) * output) * BigInt(percent);
        const cost = shareOf(chargePicoUsd(price, { ...noUsage, input: inputs, output: outputs }), percent);
        // Within half a nano-dollar of the exact share: 100 percent of 1000 pico-dollars are one.
        expect(cost * 100_000n - exact).toBeLessThanOrEqual(50_000n);
        expect(exact - cost * 100_000n).toBeLessThan(50_000n);
      }),
    );
  });
});
