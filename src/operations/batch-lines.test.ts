import { describe, expect, it } from 'vitest';
import { askOf, BatchAsks, readRequestLine } from './batch-lines.ts';

const said = (text: string, more: object = {}) => ({ messages: [{ role: 'user', content: text }], ...more });

describe('what a request of a batch may use', () => {
  it('is a token for four bytes of input, and a quarter of that, or at least 256, of output', () => {
    const short = askOf('m', said('hi'));
    expect(short).toMatchObject({ model: 'm', requests: 1, outputTokens: 256 });
    expect(short.inputTokens).toBeLessThan(20);
    const long = askOf('m', said('word '.repeat(40_000)));
    expect(long.inputTokens).toBeGreaterThanOrEqual(50_000);
    expect(long.inputTokens).toBeLessThan(50_020);
    expect(long.outputTokens).toBe(Math.ceil(long.inputTokens / 4));
  });

  it('is no more output than it asks for itself, once for each answer that it wants', () => {
    for (const limit of ['max_tokens', 'max_completion_tokens', 'max_output_tokens']) {
      expect(askOf('m', said('hi', { [limit]: 7 })).outputTokens).toBe(7);
    }
    expect(askOf('m', said('hi', { max_tokens: 7, n: 3 })).outputTokens).toBe(21);
    expect(askOf('m', said('hi', { max_tokens: 9_999 })).outputTokens).toBe(256);
    for (const n of [-5, 0, 'two', 1e9]) expect(askOf('m', said('hi', { n })).outputTokens).toBeLessThan(256 * 129);
  });

  it('counts a picture by its place and not by its bytes', () => {
    const base64 = 'A'.repeat(4_000_000);
    expect(askOf('m', said(`data:image/png;base64,${base64}`)).inputTokens).toBeLessThan(300);
    expect(askOf('m', said(base64)).inputTokens).toBeLessThan(300);
    expect(askOf('m', said('a b'.repeat(1_000_000))).inputTokens).toBeGreaterThan(700_000);
  });

  it('is no line of requests without a model', () => {
    const line = (body: unknown) => Buffer.from(JSON.stringify({ custom_id: 'a', body }));
    expect(readRequestLine(line({ model: 'm', ...said('hi') }))).toMatchObject({ model: 'm' });
    for (const body of [undefined, 'text', {}, { model: 7 }]) expect(readRequestLine(line(body))).toBeUndefined();
    expect(readRequestLine(Buffer.from('no json'))).toBeUndefined();
  });

  it('is added up by model', () => {
    const asks = new BatchAsks();
    for (const model of ['a', 'b', 'a']) asks.add({ model, requests: 1, inputTokens: 10, outputTokens: 2 });
    expect(asks.models).toEqual(['a', 'b']);
    expect(asks.list[0]).toEqual({ model: 'a', requests: 2, inputTokens: 20, outputTokens: 4 });
  });
});
