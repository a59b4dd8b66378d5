/** Cases 48 to 53: the calls themselves, in history and in answers, whole and streamed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Say } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesEvent, messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asked, askedRaw, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import {
  askStream,
  type DoorName,
  dialectOf,
  type ReadCall,
  readStream,
  roads,
  type UpstreamName,
  violations,
} from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const user = { role: 'user', content: 'q' };
const call = (id: string, args = '{}', name = 'f') => ({ id, type: 'function', function: { name, arguments: args } });
const calls = (...list: object[]) => ({ role: 'assistant', content: null, tool_calls: list });
const tool = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'r' });
const use = (id: string, input: object = {}) => ({ type: 'tool_use', id, name: 'f', input });
const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'r' });
const tools = {
  chat: [{ type: 'function', function: { name: 'f' } }],
  messages: [{ name: 'f', input_schema: { type: 'object' } }],
};

/** The two roads on which an answer is made anew. */
const translated = roads.filter(([door, upstream]) => (door === 'chat') === (upstream === 'an'));

/** What the caller reads of an answer that the provider gives whole, and streamed. */
async function answers(door: DoorName, upstream: UpstreamName, say: Say): Promise<Record<'whole' | 'stream', Read>> {
  rig.upstream.once((_call, reply) => reply.send(200, json, upstream === 'oa' ? chatJson(say) : messagesJson(say)));
  const { answer } = await asked(rig, door, `${upstream}/m`, { tools: tools[door] });
  rig.forget();
  const events = upstream === 'oa' ? chatStream(say, { includeUsage: true }) : messagesStream(say);
  const stream = await streamed(door, upstream, events.map((event) => event.text).join(''));
  return { whole: readWhole(door, answer.body), stream };
}

const json = { 'content-type': 'application/json' };

async function streamed(door: DoorName, upstream: UpstreamName, wire: string): Promise<Read> {
  rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, wire));
  const answer = await askStream(rig, door, `${upstream}/m`, { tools: tools[door] });
  expect(violations(door, answer.body, 'whole')).toEqual([]);
  expect(await rig.row()).toMatchObject({ status: 'completed', clientDialect: dialectOf(door), estimated: false });
  const { calls: read, stop, text } = readStream(door, answer.body);
  return { calls: read, stop, text };
}

interface Read {
  readonly calls: readonly ReadCall[];
  readonly stop: string | undefined;
  readonly text: string;
}

/** Arguments come as their exact text: a raw read of the body, because a parser would round a large integer. */
function readWhole(door: DoorName, body: string): Read {
  if (door === 'chat') {
    const [choice] = JSON.parse(body).choices;
    const made = (choice.message.tool_calls ?? []) as { id: string; function: { name: string; arguments: string } }[];
    const read = made.map(({ id, function: fn }) => ({ id, name: fn.name, args: fn.arguments }));
    return { calls: read, stop: choice.finish_reason, text: choice.message.content ?? '' };
  }
  const message = JSON.parse(body) as { content: Record<string, string>[]; stop_reason: string };
  const inputs = [...body.matchAll(/"input":(\{.*?\})\}/g)].map((match) => match[1] ?? '');
  const used = message.content.filter((block) => block.type === 'tool_use');
  return {
    calls: used.map(({ id = '', name = '' }, i) => ({ id, name, args: inputs[i] ?? '' })),
    stop: message.stop_reason,
    text: message.content.map((block) => block.text ?? '').join(''),
  };
}

const toolStop = (door: DoorName) => (door === 'chat' ? 'tool_calls' : 'tool_use');

describe('case 48: ids', () => {
  it('that anthropic does not take become legal and stay unique, call and result alike', async () => {
    const long = `call_${'x'.repeat(65)}`;
    const ids = ['functions.get:0', 'call_1|2', 'call_1_2', long];
    const messages = [user, calls(...ids.map((id) => call(id))), ...ids.map(tool)];
    const { up } = await asked(rig, 'chat', 'an/m', { messages });
    const made = ['functions_get_0', 'call_1_2', 'call_1_2_2', long];
    expect(up.messages[1]?.content).toEqual(made.map((id) => use(id)));
    expect(up.messages[2]?.content).toEqual(made.map(result));
  });

  it('that are used again in a later turn stay apart', async () => {
    const turn = [calls(call('a')), tool('a')];
    const { up } = await asked(rig, 'chat', 'an/m', { messages: [user, ...turn, ...turn] });
    const content = up.messages.slice(1).flatMap((message) => message.content as object[]);
    expect(content).toEqual([use('a'), result('a'), use('a_2'), result('a_2')]);
  });

  it('that are longer than openai-chat takes are shortened, call and result alike, always the same', async () => {
    const ids = [`toolu_${'x'.repeat(64)}`, `toolu_${'x'.repeat(63)}y`, 'toolu_short'];
    const messages = [
      user,
      { role: 'assistant', content: ids.map((id) => use(id)) },
      { role: 'user', content: ids.map(result) },
    ];
    const first = await asked(rig, 'messages', 'oa/m', { messages });
    const made = (first.up.messages[1] as { tool_calls: { id: string }[] }).tool_calls.map(({ id }) => id);
    expect(new Set(made).size).toBe(3);
    expect(made[2]).toBe('toolu_short');
    expect(first.up.messages.slice(2).map((message) => message.tool_call_id)).toEqual(made);
    rig.forget();
    expect((await asked(rig, 'messages', 'oa/m', { messages })).upText).toBe(first.upText);
  });

  it.each(roads)('of an answer reach the %s caller of %s unaltered', async (door, upstream) => {
    const say = { tools: [{ id: 'call_aZ09-_x', name: 'f', args: '{"x":1}' }] };
    const { whole, stream } = await answers(door, upstream, say);
    expect(whole.calls).toMatchObject(say.tools);
    expect(stream.calls).toMatchObject(say.tools);
  });

  it('of an answer that a Messages client could not send back are made legal, and lead home', async () => {
    const say = { tools: [0, 1].map((i) => ({ id: `functions.f:${i}`, name: 'f', args: '{}' })) };
    const { whole } = await answers('messages', 'oa', say);
    const ids = whole.calls.map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(/^functions_f_\d_\w+$/);
    rig.forget();
    const messages = [
      user,
      { role: 'assistant', content: ids.map((id) => use(id)) },
      { role: 'user', content: ids.map(result) },
    ];
    const { up } = await asked(rig, 'messages', 'oa/m', { messages });
    expect(up.messages.slice(2).map((message) => message.tool_call_id)).toEqual(ids);
  });
});

describe('case 49: arguments are kept to the letter', () => {
  const args = String.raw`{"b":1,"a":12345678901234567890,"f":1.0,"s":"\u00e9\/"}`;

  it('in history from a chat caller to anthropic', async () => {
    const body = JSON.stringify({ model: 'an/m', messages: [user, calls(call('a', args)), tool('a')] });
    const { upText } = await askedRaw(rig, 'chat', 'an/m', body);
    expect(upText).toContain(`"input":${args}`);
  });

  it('in history from a Messages caller to openai-chat', async () => {
    const body = `{"model":"oa/m","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":${args}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}`;
    const { up } = await askedRaw(rig, 'messages', 'oa/m', body);
    expect(up.messages[1]).toEqual(calls(call('a', args)));
  });

  it.each(roads)('in answers to the %s door from %s, whole and streamed', async (door, upstream) => {
    const { whole, stream } = await answers(door, upstream, { tools: [{ id: 'call_1', name: 'f', args }] });
    expect(whole.calls).toEqual([{ id: 'call_1', name: 'f', args }]);
    expect(stream.calls).toEqual([{ id: 'call_1', name: 'f', args }]);
  });
});

describe('case 50: arguments in history that are no JSON object', () => {
  const history = (args: string) => [
    { role: 'system', content: 's' },
    user,
    calls(call('ok'), call('bad', args)),
    tool('ok'),
    tool('bad'),
  ];

  it.each(['', ' '])('%j is {}', async (args) => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages: history(args) });
    expect(up.messages[1]?.content).toEqual([use('ok'), use('bad')]);
  });

  it.each(['{bad', 'null', '[1]', '"x"', '{"a":1}{'])('%j is refused with the caller’s message', async (args) => {
    await refused(rig, 'chat', 'an/m', { messages: history(args) }, { says: /messages\[2\].*bad.*JSON object/ });
  });

  it('a Messages input that is no object is refused with its place', async () => {
    const content = [{ ...use('a'), input: [1] }];
    const messages = [user, { role: 'assistant', content }, { role: 'user', content: [result('a')] }];
    await refused(rig, 'messages', 'oa/m', { messages }, { says: /messages\[1\]\.content\[0\]\.input/ });
  });
});

describe('case 51: empty arguments in answers', () => {
  it.each(translated)('to the %s door from %s are an empty object', async (door, upstream) => {
    const args = upstream === 'oa' ? '' : '{}';
    const { whole, stream } = await answers(door, upstream, { tools: [{ id: 'call_1', name: 'f', args }] });
    expect(whole).toMatchObject({ calls: [{ args: '{}' }], stop: toolStop(door) });
    expect(['', '{}']).toContain(stream.calls[0]?.args);
    expect(stream.stop).toBe(toolStop(door));
  });

  it('an anthropic stream without any piece of input, or with an empty one, is {} for a chat caller', async () => {
    for (const pieces of [[], ['']]) {
      rig.forget();
      const stream = await streamed('chat', 'an', messagesCalls([['call_1', pieces]]));
      expect(stream.calls).toEqual([{ id: 'call_1', name: 'f', args: '{}' }]);
    }
  });
});

/** A Messages stream of calls whose inputs come in the given pieces. */
function messagesCalls(list: readonly [id: string, pieces: readonly string[]][]): string {
  const [start] = messagesStream({ text: 'x', usage: { output: 9 } });
  const blocks = list.flatMap(([id, pieces], index) => [
    messagesEvent('content_block_start', { index, content_block: use(id) }),
    ...pieces.map((partial_json) =>
      messagesEvent('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } }),
    ),
    messagesEvent('content_block_stop', { index }),
  ]);
  const end = [
    messagesEvent('message_delta', {
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 9 },
    }),
    messagesEvent('message_stop', {}),
  ];
  return [start, ...blocks, ...end].map((event) => event?.text).join('');
}

/** A chat stream of the given deltas. */
function chatDeltas(deltas: readonly object[], finish: string): string {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const usage = { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 };
  const chunks = [...deltas.map((delta) => chunk(delta)), chunk({}, finish), { ...head, choices: [], usage }];
  return `${chunks.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('')}data: [DONE]\n\n`;
}

describe('case 52: a whole call in one piece', () => {
  const two = ['{"x":1}', '{"x":2}'].map((args, index) => ({ index, ...call(`call_${index}`, args) }));

  it('of openai-chat streams to a Messages caller', async () => {
    const stream = await streamed(
      'messages',
      'oa',
      chatDeltas([{ role: 'assistant', content: '', tool_calls: two }], 'tool_calls'),
    );
    expect(stream).toMatchObject({
      calls: two.map((made) => ({ id: made.id, args: made.function.arguments })),
      stop: 'tool_use',
    });
  });

  it('of openai-chat without an index, each in its own delta, streams to a Messages caller', async () => {
    const deltas = two.map(({ index: _, ...made }) => ({ tool_calls: [made] }));
    const stream = await streamed('messages', 'oa', chatDeltas(deltas, 'tool_calls'));
    expect(stream.calls.map(({ args }) => args)).toEqual(['{"x":1}', '{"x":2}']);
  });

  it('of anthropic streams to a chat caller', async () => {
    const stream = await streamed(
      'chat',
      'an',
      messagesCalls([
        ['a', ['{"x":1}']],
        ['b', ['{"x":2}']],
      ]),
    );
    expect(stream).toMatchObject({
      calls: [
        { id: 'a', args: '{"x":1}' },
        { id: 'b', args: '{"x":2}' },
      ],
      stop: 'tool_calls',
    });
  });
});

describe('case 53: the finish says stop, but there are calls', () => {
  const say: Say = { tools: [{ id: 'call_1', name: 'f', args: '{}' }], stop: 'end' };
  it.each(translated)('the %s caller of %s is told to call', async (door, upstream) => {
    const { whole, stream } = await answers(door, upstream, say);
    expect(whole.stop).toBe(toolStop(door));
    expect(stream.stop).toBe(toolStop(door));
  });

  it.each(['whole', 'stream'] as const)('a relay keeps the provider’s bytes (%s)', async (form) => {
    const wire =
      form === 'whole'
        ? chatJson(say)
        : chatStream(say)
            .map((event) => event.text)
            .join('');
    rig.upstream.once((_call, reply) => reply.send(200, form === 'whole' ? json : sseHeaders, wire));
    const answer = await rig.chat({ model: 'oa/m', messages: [user], stream: form === 'stream' });
    expect(answer.body).toBe(wire);
  });
});
