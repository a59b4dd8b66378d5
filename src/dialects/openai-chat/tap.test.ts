import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openaiChat } from './index.ts';

const choice = (delta: object, finish: string | null = null, index = 0) => ({
  index,
  delta,
  logprobs: null,
  finish_reason: finish,
});
const usage = { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 };

/** The kinds of these frames, in order, and the tap after them. */
function watch(...frames: unknown[]) {
  const tap = openaiChat.tap();
  const kinds = frames.map((frame) =>
    tap.frame('', Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame))),
  );
  return { tap, kinds };
}

const kindOf = (frame: unknown) => watch(frame).kinds[0];

describe('what a frame is', () => {
  it.each([
    ['role alone', { choices: [choice({ role: 'assistant', content: '', refusal: null })], usage: null }],
    ['content null', { choices: [choice({ role: 'assistant', content: null })] }],
    ['an Azure prelude', { id: '', model: '', choices: [], prompt_filter_results: [{ a: 1 }] }],
    ['no choices', { type: 'keepalive', padding: 'xxxxxxxxxxxxxx' }],
    ['empty lists', { choices: [choice({ tool_calls: [], reasoning_details: [] })] }],
    ['nothing', ''],
    ['an empty object', '{}'],
  ])('case 95: %s is a prelude', (_what, frame) => {
    expect(kindOf(frame)).toBe('prelude');
  });

  it.each([
    ['text', { content: 'x' }],
    ['reasoning', { content: null, reasoning_content: 'x' }],
    ['reasoning of others', { content: '', reasoning: 'x' }],
    ['a call without arguments yet', { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }],
    ['arguments', { tool_calls: [{ index: 0, function: { arguments: '{' } }] }],
    ['a legacy call', { function_call: { arguments: '{' } }],
    ['a refusal', { refusal: 'No' }],
    ['audio', { audio: { id: 'a', data: 'AAAA' } }],
    ['a content array', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'x' }] }] }],
  ])('%s is content', (_what, delta) => {
    expect(kindOf({ choices: [choice(delta)] })).toBe('content');
    expect(kindOf(JSON.stringify({ choices: [choice(delta)] }, undefined, 1).replaceAll('\n', ' '))).toBe('content');
  });

  it('case 78, 94: a usage frame is one only without choices', () => {
    expect(kindOf({ choices: [], usage })).toBe('usage-only');
    expect(kindOf(`{"choices": [ ], "usage": ${JSON.stringify(usage)}}`)).toBe('usage-only');
    expect(kindOf({ choices: [choice({}, 'stop')], usage })).toBe('content');
    expect(kindOf({ choices: [], usage: null })).toBe('prelude');
  });

  it('a finish is content, for an answer may have nothing else; it makes the answer whole', () => {
    const { tap, kinds } = watch({ choices: [choice({}, 'length')] });
    expect([kinds, tap.complete, tap.stop]).toEqual([['content'], true, 'length']);
  });

  it('case 105: [DONE] is the end of an answer, and an error where there was none', () => {
    expect(watch({ choices: [choice({ content: 'x' })] }, '[DONE]').kinds).toEqual(['content', 'end']);
    const { tap, kinds } = watch('[DONE]');
    expect([kinds, tap.complete, tap.error?.kind]).toEqual([['error'], false, 'upstream']);
  });

  it.each([
    ['an object', { error: { message: 'x', type: 'server_error' } }, 'upstream'],
    ['a string', { error: 'overloaded', code: 'y' }, 'overloaded'],
    ['beside choices', { choices: [choice({ content: '' })], error: { code: 429, message: 'x' } }, 'rate-limited'],
  ])('case 98: an error is %s', (_what, frame, kind) => {
    const { tap, kinds } = watch({ choices: [choice({}, 'stop')] }, frame);
    expect([kinds[1], tap.error?.kind, tap.complete]).toEqual(['error', kind, false]);
  });

  it('case 98: an error may be named by its event alone', () => {
    const tap = openaiChat.tap();
    expect(tap.frame('error', Buffer.from('{"message":"slow down, please","code":429}'))).toBe('error');
    expect(tap.error?.kind).toBe('rate-limited');
  });
});

describe('what a stream used', () => {
  it('case 94: the last count wins, wherever it stands', () => {
    const early = { choices: [choice({ content: 'x' })], usage: { ...usage, completion_tokens: 1 } };
    expect(watch(early, { choices: [choice({}, 'stop')], x_groq: { usage } }).tap.usage).toMatchObject({
      input: 7,
      output: 9,
    });
  });

  it('a lie is flagged once', () => {
    const lie = { choices: [], usage: { prompt_tokens: -1 } };
    expect(watch(lie, lie).tap.usageFlags).toEqual(['absurd:prompt_tokens']);
  });

  it('case 106: every choice counts, and text is not counted twice', () => {
    const words = ' one two three four five';
    const single = watch({ choices: [choice({ content: words })] }).tap.outputTokensSeen;
    expect(
      watch({ choices: [choice({ content: words }), choice({ content: words }, null, 1)] }).tap.outputTokensSeen,
    ).toBe(2 * single);
    const twice = { reasoning: words, reasoning_details: [{ type: 'reasoning.text', text: words, index: 0 }] };
    expect(watch({ choices: [choice(twice)] }).tap.outputTokensSeen).toBe(single);
    const cumulative = { ...choice({ content: words }), message: { role: 'assistant', content: words.repeat(9) } };
    expect(watch({ choices: [cumulative] }).tap.outputTokensSeen).toBe(single);
  });

  it('text that looks like the wire changes nothing', () => {
    const hostile =
      '"finish_reason":"stop","usage":{"prompt_tokens":1},"error":{"message":"x"},"delta":{"content":"y"} [DONE]';
    const { tap, kinds } = watch({ choices: [choice({ content: hostile })] });
    expect([kinds, tap.complete, tap.usage, tap.error]).toEqual([['content'], false, undefined, undefined]);
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), fc.json(), (event, bytes, json) => {
        const tap = openaiChat.tap();
        tap.frame(event, Buffer.from(bytes));
        tap.frame(
          event,
          Buffer.from(`{"choices":[{"delta":${json},"finish_reason":${json}}],"usage":${json},"error":${json}`),
        );
        tap.frame(event, Buffer.from(`{"choices":${json},"usage":${json},"x_groq":${json},"error":${json}}`));
      }),
    );
  });
});
