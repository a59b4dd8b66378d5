import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threadMs } from '../../test/thread-time.ts';
import { keyMayCall, matchesPattern } from './allow-list.ts';

describe('a key', () => {
  it('without a list may call everything, with an empty one nothing', () => {
    expect(keyMayCall({}, ['openai/gpt-5'])).toBe(true);
    expect(keyMayCall({ models: [] }, ['openai/gpt-5'])).toBe(false);
  });

  it('may call what any of its patterns allows under any of its names', () => {
    const key = { models: ['main', 'openai/*'] };
    expect(keyMayCall(key, ['main', 'anthropic/claude-sonnet-4-6'])).toBe(true);
    expect(keyMayCall(key, ['gpt-5', 'openai/gpt-5'])).toBe(true);
    expect(keyMayCall(key, ['anthropic/claude-sonnet-4-6'])).toBe(false);
  });

  it('may not call a name that merely begins or ends like an exact one', () => {
    for (const name of ['main2', 'amain', 'MAIN', 'mai', '', 'openai', 'xopenai/gpt-5']) {
      expect(keyMayCall({ models: ['main', 'openai/*'] }, [name])).toBe(false);
    }
  });
});

describe('a pattern', () => {
  it('matches what the same regular expression matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '.'), maxLength: 8 });
    const property = fc.property(text, text, (pattern, name) => {
      const source = pattern.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll('\\*', '.*');
      expect(matchesPattern(pattern, name)).toBe(new RegExp(`^${source}$`, 's').test(name));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('takes no time for a long name, however many stars it has', () => {
    const tookMs = threadMs(() => expect(matchesPattern(`${'*a'.repeat(100)}*b`, 'a'.repeat(100_000))).toBe(false));
    expect(tookMs).toBeLessThan(200);
  });
});
