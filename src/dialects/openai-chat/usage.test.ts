import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openaiChat } from './index.ts';

const read = (usage: unknown) => openaiChat.readUsage({ usage });

describe('usage', () => {
  it('case 81, FX6: what was cached is taken out of the prompt, reasoning stays inside the output', () => {
    const usage = {
      prompt_tokens: 1060,
      completion_tokens: 5,
      total_tokens: 1065,
      prompt_tokens_details: { cached_tokens: 50, cache_write_tokens: 1000 },
      completion_tokens_details: { reasoning_tokens: 3 },
    };
    expect(read(usage)).toMatchObject({
      usage: { input: 10, cacheRead: 50, cacheWrite5m: 1000, output: 5, thinking: 3 },
      flags: [],
    });
  });

  it('the hit and miss counts of DeepSeek, and cached_tokens on the top, are cache reads', () => {
    const hit = {
      prompt_tokens: 339,
      completion_tokens: 83,
      prompt_cache_hit_tokens: 320,
      prompt_cache_miss_tokens: 19,
    };
    expect(read(hit)?.usage).toMatchObject({ input: 19, cacheRead: 320 });
    expect(read({ prompt_tokens: 10, completion_tokens: 1, cached_tokens: 4 })?.usage).toMatchObject({
      input: 6,
      cacheRead: 4,
    });
  });

  it('reasoning that stands beside the completion is output all the same', () => {
    const beside = {
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 303,
      completion_tokens_details: { reasoning_tokens: 290 },
    };
    expect(read(beside)).toMatchObject({ usage: { output: 291, thinking: 290 }, flags: [] });
    const silent = { prompt_tokens: 66, completion_tokens: 6, total_tokens: 100 };
    expect(read(silent)).toMatchObject({ usage: { output: 34, thinking: 28 }, flags: ['gap:total_tokens'] });
  });

  it('searches are counted where they are charged', () => {
    expect(
      read({ prompt_tokens: 1, completion_tokens: 1, server_tool_use_details: { web_search_requests: 2 } })?.usage
        .webSearches,
    ).toBe(2);
  });

  it('case 81: more cached than there was is clamped and flagged', () => {
    const lie = { prompt_tokens: 377, completion_tokens: 69, prompt_tokens_details: { cached_tokens: 515 } };
    expect(read(lie)).toMatchObject({ usage: { input: 0, cacheRead: 377 }, flags: ['clamped:cached_tokens'] });
  });

  it('case 81, 122: nonsense is flagged and never a number', () => {
    expect(read({ prompt_tokens: -1, completion_tokens: '5' })).toEqual({
      usage: {},
      flags: ['absurd:prompt_tokens', 'absurd:completion_tokens'],
    });
    expect(read({ prompt_tokens: 1e18, completion_tokens: null })?.flags).toEqual(['absurd:prompt_tokens']);
    for (const nothing of [undefined, null, [], {}, 'x', 7]) expect(read(nothing)).toBeUndefined();
  });

  it('a count of -0, which JSON allows, is 0', () => {
    const { usage } = openaiChat.readUsage(JSON.parse('{"usage":{"prompt_tokens":-0,"completion_tokens":-0}}')) ?? {};
    expect([usage?.input, usage?.output]).toEqual([0, 0]);
  });

  it('case 81: whatever a provider says, no count is negative and no part is larger than its whole', () => {
    const count = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.nat(1000));
    const details = fc.dictionary(
      fc.constantFrom('cached_tokens', 'cache_write_tokens', 'reasoning_tokens', 'audio_tokens'),
      count,
    );
    const usages = fc.record({
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      prompt_tokens_details: details,
      completion_tokens_details: details,
    });
    fc.assert(
      fc.property(usages, (given) => {
        const usage = read(given)?.usage ?? {};
        for (const value of Object.values(usage)) expect(Number.isInteger(value) && value >= 0).toBe(true);
        expect(usage.thinking ?? 0).toBeLessThanOrEqual(usage.output ?? 0);
        const { input = 0, cacheRead = 0, cacheWrite5m = 0 } = usage;
        if (usage.input !== undefined)
          expect(input + cacheRead + cacheWrite5m).toBe(Math.ceil(Number(given.prompt_tokens)) + 0);
      }),
    );
  });
});
