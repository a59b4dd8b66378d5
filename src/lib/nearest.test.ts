import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['prot', 'port'],
    ['serve', 'server'],
    ['OPENAI', 'openai'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, ['host', 'server', 'port', 'openai'])).toBe(meant);
  });

  it('does not guess wildly', () => {
    expect(nearest('zebra', ['host', 'port'])).toBeUndefined();
    expect(nearest('', ['host'])).toBeUndefined();
  });

  it('is quick with endless words, and does not take one for another', () => {
    expect(nearest('x'.repeat(1_000_000), ['y'.repeat(1_000_000)])).toBeUndefined();
  });
});
