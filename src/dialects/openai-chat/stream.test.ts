import { describe, expect, it } from 'vitest';
import { SseParser } from '../../lib/sse.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { openaiChat } from './index.ts';

function read(text: string | Buffer): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = openaiChat.parseStream(checked((event) => events.push(event)));
  const sse = new SseParser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  sse.push(Buffer.from(text));
  sse.end();
  parser.end();
  return events;
}

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (delta: object, more: object = {}): string =>
  frame({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: null }], ...more });
const finish = (reason: string, more: object = {}): string =>
  frame({ id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: reason }], ...more });
const calls = (...entries: object[]): string => chunk({ tool_calls: entries });
const args = (index: number, piece: string) => ({ index, function: { arguments: piece } });
const start = (index: number, id: string, name: string) => ({
  index,
  id,
  type: 'function',
  function: { name, arguments: '' },
});
const usage = { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 };
const done = 'data: [DONE]\n\n';

/** The blocks of an answer as `kind:text`, calls as `id name args`, and how it ended. */
function told(text: string | Buffer): string[] {
  const blocks: string[] = [];
  for (const event of read(text)) {
    if (event.type === 'block-start') {
      const { block } = event;
      blocks.push(block.type === 'tool-call' ? `${block.id} ${block.name} ` : `${block.type}:`);
    }
    if (event.type === 'block-delta') blocks.push(`${blocks.pop()}${event.delta}`);
    if (event.type === 'end') blocks.push(`end:${event.stop}`);
    if (event.type === 'error') blocks.push(`error:${event.error.kind}`);
  }
  return blocks;
}

function usageOf(text: string): unknown {
  return read(text).findLast((event) => event.type === 'usage')?.usage;
}

describe('tool calls in a stream', () => {
  it('case 91: pieces of parallel calls come out one call after the other', () => {
    const text =
      calls(start(0, 'a', 'f'), start(1, 'b', 'g')) +
      calls(args(0, '{"x"')) +
      calls(args(1, '{"y"')) +
      calls(args(0, ':1}')) +
      calls(args(1, ':2}')) +
      finish('tool_calls') +
      frame({ choices: [], usage }) +
      done;
    expect(told(text)).toEqual(['a f {"x":1}', 'b g {"y":2}', 'end:tool-call']);
    expect(usageOf(text)).toMatchObject({ input: 7, output: 9 });
  });

  it('a second call does not wait for the end of the answer when the first is whole', () => {
    const events = read(
      calls(start(0, 'a', 'f')) + calls(args(0, '{}')) + calls(start(1, 'b', 'g')) + calls(args(1, '{"y"')),
    );
    expect(events.filter((event) => event.type === 'block-start')).toHaveLength(2);
  });

  it.each([
    [
      'the id repeated in every delta',
      [start(0, 'a', 'f'), { ...args(0, '{'), id: 'a' }, { ...args(0, '}'), id: 'a' }],
    ],
    ['an empty id in later deltas', [start(0, 'a', 'f'), { ...args(0, '{'), id: '' }, { ...args(0, '}'), id: '' }]],
    [
      'the id in the second delta',
      [
        { index: 0, function: { name: 'f', arguments: '' } },
        { ...args(0, '{}'), id: 'a' },
      ],
    ],
    ['the name in two pieces', [start(0, 'a', 'f1'), { index: 0, function: { name: '_g', arguments: '{}' } }]],
    ['the name repeated', [start(0, 'a', 'f'), { index: 0, function: { name: 'f', arguments: '{}' } }]],
    ['no index', [{ id: 'a', function: { name: 'f', arguments: '{' } }, { function: { arguments: '}' } }]],
    ['an index from 1', [start(1, 'a', 'f'), args(1, '{}')]],
    ['the whole call in one delta', [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }]],
  ])('case 52, 92: %s', (what, entries) => {
    const name = what === 'the name in two pieces' ? 'f1_g' : 'f';
    const text = entries.map((entry) => calls(entry)).join('') + calls() + finish('tool_calls') + done;
    expect(told(text)).toEqual([`a ${name} {}`, 'end:tool-call']);
  });

  it('case 92: two calls under one index are two calls when id and name differ', () => {
    const whole = (id: string, name: string) => ({ index: 0, id, function: { name, arguments: '{}' } });
    expect(told(calls(whole('a', 'f')) + calls(whole('b', 'g')) + finish('stop') + done)).toEqual([
      'a f {}',
      'b g {}',
      'end:tool-call',
    ]);
  });

  it('case 92: a call without an id is given one, different each time', () => {
    const text = calls({ index: 0, function: { name: 'f', arguments: '{}' } }) + finish('tool_calls') + done;
    const [first, again] = [told(text)[0], told(text)[0]];
    expect(first).toMatch(/^call_[0-9a-f]{24} f \{\}$/);
    expect(again).not.toBe(first);
  });

  it('case 92: the legacy function_call is a call', () => {
    const text = chunk({ function_call: { name: 'f', arguments: '' } }) + chunk({ function_call: { arguments: '{}' } });
    expect(told(text + finish('function_call') + done)[0]).toMatch(/^call_\w+ f \{\}$/);
  });

  it('case 51: a call without arguments has no piece of them', () => {
    expect(told(calls(start(0, 'a', 'f')) + finish('tool_calls') + done)).toEqual(['a f ', 'end:tool-call']);
  });

  it('case 53: stop with calls is a tool call, tool_calls without one is an end', () => {
    expect(told(calls(start(0, 'a', 'f')) + finish('stop') + done).at(-1)).toBe('end:tool-call');
    expect(told(chunk({ content: 'x' }) + finish('tool_calls') + done).at(-1)).toBe('end:end');
  });

  it('case 93: text after a call is a block of its own; empty deltas are none', () => {
    const text =
      chunk({ role: 'assistant', content: null }) +
      chunk({ content: 'a' }) +
      chunk({ content: '' }) +
      calls({ ...start(0, 'c', 'f') }, args(0, '{}')) +
      chunk({ content: 'b' }) +
      finish('stop');
    expect(told(text + done)).toEqual(['text:a', 'c f {}', 'text:b', 'end:tool-call']);
  });

  it('arguments for a call that is over, and a call without a name, are an error instead of a wrong call', () => {
    const over = calls(start(0, 'a', 'f'), args(0, '{}')) + chunk({ content: 'x' }) + calls(args(0, '{"x":1}'));
    expect(told(over).at(-1)).toBe('error:upstream');
    expect(told(calls({ index: 0, id: 'a', function: { arguments: '{}' } }) + finish('tool_calls') + done)).toEqual([
      'error:upstream',
    ]);
  });
});

describe('reasoning in a stream', () => {
  it.each(['reasoning_content', 'reasoning'])('case 67, 69: %s is thinking, in its place', (field) => {
    const text =
      chunk({ [field]: 'hm' }) +
      chunk({ content: 'a' }) +
      chunk({ [field]: 'so' }) +
      calls(start(0, 'c', 'f'), args(0, '{}')) +
      finish('tool_calls');
    expect(told(text + done)).toEqual(['thinking:hm', 'text:a', 'thinking:so', 'c f {}', 'end:tool-call']);
  });

  it('case 67: content arrays hold thinking and text', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'a' },
    ];
    expect(told(chunk({ content }) + finish('stop') + done)).toEqual(['thinking:hm', 'text:a', 'end:end']);
  });

  it('case 67: reasoning_details are told once and sealed whole, to be given back as they were', () => {
    const detail = { type: 'reasoning.text', format: 'x', index: 0 };
    const text =
      chunk({ reasoning: 'h', reasoning_details: [{ ...detail, text: 'h' }] }) +
      chunk({ reasoning: 'm', reasoning_details: [{ ...detail, text: 'm' }] }) +
      chunk({ reasoning_details: [{ ...detail, signature: 'S' }] }) +
      chunk({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'D', index: 1, format: 'x' }] }) +
      finish('stop') +
      done;
    expect(told(text)).toEqual(['thinking:hm', 'thinking:', 'end:end']);
    const events = read(text);
    const seal = events.find((event) => event.type === 'block-seal');
    expect(seal?.seal).toEqual({ dialect: 'openai-chat', value: JSON.stringify({ ...detail, signature: 'S' }) });
    const value = JSON.stringify({ type: 'reasoning.encrypted', data: 'D', index: 1, format: 'x' });
    expect(events.findLast((event) => event.type === 'block-start')?.block).toEqual({
      type: 'thinking',
      text: '',
      redacted: true,
      seal: { dialect: 'openai-chat', value },
    });
  });
});

describe('usage in a stream', () => {
  const said = chunk({ content: 'x' });
  it.each([
    ['on the finish chunk', said + finish('stop', { usage }) + done],
    ['in a chunk of its own', said + finish('stop') + frame({ choices: [], usage }) + done],
    [
      'in every chunk',
      chunk({ content: 'x' }, { usage: { ...usage, completion_tokens: 1 } }) + finish('stop', { usage }) + done,
    ],
    ['as null first', chunk({ content: 'x' }, { usage: null }) + finish('stop', { usage }) + done],
    [
      'with empty chunks after it',
      said + finish('stop') + frame({ choices: [], usage }) + frame({ choices: [] }) + done,
    ],
    ['after [DONE]', said + finish('stop') + done + frame({ choices: [], usage })],
    ['where Groq has it', said + finish('stop', { x_groq: { id: 'r', usage } }) + done],
    ['on a repeated finish', said + finish('stop') + finish('stop', { usage }) + done],
  ])('case 94: %s', (_where, text) => {
    expect(usageOf(text)).toMatchObject({ input: 7, output: 9, cacheRead: 0 });
    expect(told(text)).toEqual(['text:x', 'end:end']);
  });

  it('case 94: an answer without usage ends all the same', () => {
    const text = said + finish('stop') + done;
    expect([usageOf(text), told(text).at(-1)]).toEqual([undefined, 'end:end']);
  });
});

describe('the edges of a stream', () => {
  it('case 95: preludes, padding and unknown frames add nothing', () => {
    const text =
      ': OPENROUTER PROCESSING\n\n' +
      frame({ id: '', model: '', choices: [], prompt_filter_results: [] }) +
      frame({ type: 'keepalive' }) +
      'data:\n\n' +
      chunk({ role: 'assistant', content: '' }, { obfuscation: 'zzz', p: 'abc' }) +
      chunk({ content: 'x' }) +
      finish('stop') +
      done;
    expect(told(text)).toEqual(['text:x', 'end:end']);
    expect(read(text)[0]).toEqual({ type: 'start', id: 'c', model: 'm' });
  });

  it('case 90: FX9: every spelling of server-sent events reads the same', () => {
    const tail = `${finish('stop', { usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } })}data: [DONE] `;
    const text =
      '\ufeffdata:{"choices":[{"index":0,"delta":{"content":"h"},"finish_reason":null}]}\n\n' +
      ': keepalive\n\nevent: message\nid: 7\nretry: 100\ndata: {"choices":[{"index":0,\ndata: "delta":{"content":"é"},"finish_reason":null}]}\n\n' +
      'data: {"choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":null}]}\r\n\r\n' +
      `${chunk({ content: '😀' })}${tail}`;
    expect(told(text)).toEqual(['text:héllo😀', 'end:end']);
    expect(usageOf(text)).toMatchObject({ input: 10, output: 2 });
  });

  it.each([
    ['stop', 'end'],
    ['length', 'length'],
    ['content_filter', 'refusal'],
    ['eos', 'end'],
    ['constructor', 'end'],
  ])('case 80: finish_reason %s means %s', (reason, stop) => {
    expect(told(chunk({ content: 'x' }) + finish(reason) + done).at(-1)).toBe(`end:${stop}`);
  });

  it('case 71: a server that names the stop string is understood', () => {
    const last = frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }] });
    expect(read(chunk({ content: 'x' }) + last + done).at(-1)).toEqual({
      type: 'end',
      stop: 'stop-sequence',
      stopSequence: 'END',
    });
  });

  it('case 107: a refusal is a block and a reason', () => {
    expect(told(chunk({ refusal: 'No' }) + chunk({ refusal: '.' }) + finish('stop') + done)).toEqual([
      'refusal:No.',
      'end:refusal',
    ]);
  });

  it.each([
    [
      'an error object',
      frame({ error: { message: 'The server had an error', type: 'server_error', param: null, code: null } }),
      'upstream',
    ],
    [
      'an error event',
      `event: error\n${frame({ error: { message: 'x', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400 } })}`,
      'invalid-request',
    ],
    [
      'an error beside choices',
      frame({ error: { code: 429, message: 'slow down' }, choices: [{ index: 0, delta: {}, finish_reason: 'error' }] }),
      'rate-limited',
    ],
    [
      'an error in the choice',
      frame({ choices: [{ index: 0, delta: {}, error: { code: 502, message: 'x' } }] }),
      'upstream',
    ],
    ['an error as the finish', finish('error') + done, 'upstream'],
    ['overload', frame({ error: { message: 'Overloaded', type: 'overloaded_error' } }), 'overloaded'],
    ['no JSON', 'data: <html>\n\n', 'upstream'],
  ])('case 98: %s ends the answer as a failure', (_what, last, kind) => {
    expect(told(chunk({ content: 'Hel' }) + last + done)).toEqual(['text:Hel', `error:${kind}`]);
  });

  it('case 99, 105: a stream that stops early, or holds nothing, is no answer', () => {
    expect(told(chunk({ content: 'Hel' })).at(-1)).toBe('error:upstream');
    expect(told('')).toEqual(['error:upstream']);
    expect(told(done)).toEqual(['error:upstream']);
    expect(told(frame({ choices: [], usage }) + done)).toEqual(['error:upstream']);
  });

  it('without [DONE] an answer that gave its finish is whole', () => {
    expect(told(chunk({ content: 'x' }) + finish('stop'))).toEqual(['text:x', 'end:end']);
  });
});
