import { describe, expect, it } from 'vitest';
import { anthropic } from './index.ts';

const frame = (value: unknown) => Buffer.from(JSON.stringify(value));
const usage = { input_tokens: 10, cache_creation_input_tokens: 1000, cache_read_input_tokens: 50, output_tokens: 1 };

describe('the tap', () => {
  it('tells what a caller could show from what it could not', () => {
    const kinds: [string, unknown, string][] = [
      ['message_start', { type: 'message_start', message: { usage } }, 'prelude'],
      ['ping', { type: 'ping' }, 'prelude'],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        'prelude',
      ],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { citations: [], type: 'text', text: '' } },
        'prelude',
      ],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
        'prelude',
      ],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } },
        'prelude',
      ],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'redacted_thinking', data: 'x' } },
        'content',
      ],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'web_search_tool_result', content: [] } },
        'content',
      ],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } },
        'content',
      ],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }, 'content'],
      [
        'message_delta',
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
        'content',
      ],
      ['message_stop', { type: 'message_stop' }, 'end'],
      ['something_new', { type: 'something_new' }, 'prelude'],
      ['error', { type: 'error', error: { type: 'overloaded_error', message: 'm' } }, 'error'],
      ['', { error: { message: 'm' } }, 'error'],
    ];
    for (const [event, data, kind] of kinds) {
      expect([event, anthropic.tap().frame(event, frame(data))]).toEqual([event, kind]);
      expect(anthropic.tap().frame('', frame(data))).toBe(kind);
    }
  });

  it('keeps the last counts, and the split of cache writes that only the first had (cases 81, 96)', () => {
    const tap = anthropic.tap();
    const split = { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 };
    tap.frame('message_start', frame({ message: { usage: { ...usage, cache_creation: split } } }));
    const details = { output_tokens_details: { thinking_tokens: 3 }, server_tool_use: { web_search_requests: 2 } };
    tap.frame(
      'message_delta',
      frame({ delta: {}, usage: { ...usage, output_tokens: 5, input_tokens: null, ...details } }),
    );
    expect(tap.usage).toEqual({
      input: 10,
      output: 5,
      cacheRead: 50,
      cacheWrite5m: 400,
      cacheWrite1h: 600,
      thinking: 3,
      webSearches: 2,
    });
    expect(tap.usageFlags).toEqual([]);
  });

  it('flags counts that cannot be, and passes that are billed beside the answer', () => {
    const tap = anthropic.tap();
    const iterations = [{ type: 'compaction', input_tokens: 9 }, { type: 'message' }];
    const lies = { input_tokens: -1, output_tokens: 1e18, cache_read_input_tokens: '5', iterations };
    tap.frame('message_delta', frame({ delta: {}, usage: lies }));
    expect(tap.usage).toBeUndefined();
    expect(tap.usageFlags).toEqual([
      'absurd:input_tokens',
      'absurd:output_tokens',
      'absurd:cache_read_input_tokens',
      'beside:compaction',
    ]);
  });

  it('counts the output that passed, also when the provider never says', () => {
    const tap = anthropic.tap();
    const delta = (piece: unknown) => tap.frame('content_block_delta', frame({ index: 0, delta: piece }));
    delta({ type: 'text_delta', text: 'The quick brown fox jumps over the lazy dog.' });
    const text = tap.outputTokensSeen;
    expect(text).toBeGreaterThan(7);
    expect(text).toBeLessThan(14);
    delta({ type: 'signature_delta', signature: 'x'.repeat(1000) });
    expect(tap.outputTokensSeen).toBe(text);
    delta({ type: 'thinking_delta', thinking: 'and now for something' });
    delta({ type: 'input_json_delta', partial_json: '{"city":"Paris"}' });
    expect(tap.outputTokensSeen).toBeGreaterThan(text + 6);
    expect(tap.complete).toBe(false);
  });

  it('never throws', () => {
    const tap = anthropic.tap();
    for (const event of ['message_start', 'message_delta', 'content_block_start', 'content_block_delta', 'error', '']) {
      for (const data of ['', '{', 'null', '[1]', '"x"', '{"type":', '{"text":']) tap.frame(event, Buffer.from(data));
    }
    expect(tap.complete).toBe(false);
  });
});
