/** Cases 91 to 93 and FX4: tool calls and text as providers really send them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sseHeaders } from '../fakes/reply.ts';
import { type Rig, startRig } from './rig.ts';
import { askStream, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const chunk = (delta: object | null, finish: string | null = null) => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const usage = { ...head, choices: [], usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 } };
const done = (finish = 'tool_calls') => [chunk({}, finish), usage];

/** Answers a Messages caller with these chunks, and reads what arrived. */
async function told(chunks: readonly object[]) {
  rig.upstream.once(async (_call, reply) => {
    reply.head(200, sseHeaders);
    for (const each of chunks) await reply.write(`data: ${JSON.stringify(each)}\n\n`);
    await reply.write('data: [DONE]\n\n');
    reply.end();
  });
  const { body } = await askStream(rig, 'messages', 'oa/m');
  expect(violations('messages', body, 'whole')).toEqual([]);
  return { ...readStream('messages', body), body };
}

const call = (fields: object, index?: number) => ({
  tool_calls: [{ ...(index === undefined ? {} : { index }), ...fields }],
});
const args = (text: string, index?: number) => call({ function: { arguments: text } }, index);
const start = (id: string, name: string, index?: number) =>
  call({ id, type: 'function', function: { name, arguments: '' } }, index);

describe('case 91, FX4: tool deltas of parallel calls that are mixed', () => {
  it('become one whole block after the other', async () => {
    const both = {
      role: 'assistant',
      content: null,
      tool_calls: [
        { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
        { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
      ],
    };
    const read = await told([
      chunk(both),
      chunk(args('{"x"', 0)),
      chunk(args('{"y"', 1)),
      chunk(args(':1}', 0)),
      chunk(args(':2}', 1)),
      ...done(),
    ]);
    expect(read.calls).toEqual([
      { id: 'a', name: 'f', args: '{"x":1}' },
      { id: 'b', name: 'g', args: '{"y":2}' },
    ]);
    const order = read.events.filter((event) => event !== 'content_block_delta' && event !== 'ping');
    expect(order).toEqual([
      'message_start',
      ...['content_block_start', 'content_block_stop', 'content_block_start', 'content_block_stop'],
      ...['message_delta', 'message_stop'],
    ]);
    expect(read).toMatchObject({ stop: 'tool_use', usage: { input: 7, output: 9 } });
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      usage: { input: 7, output: 9 },
      costNanoUsd: '25000',
    });
  });

  it('three calls in any order of their pieces', async () => {
    const read = await told([
      chunk(start('a', 'f', 0)),
      chunk(start('b', 'g', 1)),
      chunk(start('c', 'h', 2)),
      ...[2, 1, 0, 2, 0, 1].map((index, i) => chunk(args(i < 3 ? '{"k":' : `${index}}`, index))),
      ...done(),
    ]);
    expect(read.calls).toEqual([
      { id: 'a', name: 'f', args: '{"k":0}' },
      { id: 'b', name: 'g', args: '{"k":1}' },
      { id: 'c', name: 'h', args: '{"k":2}' },
    ]);
  });
});

describe('case 92: odd tool deltas', () => {
  const full = { id: 'call_1', type: 'function' };
  it.each<[string, readonly object[]]>([
    [
      'id and type repeated in every delta',
      [
        chunk(start('call_1', 'get_weather', 0)),
        chunk(call({ ...full, function: { arguments: '{"a"' } }, 0)),
        chunk(call({ ...full, function: { arguments: ':1}' } }, 0)),
      ],
    ],
    [
      'id, type and name repeated in every delta',
      [
        chunk(start('call_1', 'get_weather', 0)),
        chunk(call({ ...full, function: { name: 'get_weather', arguments: '{"a"' } }, 0)),
        chunk(call({ ...full, function: { name: 'get_weather', arguments: ':1}' } }, 0)),
      ],
    ],
    [
      'the id only in the second delta',
      [
        chunk(call({ type: 'function', function: { name: 'get_weather' } }, 0)),
        chunk(call({ id: 'call_1', function: { arguments: '{"a"' } }, 0)),
        chunk(args(':1}', 0)),
      ],
    ],
    [
      'the name in two pieces',
      [
        chunk(call({ ...full, function: { name: 'get_' } }, 0)),
        chunk(call({ function: { name: 'weather' } }, 0)),
        chunk(args('{"a":1}', 0)),
      ],
    ],
    ['no index', [chunk(start('call_1', 'get_weather')), chunk(args('{"a"')), chunk(args(':1}'))]],
    ['an index that starts at 1', [chunk(start('call_1', 'get_weather', 1)), chunk(args('{"a":1}', 1))]],
    [
      'empty tool_calls before and behind',
      [
        chunk({ role: 'assistant', tool_calls: [] }),
        chunk(start('call_1', 'get_weather', 0)),
        chunk({ tool_calls: [] }),
        chunk(args('{"a":1}', 0)),
        chunk({ content: '', tool_calls: [] }),
      ],
    ],
    [
      'the whole call in one delta, at the finish',
      [
        {
          ...head,
          choices: [
            {
              index: 0,
              delta: call({ ...full, function: { name: 'get_weather', arguments: '{"a":1}' } }, 0),
              finish_reason: 'tool_calls',
            },
          ],
        },
      ],
    ],
    ['arguments as an object', [chunk(call({ ...full, function: { name: 'get_weather', arguments: { a: 1 } } }, 0))]],
  ])('%s', async (_name, chunks) => {
    const read = await told([...chunks, ...done()]);
    expect(read.calls).toEqual([{ id: 'call_1', name: 'get_weather', args: '{"a":1}' }]);
    expect(read.stop).toBe('tool_use');
  });

  it.each<[string, object]>([
    ['no id at all', call({ function: { name: 'f', arguments: '{"a":1}' } }, 0)],
    ['an empty id', call({ id: '', function: { name: 'f', arguments: '{"a":1}' } }, 0)],
    ['id null', call({ id: null, function: { name: 'f', arguments: '{"a":1}' } }, 0)],
    ['the old function_call', { function_call: { name: 'f', arguments: '{"a":1}' } }],
  ])('%s: an id is made, and never the same twice', async (_name, delta) => {
    const ids = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const { calls } = await told([chunk({ role: 'assistant' }), chunk(delta), ...done()]);
      expect(calls).toMatchObject([{ name: 'f', args: '{"a":1}' }]);
      ids.add(String(calls[0]?.id));
    }
    expect(ids.size).toBe(2);
  });

  it('an id that Anthropic’s callers would refuse is still one of theirs', async () => {
    const { calls } = await told([chunk(start('functions.f:0', 'f', 0)), chunk(args('{}', 0)), ...done()]);
    expect(calls[0]?.id).toMatch(/^[a-zA-Z0-9_-]+$/);
  });

  it.each(['', null, undefined])('arguments %j in every delta are {}', async (text) => {
    const { calls } = await told([
      chunk(call({ ...full, function: { name: 'f', arguments: text } }, 0)),
      chunk(call({ function: { arguments: text } }, 0)),
      ...done(),
    ]);
    expect(['', '{}']).toContain(calls[0]?.args);
  });

  it('finish_reason stop with calls is tool_use', async () => {
    const read = await told([chunk(start('a', 'f', 0)), chunk(args('{}', 0)), ...done('stop')]);
    expect(read.stop).toBe('tool_use');
  });

  it('a call without a name ends as a failure, not as a call of nothing', async () => {
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, sseHeaders);
      for (const each of [
        chunk({ content: 'Hel' }),
        chunk(call({ id: 'a', function: { arguments: '{}' } }, 0)),
        ...done(),
      ])
        await reply.write(`data: ${JSON.stringify(each)}\n\n`);
      reply.end();
    });
    const { body } = await askStream(rig, 'messages', 'oa/m');
    expect(violations('messages', body, 'failed')).toEqual([]);
    expect(await rig.row()).toMatchObject({ status: 'failed' });
  });
});

describe('case 93: text and emptiness', () => {
  it('text after a tool call is a block of its own', async () => {
    const read = await told([
      chunk({ role: 'assistant', content: 'before' }),
      chunk(start('a', 'f', 0)),
      chunk(args('{"x":1}', 0)),
      chunk({ content: 'after' }),
      ...done(),
    ]);
    expect(read.text).toBe('beforeafter');
    expect(read.events.filter((event) => event === 'content_block_start')).toHaveLength(3);
  });

  it('empty deltas, role-only chunks, null content and null deltas say nothing', async () => {
    const read = await told([
      chunk({ role: 'assistant' }),
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: null }),
      chunk({}),
      chunk(null),
      chunk({ content: '', reasoning_content: '', tool_calls: null, function_call: null, refusal: null, audio: null }),
      chunk({ content: 'hi', reasoning_content: null }),
      chunk({ content: '' }),
      ...done('stop'),
    ]);
    expect(read).toMatchObject({ text: 'hi', thinking: '', stop: 'end_turn' });
    expect(read.events.filter((event) => event === 'content_block_delta')).toHaveLength(1);
    expect(read.body).not.toContain('"text_delta","text":""');
  });

  it('an answer of nothing but a finish is an empty message', async () => {
    const read = await told([chunk({ role: 'assistant', content: '' }), ...done('stop')]);
    expect(read).toMatchObject({ text: '', stop: 'end_turn' });
  });

  it.each(['content', 'thinking'])(
    'an Anthropic answer with text after a tool call (%s first) reads well as chunks',
    async (first) => {
      const event = (type: string, fields: object) =>
        `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
      const block = (index: number, content_block: object, deltas: readonly object[]) =>
        event('content_block_start', { index, content_block }) +
        deltas.map((delta) => event('content_block_delta', { index, delta })).join('') +
        event('content_block_stop', { index });
      const lead =
        first === 'content'
          ? block(0, { type: 'text', text: '' }, [
              { type: 'text_delta', text: '' },
              { type: 'text_delta', text: 'a' },
            ])
          : block(0, { type: 'thinking', thinking: '', signature: '' }, [
              { type: 'thinking_delta', thinking: 'hm' },
              { type: 'signature_delta', signature: 'S=' },
            ]);
      rig.upstream.once((_call, reply) =>
        reply.send(
          200,
          sseHeaders,
          event('message_start', {
            message: {
              id: 'msg_1',
              type: 'message',
              role: 'assistant',
              model: 'm',
              content: [],
              stop_reason: null,
              stop_sequence: null,
              usage: { input_tokens: 5, output_tokens: 1 },
            },
          }) +
            lead +
            block(1, { type: 'tool_use', id: 't', name: 'f', input: {} }, [
              { type: 'input_json_delta', partial_json: '' },
            ]) +
            block(2, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'b' }]) +
            block(3, { type: 'text', text: '' }, []) +
            event('message_delta', {
              delta: { stop_reason: 'tool_use', stop_sequence: null },
              usage: { output_tokens: 6 },
            }) +
            event('message_stop', {}),
        ),
      );
      const { body } = await askStream(rig, 'chat', 'an/m');
      expect(violations('chat', body, 'whole')).toEqual([]);
      expect(readStream('chat', body)).toMatchObject({
        text: first === 'content' ? 'ab' : 'b',
        calls: [{ id: 't', name: 'f', args: '{}' }],
        stop: 'tool_calls',
        usage: { input: 5, output: 6 },
      });
    },
  );
});
