/** The sample that `npm run sample:support` runs in full, in small. */
import { describe, expect, it } from 'vitest';
import { conversations } from './conversations.ts';
import { decider } from './decisions.ts';

const nowMs = Date.UTC(2026, 10, 21);
const pair = { cheap: 'openai/gpt-5-mini', strong: 'openai/gpt-5' };
const sample = [...conversations(600, 7)];

describe('the support conversations', () => {
  it('are the same for the same seed, and others for another', () => {
    expect([...conversations(3, 7)]).toEqual(sample.slice(0, 3));
    expect([...conversations(3, 8)]).not.toEqual(sample.slice(0, 3));
  });

  it('are about 2,000 tokens each, four in five routine, and end with the customer', () => {
    const decide = decider(pair, nowMs, undefined);
    for (const one of sample) {
      expect(one.messages.at(-1)?.role).toBe('user');
      expect(Math.abs(decide(one).inputTokens - 2000)).toBeLessThan(450);
    }
    const routine = sample.filter(({ label }) => label === 'routine').length / sample.length;
    expect(Math.abs(routine - 0.8)).toBeLessThan(0.06);
  });
});

describe('deciding them', () => {
  const decide = decider(pair, nowMs, undefined);
  const decided = sample.map((one) => ({ ...decide(one), complex: one.label === 'complex' }));
  const costs = (name: 'always strong' | 'cheapest' | 'smart') =>
    decided.reduce((sum, { cheap, nanoUsd }) => sum + (cheap[name] ? nanoUsd.cheap : nanoUsd.strong), 0);

  it('smart costs far less than always strong, and misroutes few of the complex', () => {
    expect(costs('smart')).toBeLessThan(0.8 * costs('always strong'));
    const complex = decided.filter((one) => one.complex);
    expect(complex.filter(({ cheap }) => cheap.smart).length / complex.length).toBeLessThan(0.1);
  });

  it('cheapest costs least, and misroutes them all', () => {
    expect(costs('cheapest')).toBeLessThan(costs('smart'));
    expect(decided.every(({ cheap }) => cheap.cheapest && !cheap['always strong'])).toBe(true);
  });

  it('smart goes by the threshold that it is given', () => {
    const never = decider(pair, nowMs, 0);
    expect(sample.some((one) => never(one).cheap.smart)).toBe(false);
  });

  it('refuses a model that the catalogue does not know', () => {
    expect(() => decider({ ...pair, cheap: 'openai/gpt-99x' }, nowMs, undefined)).toThrow(RangeError);
  });
});
