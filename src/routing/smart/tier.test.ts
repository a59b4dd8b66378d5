import { describe, expect, it } from 'vitest';
import { chooseTier, defaultThresholds, smartTier } from './tier.ts';

const bare = { earlierTurns: 0, toolsCount: 0, hasToolResults: false, mediaCount: 0, inputTokensEstimate: 200 };
const routine = { ...bare, lastUserText: 'Where is my parcel?' };
const complex = {
  ...bare,
  lastUserText: 'Prove the theorem, compare both proofs step by step, and explain why the second needs induction.',
};

describe('tiers', () => {
  it('are counted by the thresholds that a score has reached', () => {
    expect([0, 0.3, 0.49, 0.5, 0.9, 1].map((score) => smartTier(score, [0.3, 0.5]))).toEqual([0, 1, 1, 2, 2, 2]);
  });

  it.each([1, 2, 3, 10])('have ascending thresholds for %i targets', (count) => {
    const thresholds = defaultThresholds(count);
    expect(thresholds).toHaveLength(count - 1);
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b));
    expect(thresholds.every((threshold) => threshold > 0 && threshold < 1)).toBe(true);
  });

  it('send routine to the cheap target and complex to a strong one', () => {
    expect(chooseTier(routine, 2).tier).toBe(0);
    expect(chooseTier(complex, 2).tier).toBe(1);
    expect(chooseTier(complex, 1).tier).toBe(0);
  });
});

describe('declared rules', () => {
  const use = 'strong' as const;
  it.each([
    ['words of the turn', { contains: ['PARCEL'] }, {}],
    ['tools', { tools: true }, { toolsCount: 1 }],
    ['no tools', { tools: false }, {}],
    ['media', { media: true }, { mediaCount: 1 }],
    ['input tokens', { minInputTokens: 5000 }, { inputTokensEstimate: 5000 }],
    ['a tag', { tag: 'vip' }, { tags: ['eu', 'vip'] }],
    ['a guessed language', { language: 'de' }, { lastUserText: 'Wo ist mein Paket und wann kommt es?' }],
    ['a known language', { language: 'fi' }, { language: 'fi' }],
  ])('decide by %s before the score is asked', (_, when, more) => {
    const input = { ...routine, ...more };
    expect(chooseTier(input, 3, { rules: [{ when, use }] })).toMatchObject({ tier: 2, rule: 0 });
    const other = { when: { ...when, tag: 'nobody' }, use };
    expect(chooseTier(input, 3, { rules: [other] }).rule).toBeUndefined();
  });

  it('are taken in order', () => {
    const rules = [
      { when: { contains: ['proof'] }, use: 'cheap' as const },
      { when: { contains: ['theorem'] }, use },
    ];
    expect(chooseTier(complex, 2, { rules })).toMatchObject({ tier: 0, rule: 0 });
  });
});
