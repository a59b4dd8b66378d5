import { describe, expect, it } from 'vitest';
import { messagesStreamViolations } from '../../../test/validators/messages-stream.ts';
import type { StopReason } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { frames, parse, render, whole } from './stream.fixture.ts';

const counts = { input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 };
const start = {
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], usage: counts },
};
const blockStart = (index: number, content_block: unknown) => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, piece: unknown) => ({ type: 'content_block_delta', index, delta: piece });
const blockStop = (index: number) => ({ type: 'content_block_stop', index });
const textBlock = (index: number, ...pieces: string[]) => [
  blockStart(index, { type: 'text', text: '' }),
  ...pieces.map((text) => delta(index, { type: 'text_delta', text })),
  blockStop(index),
];
const end = (stop_reason: string, usage: unknown = { output_tokens: 5 }, more = {}) => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null, ...more }, usage },
  { type: 'message_stop' },
];

/** FX3. */
const thinkingStream = frames(
  start,
  blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
  delta(0, { type: 'thinking_delta', thinking: 'Let me' }),
  delta(0, { type: 'signature_delta', signature: 'Sig==' }),
  blockStop(0),
  blockStart(1, { type: 'redacted_thinking', data: 'Enc==' }),
  blockStop(1),
  blockStart(2, { type: 'tool_use', id: 'toolu_9', name: 'f', input: {} }),
  delta(2, { type: 'input_json_delta', partial_json: '' }),
  delta(2, { type: 'input_json_delta', partial_json: '{"x":1}' }),
  blockStop(2),
  ...end('tool_use', { output_tokens: 40 }),
);

describe('a stream is read', () => {
  it('FX3: thinking, its seal, redacted thinking, a call, usage (cases 61, 62)', () => {
    const events = parse(thinkingStream);
    const usage = { input: 9, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    expect(events).toEqual([
      { type: 'usage', usage, flags: [] },
      { type: 'start', id: 'msg_1', model: 'm' },
      { type: 'block-start', index: 0, block: { type: 'thinking', text: '' } },
      { type: 'block-delta', index: 0, delta: 'Let me' },
      { type: 'block-seal', index: 0, seal: { dialect: 'anthropic', value: 'Sig==' } },
      { type: 'block-end', index: 0 },
      {
        type: 'block-start',
        index: 1,
        block: { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'Enc==' } },
      },
      { type: 'block-end', index: 1 },
      { type: 'block-start', index: 2, block: { type: 'tool-call', id: 'toolu_9', name: 'f', args: '' } },
      { type: 'block-delta', index: 2, delta: '{"x":1}' },
      { type: 'block-end', index: 2 },
      { type: 'usage', usage: { ...usage, output: 40 }, flags: [] },
      { type: 'end', stop: 'tool-call' },
    ]);
  });

  it('FX3: and written again event for event, but for the empty piece', () => {
    const again = render(parse(thinkingStream)).text;
    const types = (text: string) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(String(data)));
    const inside = (text: string) =>
      types(text).filter((event) => /^content_block/.test(event.type) && event.delta?.partial_json !== '');
    expect(inside(again)).toEqual(inside(thinkingStream));
    expect(types(again).at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { input_tokens: 9, output_tokens: 40, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    });
  });

  it('FX8, 59: a server tool is no call of the client, its input touches no other arguments', () => {
    const events = parse(
      frames(
        start,
        blockStart(0, { type: 'tool_use', id: 't1', name: 'f', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{"a":1}' }),
        blockStop(0),
        blockStart(1, { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} }),
        delta(1, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
        blockStop(1),
        blockStart(2, { type: 'web_search_tool_result', tool_use_id: 's1', content: [] }),
        blockStop(2),
        blockStart(3, { type: 'text', text: '' }),
        delta(3, { type: 'text_delta', text: 'see' }),
        delta(3, { type: 'citations_delta', citation: { url: 'u', title: 't' } }),
        blockStop(3),
        ...end('tool_use'),
      ),
    );
    expect(events.filter((event) => event.type === 'block-delta').map((event) => event.delta)).toEqual([
      '{"a":1}',
      'see',
    ]);
    expect(events.filter((event) => event.type === 'block-carried').map((event) => event.carried.raw)).toEqual([
      { type: 'input_json_delta', partial_json: '{"query":"x"}' },
      { type: 'citations_delta', citation: { url: 'u', title: 't' } },
    ]);
  });

  it('51, 52: a call without pieces, and one whose input came whole in its start', () => {
    const call = (index: number, input: unknown) => [
      blockStart(index, { type: 'tool_use', id: `t${index}`, name: 'f', input }),
      blockStop(index),
    ];
    const events = parse(frames(start, ...call(0, {}), ...call(1, { x: 1 }), ...end('tool_use')));
    expect(events.filter((event) => event.type === 'block-delta')).toEqual([
      { type: 'block-delta', index: 1, delta: '{"x":1}' },
    ]);
  });

  it('96: pings, unknown events and deltas, null counts, a second message_delta', () => {
    const events = parse(
      `${frames(
        start,
        { type: 'ping' },
        { type: 'weather', sunny: true },
        blockStart(0, { type: 'text', text: '' }),
        delta(0, { type: 'sparkle_delta', glitter: 1 }),
        delta(0, { type: 'text_delta', text: 'a' }),
        { type: 'ping' },
        blockStop(0),
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: null, output_tokens: 3 } },
        ...end('end_turn', { input_tokens: 12, output_tokens: 4, cache_read_input_tokens: 2 }),
      )}data: [DONE]\n\n`,
    );
    expect(events.filter((event) => event.type === 'usage').at(-1)).toMatchObject({
      usage: { input: 12, output: 4, cacheRead: 2 },
    });
    expect(events.at(-1)).toEqual({ type: 'end', stop: 'end' });
    expect(render(events).text).toContain('"type":"sparkle_delta","glitter":1');
  });

  it('80: every stop reason, an unknown one too', () => {
    const stops: Record<string, StopReason> = {
      end_turn: 'end',
      max_tokens: 'length',
      stop_sequence: 'stop-sequence',
      tool_use: 'tool-call',
      pause_turn: 'pause',
      refusal: 'refusal',
      model_context_window_exceeded: 'context',
      something_new: 'end',
    };
    for (const [word, stop] of Object.entries(stops)) {
      const events = parse(frames(start, ...end(word)));
      expect(events.at(-1)).toMatchObject({ type: 'end', stop });
      expect(render(events).text).toContain(`"stop_reason":"${word}"`);
    }
  });

  it('82: a refusal keeps its details', () => {
    const details = { stop_details: { type: 'refusal', category: 'cyber', explanation: 'no' } };
    const events = parse(frames(start, ...textBlock(0, 'par'), ...end('refusal', {}, details)));
    expect(render(events).text).toContain(JSON.stringify(details.stop_details));
    expect(whole(events).body).toMatchObject({ stop_reason: 'refusal', ...details });
  });
});

describe('a stream that is not whole ends as an error', () => {
  it.each<[string, string, RegExp]>([
    ['105 nothing', '', /held no answer/],
    ['99 cut after text', frames(start, ...textBlock(0, 'Hel')), /ended before/],
    [
      '99 no message_stop',
      frames(start, ...textBlock(0, 'Hel'), ...end('end_turn')).split('event: message_stop')[0] ?? '',
      /ended before/,
    ],
    ['broken JSON', `${frames(start)}event: content_block_start\ndata: {"type":\n\n`, /not JSON/],
    ['a piece outside its block', frames(start, delta(0, { type: 'text_delta', text: 'x' })), /outside its block/],
    [
      'a piece of another index',
      frames(start, blockStart(0, { type: 'text', text: '' }), delta(1, { type: 'text_delta', text: 'x' })),
      /outside its block/,
    ],
    [
      'a block inside a block',
      frames(start, blockStart(0, { type: 'text', text: '' }), blockStart(1, { type: 'text', text: '' })),
      /inside another/,
    ],
    [
      'text in a tool call',
      frames(
        start,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        delta(0, { type: 'text_delta', text: 'x' }),
      ),
      /text_delta came in a tool-call/,
    ],
    [
      'an end inside a block',
      frames(start, blockStart(0, { type: 'text', text: '' }), { type: 'message_stop' }),
      /inside a block/,
    ],
    ['a block before the start', frames(...textBlock(0, 'x')), /before the start/],
    ['a second start', frames(start, start), /second start/],
  ])('%s', (_case, text, message) => {
    const events = parse(text);
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'upstream', message: expect.stringMatching(message) },
    });
    expect(events.some((event) => event.type === 'end')).toBe(false);
    expect(messagesStreamViolations(render(events).text, { outcome: 'failed' })).toEqual([]);
    expect(() => whole(events)).toThrow(LlmFailure);
  });

  it('FX5, 98: an error event is told in its own kind', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const events = parse(frames(start, ...textBlock(0, 'Hel'), error, ...end('end_turn')));
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'overloaded', message: 'Overloaded' } });
    const { text } = render(events);
    expect(text).toContain('"text":"Hel"');
    expect(text.endsWith(`event: error\ndata: ${JSON.stringify({ ...error, request_id: 'req_01abc' })}\n\n`)).toBe(
      true,
    );
    expect(messagesStreamViolations(text, { outcome: 'failed' })).toEqual([]);
  });
});
