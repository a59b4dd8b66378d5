/** Cases 94 to 96: where usage stands, and what else stands in a stream. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messagesEvent } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { type Rig, rigKey, startRig } from './rig.ts';
import { askStream, bodyOf, type DoorName, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const doors: readonly DoorName[] = ['chat', 'messages'];
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const tokens = (prompt: number, completion: number) => ({
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
});
const usageChunk = (prompt: number, completion: number) =>
  `data: ${JSON.stringify({ ...head, choices: [], ...tokens(prompt, completion) })}\n\n`;
const role = chunk({ role: 'assistant', content: '' });
const text = chunk({ content: 'Hello there, friend' });
const finish = chunk({}, 'stop');
const done = 'data: [DONE]\n\n';

function answer(wire: string): void {
  rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, wire));
}

describe.each(doors)('case 94: where usage stands, asked by %s', (door) => {
  it.each<[string, string]>([
    ['in the finish chunk', role + text + chunk({}, 'stop', tokens(7, 3)) + done],
    ['in a chunk of its own', role + text + finish + usageChunk(7, 3) + done],
    [
      'in every chunk, growing',
      chunk({ role: 'assistant' }, null, tokens(7, 0)) +
        chunk({ content: 'Hello' }, null, tokens(7, 1)) +
        chunk({ content: ' there, friend' }, null, tokens(7, 2)) +
        chunk({}, 'stop', tokens(7, 3)) +
        done,
    ],
    [
      'null until its own chunk',
      chunk({ role: 'assistant', content: 'Hello there, friend' }, null, { usage: null }) +
        chunk({}, 'stop', { usage: null }) +
        usageChunk(7, 3) +
        done,
    ],
    [
      'behind the finish, with an extra empty chunk',
      role + text + finish + chunk({}, null, tokens(7, 3)).replace(/"choices":\[.*?\}\]/, '"choices":[]') + done,
    ],
    [
      'behind the finish, with the finish repeated',
      role + text + finish + chunk({ content: '' }, 'stop', tokens(7, 3)) + done,
    ],
    ['behind [DONE]', role + text + finish + done + usageChunk(7, 3)],
    ['where Groq has it', role + text + chunk({}, 'stop', { x_groq: tokens(7, 3) }) + done],
    ['without [DONE] behind it', role + text + finish + usageChunk(7, 3)],
  ])('%s: in the row, once and right', async (_name, wire) => {
    answer(wire);
    const { body } = await askStream(rig, door, 'oa/m');
    if (door === 'messages') {
      expect(violations(door, body, 'whole')).toEqual([]);
      expect(readStream(door, body).usage).toEqual({ input: 7, output: 3 });
    }
    expect(readStream(door, body).text).toBe('Hello there, friend');
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      usage: { input: 7, output: 3 },
      estimated: false,
      costNanoUsd: '13000',
    });
  });

  it('never: counted here, flagged, and not zero', async () => {
    answer(role + text + finish + done);
    const { body } = await askStream(rig, door, 'oa/m');
    expect(readStream(door, body).stop).toBe(door === 'chat' ? 'stop' : 'end_turn');
    if (door === 'messages') expect(violations(door, body, 'whole')).toEqual([]);
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'completed', estimated: true, flags: ['usage-missing'] });
    expect(row.usage.input).toBeGreaterThan(0);
    expect(row.usage.output).toBeGreaterThanOrEqual(3);
    expect(row.usage.output).toBeLessThanOrEqual(6);
  });

  it('is asked for, and withheld from a caller that did not ask', async () => {
    answer(role + text + finish + usageChunk(7, 3) + done);
    const { body } = await rig[door](bodyOf(door, 'oa/m', { stream: true }));
    expect(JSON.parse(rig.upstream.chat.body.toString())).toMatchObject({ stream_options: { include_usage: true } });
    expect(violations(door, body, 'whole', false)).toEqual([]);
    expect((await rig.row()).usage).toMatchObject({ input: 7, output: 3 });
  });

  it.each<[string, object]>([
    ['negative', { prompt_tokens: -5, completion_tokens: -1, total_tokens: -6 }],
    ['text', { prompt_tokens: 'many', completion_tokens: '3' }],
    ['null', { prompt_tokens: null, completion_tokens: null, total_tokens: null }],
    ['1e18', { prompt_tokens: 1e18, completion_tokens: 1e18, total_tokens: 2e18 }],
    ['a fraction', { prompt_tokens: 7.5, completion_tokens: 2.5, total_tokens: 10 }],
  ])('F9: usage that is %s is replaced or rounded, flagged, and never negative', async (_name, usage) => {
    answer(`${role}${text}${finish}data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n${done}`);
    await askStream(rig, door, 'oa/m');
    const row = await rig.row();
    expect(row.status).toBe('completed');
    expect(row.flags.length).toBeGreaterThan(0);
    expect(row.usage.input).toBeGreaterThan(0);
    expect(row.usage.input).toBeLessThan(1000);
    expect(row.usage.output).toBeGreaterThan(0);
    expect(row.usage.output).toBeLessThan(1000);
  });
});

it('case 94: the finish is with a chat caller before the usage is', async () => {
  rig.upstream.once(async (_call, reply) => {
    reply.head(200, sseHeaders);
    await reply.write(role + text + finish);
    await client.untilText('"finish_reason":"stop"');
    await reply.write(usageChunk(7, 3) + done);
    reply.end();
  });
  const client = await RawClient.connect(rig.url);
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify(bodyOf('chat', 'oa/m', { stream: true }));
  client.send(rawRequestText('/v1/chat/completions', headers, body));
  await client.until((each) => each.whole, 'the whole answer');
  expect((await rig.row()).usage).toMatchObject({ input: 7, output: 3 });
  client.abort();
});

describe.each(doors)('case 95: preludes of other vendors, asked by %s', (door) => {
  it.each<[string, string]>([
    [
      'Azure’s filter results',
      `data: ${JSON.stringify({ ...head, id: '', model: '', created: 0, choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] })}\n\n`,
    ],
    ['a JSON keepalive', 'data: {"type":"keepalive"}\n\n'],
    ['an empty object', 'data: {}\n\n'],
    ['a role twice', role + role],
  ])('%s is nothing', async (_name, prelude) => {
    const padded = chunk({ content: 'Hi' }, null, {
      obfuscation: 'xyz',
      system_fingerprint: 'fp_1',
      service_tier: 'default',
    });
    answer(prelude + role + padded + finish + usageChunk(7, 3) + done);
    const { body } = await askStream(rig, door, 'oa/m');
    expect(readStream(door, body).text).toBe('Hi');
    expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 7, output: 3 } });
    if (door === 'chat') return expect(body).toBe(prelude + role + padded + finish + usageChunk(7, 3) + done);
    expect(violations('messages', body, 'whole')).toEqual([]);
    expect(readStream('messages', body).events.filter((event) => event === 'message_start')).toHaveLength(1);
  });
});

const started = messagesEvent('message_start', {
  message: {
    ...{
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
    },
    usage: { input_tokens: 9, cache_creation_input_tokens: 4, cache_read_input_tokens: 2, output_tokens: 3 },
  },
}).text;
const event = (type: string, fields: object = {}) => messagesEvent(type, fields).text;
const hello =
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello there' } });
const closed = event('content_block_stop', { index: 0 });
const end = (usage?: object) =>
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, ...(usage && { usage }) });
const stop = event('message_stop');

describe.each(doors)('case 96: what is particular to Anthropic’s streams, asked by %s', (door) => {
  it.each<[string, string, { input: number; output: number }]>([
    [
      'pings everywhere',
      event('ping') +
        started +
        event('ping') +
        hello +
        event('ping') +
        closed +
        end({ output_tokens: 6 }) +
        event('ping') +
        stop,
      { input: 9, output: 6 },
    ],
    [
      'an unknown event',
      started + event('brand_new', { index: 0 }) + hello + closed + end({ output_tokens: 6 }) + stop,
      { input: 9, output: 6 },
    ],
    [
      'an unknown delta',
      started +
        hello +
        event('content_block_delta', { index: 0, delta: { type: 'new_delta', text: 'no' } }) +
        closed +
        end({ output_tokens: 6 }) +
        stop,
      { input: 9, output: 6 },
    ],
    [
      'a citation',
      started +
        hello +
        event('content_block_delta', {
          index: 0,
          delta: {
            type: 'citations_delta',
            citation: {
              type: 'char_location',
              cited_text: 'x',
              document_index: 0,
              document_title: 't',
              start_char_index: 0,
              end_char_index: 1,
            },
          },
        }) +
        closed +
        end({ output_tokens: 6 }) +
        stop,
      { input: 9, output: 6 },
    ],
    [
      'null counts at the end',
      started +
        hello +
        closed +
        end({
          input_tokens: null,
          cache_read_input_tokens: null,
          cache_creation_input_tokens: null,
          output_tokens: 6,
        }) +
        stop,
      { input: 9, output: 6 },
    ],
    ['usage in message_start only', started + hello + closed + end() + stop, { input: 9, output: 3 }],
    [
      'two message_deltas',
      started + hello + closed + end({ output_tokens: 5 }) + end({ output_tokens: 6 }) + stop,
      { input: 9, output: 6 },
    ],
    [
      'a corrected input',
      started + hello + closed + end({ input_tokens: 11, output_tokens: 6 }) + stop,
      { input: 11, output: 6 },
    ],
  ])('%s', async (_name, wire, usage) => {
    answer(wire);
    const { body } = await askStream(rig, door, 'an/m');
    const read = readStream(door, body);
    expect(read).toMatchObject({ text: 'Hello there', stop: door === 'chat' ? 'stop' : 'end_turn' });
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      estimated: false,
      usage: { ...usage, cacheRead: 2, cacheWrite5m: 4 },
    });
    if (door === 'messages') return expect(body).toBe(wire);
    expect(violations('chat', body, 'whole')).toEqual([]);
    expect(read.usage).toEqual({ input: usage.input + 6, output: usage.output });
  });
});
