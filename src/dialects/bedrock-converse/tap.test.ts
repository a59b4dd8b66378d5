import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../llm/estimate.ts';
import { bedrockConverse } from './index.ts';

const data = (body: unknown) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const words = 'The quick brown fox says "no" and jumps \\ over the lazy dog, again and again.';

describe('a relayed stream of Converse', () => {
  it('is whole at its stop, over with its metadata, and has its usage there', () => {
    const tap = bedrockConverse.tap();
    expect(tap.frame('messageStart', data({ role: 'assistant' }))).toBe('prelude');
    expect(tap.frame('contentBlockDelta', data({ contentBlockIndex: 0, delta: { text: 'a' } }))).toBe('content');
    expect(tap.frame('contentBlockStop', data({ contentBlockIndex: 0 }))).toBe('content');
    expect([tap.complete, tap.stop, tap.usage]).toEqual([false, undefined, undefined]);
    expect(tap.frame('messageStop', data({ stopReason: 'end_turn' }))).toBe('content');
    expect([tap.complete, tap.stop]).toEqual([true, 'end_turn']);
    const usage = { inputTokens: 3, outputTokens: 2, cacheReadInputTokenCount: 4 };
    expect(tap.frame('metadata', data({ usage }))).toBe('end');
    expect(tap.usage).toEqual({ input: 3, output: 2, cacheRead: 4 });
  });

  it.each([
    { delta: { text: words }, contentBlockIndex: 0 },
    { contentBlockIndex: 0, p: 'abc', delta: { toolUse: { input: words } } },
    { delta: { reasoningContent: { text: words } }, p: 'abc' },
  ])('counts the text of its pieces: %#', (body) => {
    for (const json of [JSON.stringify(body), JSON.stringify(body, undefined, 1)]) {
      const tap = bedrockConverse.tap();
      tap.frame('contentBlockDelta', data(json));
      expect(Math.abs(tap.outputTokensSeen - estimateTokens(words))).toBeLessThanOrEqual(2);
    }
  });

  it('keeps the exception that ends it, and passes over what it does not know', () => {
    const tap = bedrockConverse.tap();
    expect(tap.frame('next', data({}))).toBe('prelude');
    expect(tap.frame('metadata', data('not JSON'))).toBe('prelude');
    expect(tap.frame('exception:throttlingException', data({ message: 'slow' }))).toBe('error');
    expect(tap.error).toMatchObject({ kind: 'rate-limited', message: 'slow' });
  });
});
