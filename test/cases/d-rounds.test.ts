/** Cases 61, 62, 63 and 68, and FX3: thinking that goes out to the caller and must come back as it was. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { messagesEvent, messagesJson } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asObject, readEvents, readObject } from '../validators/sse-events.ts';
import { asked, askedRaw } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { askStream, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: {
      claude: { thinking: 'budget', outputTokensMax: 64_000 },
      gpt: { thinking: 'effort', fixedSampling: true },
    },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

type Json = Record<string, unknown>;
const tool = { name: 'f', input_schema: { type: 'object', properties: { x: { type: 'integer' } } } };
const chatTool = { type: 'function', function: { name: 'f', parameters: tool.input_schema } };
const thinkingOn = { type: 'enabled', budget_tokens: 2000 };
const user = (content: unknown) => ({ role: 'user', content });
const assistant = (...content: object[]) => ({ role: 'assistant', content });
const thinking = (text: string, signature: string) => ({ type: 'thinking', thinking: text, signature });
const redacted = (data: string) => ({ type: 'redacted_thinking', data });
const use = (id = 'toolu_9', input: object = { x: 1 }) => ({ type: 'tool_use', id, name: 'f', input });
const result = (id = 'toolu_9') => user([{ type: 'tool_result', tool_use_id: id, content: 'r' }]);
const call = () => ({ id: 'toolu_9', type: 'function', function: { name: 'f', arguments: '{"x":1}' } });
const calling = (more: object = {}) => ({ role: 'assistant', content: null, tool_calls: [call()], ...more });
const chatResult = (id = 'toolu_9') => ({ role: 'tool', tool_call_id: id, content: 'r' });

/** Turn 2 of a Messages caller that keeps `content` of turn 1. */
const replay = (...content: object[]) => ({
  max_tokens: 4000,
  thinking: thinkingOn,
  tools: [tool],
  messages: [user('q'), assistant(...content), result()],
});

/** The stream of FX3, word for word. */
const usage = { input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 };
const shell = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [] };
const delta = (index: number, fields: object) => messagesEvent('content_block_delta', { index, delta: fields });
const fx3 = [
  messagesEvent('message_start', { message: { ...shell, stop_reason: null, stop_sequence: null, usage } }),
  messagesEvent('content_block_start', { index: 0, content_block: thinking('', '') }),
  delta(0, { type: 'thinking_delta', thinking: 'Let me' }),
  delta(0, { type: 'signature_delta', signature: 'Sig==' }),
  messagesEvent('content_block_stop', { index: 0 }),
  messagesEvent('content_block_start', { index: 1, content_block: redacted('Enc==') }),
  messagesEvent('content_block_stop', { index: 1 }),
  messagesEvent('content_block_start', { index: 2, content_block: use('toolu_9', {}) }),
  delta(2, { type: 'input_json_delta', partial_json: '' }),
  delta(2, { type: 'input_json_delta', partial_json: '{"x":1}' }),
  messagesEvent('content_block_stop', { index: 2 }),
  messagesEvent('message_delta', {
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 40 },
  }),
  messagesEvent('message_stop', {}),
];
const answerWith = (wire: string) =>
  rig.upstream.once(async (_call, reply) => {
    reply.head(200, sseHeaders);
    await reply.write(wire);
    reply.end();
  });
const events = (body: string): Json[] =>
  readEvents(body)
    .events.map(({ data }) => readObject(data ?? ''))
    .filter((event) => event !== undefined);

/** The assistant's message as a client adds it up: the last list wins, which is what the hardest of them does. */
function chatMessage(body: string): Json {
  const read = readStream('chat', body);
  const deltas = events(body).map((chunk) => asObject(asObject((chunk.choices as unknown[])[0])?.delta));
  const details = deltas.findLast((each) => each?.reasoning_details !== undefined)?.reasoning_details;
  return {
    role: 'assistant',
    content: read.text === '' ? null : read.text,
    ...(read.thinking !== '' && { reasoning_content: read.thinking }),
    ...(details !== undefined && { reasoning_details: details }),
    tool_calls: read.calls.map(({ id, name, args }) => ({ id, type: 'function', function: { name, arguments: args } })),
  };
}

describe('case 61: thinking of a Messages caller over anthropic', () => {
  const blocks = [thinking('Let me', 'S/+=='), redacted('D=='), { type: 'text', text: 'so' }, use()];

  it.each([true, false])('is shown and comes back byte for byte (stream: %s)', async (stream) => {
    const say = {
      blocks: [
        { type: 'thinking', text: 'Let me', signature: 'S/+==' },
        { type: 'redacted-thinking', data: 'D==' },
        { type: 'text', text: 'so' },
        { type: 'tool-call', id: 'toolu_9', name: 'f', args: '{"x":1}' },
      ],
    } as const;
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, messagesJson(say)));
    const answer = await rig.messages({ model: 'an/claude', ...replay(use()), messages: [user('q')] });
    expect(asObject(answer.json())?.content).toEqual(blocks);
    rig.forget();
    const body = `{"model":"an/claude","stream":${stream},"max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{"role":"user","content":"q"},{"role":"assistant","content": ${JSON.stringify(blocks)} },{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_9","content":"r"}]}]}`;
    const { upText } = await askedRaw(rig, 'messages', 'an/claude', body);
    expect(upText).toBe(body.replace('an/claude', 'claude'));
  });

  it('stays where it stood between texts', async () => {
    const content = [thinking('a', 'S1'), { type: 'text', text: 't' }, thinking('b', 'S2'), use()];
    const { up } = await asked(rig, 'messages', 'an/claude', replay(...content));
    expect(up.messages[1]?.content).toEqual(content);
    expect(up.thinking).toEqual(thinkingOn);
  });
});

describe('case 62 and FX3: seals in streams', () => {
  it('are relayed event for event, and taken back with the betas', async () => {
    answerWith(wireText(fx3));
    const answer = await askStream(rig, 'messages', 'an/claude', { max_tokens: 4000, thinking: thinkingOn });
    expect(events(answer.body)).toEqual(events(wireText(fx3)));
    expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 9, output: 40 }, estimated: false });
    rig.forget();
    const content = [thinking('Let me', 'Sig=='), redacted('Enc=='), use()];
    const beta = 'interleaved-thinking-2025-05-14';
    const { up } = await asked(rig, 'messages', 'an/claude', replay(...content), { 'anthropic-beta': beta });
    expect(up.messages[1]).toEqual(assistant(...content));
    expect(up.thinking).toEqual(thinkingOn);
    expect(rig.upstream.chat.headers['anthropic-beta']).toBe(beta);
  });

  it('of thinking that is not shown are kept too', async () => {
    const hidden = [...fx3.slice(0, 2), ...fx3.slice(3)];
    answerWith(wireText(hidden));
    const answer = await askStream(rig, 'messages', 'an/claude');
    expect(events(answer.body)).toEqual(events(wireText(hidden)));
    rig.forget();
    answerWith(wireText(hidden));
    const chat = await askStream(rig, 'chat', 'an/claude');
    expect(violations('chat', chat.body, 'whole')).toEqual([]);
    expect(readStream('chat', chat.body).thinking).toBe('');
    rig.forget();
    const messages = [user('q'), chatMessage(chat.body), chatResult()];
    const { up } = await asked(rig, 'chat', 'an/claude', { messages, tools: [chatTool], reasoning_effort: 'low' });
    expect(up.messages[1]).toEqual(assistant(thinking('', 'Sig=='), redacted('Enc=='), use()));
  });
});

describe('case 68 and FX3: thinking of a chat caller over anthropic', () => {
  const turn2 = (message: Json) => ({
    tools: [chatTool],
    reasoning_effort: 'low',
    messages: [user('q'), message, chatResult()],
  });

  it('is reasoning_content, sealed only in reasoning_details; what is given back arrives as it was', async () => {
    answerWith(wireText(fx3));
    const answer = await askStream(rig, 'chat', 'an/claude', { tools: [chatTool], reasoning_effort: 'low' });
    expect(violations('chat', answer.body, 'whole')).toEqual([]);
    expect(readStream('chat', answer.body)).toMatchObject({
      thinking: 'Let me',
      calls: [{ id: 'toolu_9', name: 'f', args: '{"x":1}' }],
      stop: 'tool_calls',
      usage: { input: 9, output: 40 },
    });
    const message = chatMessage(answer.body);
    const { reasoning_details: details, ...rest } = message;
    expect(JSON.stringify(details)).toMatch(/Sig==.*Enc==/);
    expect(JSON.stringify(rest)).not.toMatch(/Sig==|Enc==/);
    rig.forget();
    const { up, dropped } = await asked(rig, 'chat', 'an/claude', turn2(message));
    expect(up.messages[1]).toEqual(assistant(thinking('Let me', 'Sig=='), redacted('Enc=='), use()));
    expect(up.thinking).toMatchObject({ type: 'enabled' });
    expect(dropped).toEqual([]);
  });

  it('whose seal the caller did not keep is put back by the vault', async () => {
    answerWith(wireText(fx3));
    const answer = await askStream(rig, 'chat', 'an/claude', { tools: [chatTool], reasoning_effort: 'low' });
    const { reasoning_details: _, reasoning_content: _text, ...plain } = chatMessage(answer.body);
    rig.forget();
    const { up, dropped } = await asked(rig, 'chat', 'an/claude', turn2(plain));
    expect(up.messages[1]).toEqual(assistant(thinking('Let me', 'Sig=='), redacted('Enc=='), use()));
    expect(up.thinking).toMatchObject({ type: 'enabled' });
    expect(dropped).toEqual([]);
  });

  it('is off for a turn whose seal nobody has kept: the request stays valid, and it is told', async () => {
    const elsewhere = { ...call(), id: 'toolu_elsewhere' };
    const message = { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [elsewhere] };
    const body = { ...turn2(message), messages: [user('q'), message, chatResult('toolu_elsewhere')] };
    const { up, dropped } = await asked(rig, 'chat', 'an/claude', body);
    expect(up.messages[1]).toEqual(assistant(use('toolu_elsewhere')));
    expect(up.thinking).toBeUndefined();
    expect(dropped).toContain('thinking');
  });

  it('is on again with the next turn, whose thinking is new', async () => {
    const done = { role: 'assistant', content: 'done' };
    const messages = [user('q'), calling(), chatResult(), done, user('more')];
    const { up } = await asked(rig, 'chat', 'an/claude', { tools: [chatTool], reasoning_effort: 'low', messages });
    expect(up.thinking).toMatchObject({ type: 'enabled' });
  });
});

describe('case 63: thinking of another provider', () => {
  /** What a Messages caller keeps of an openai-chat provider's answer. */
  async function history(reasoning: 'reasoning_content' | 'reasoning_details', signature?: string): Promise<object[]> {
    const say = {
      thinking: 'hm',
      tools: [{ id: 'toolu_9', name: 'f', args: '{"x":1}' }],
      ...(signature && { signature }),
    };
    const json = chatJson(say, { reasoning });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, json));
    const answer = await rig.messages({ model: 'oa/gpt', max_tokens: 500, tools: [tool], messages: [user('q')] });
    rig.forget();
    return asObject(answer.json())?.content as object[];
  }

  it.each([
    ['without a seal', 'reasoning_content', undefined],
    ['with a seal of its own', 'reasoning_details', 'Own=='],
  ] as const)('%s never reaches anthropic, and the turn stays valid', async (_name, reasoning, signature) => {
    const kept = await history(reasoning, signature);
    expect(kept[0]).toMatchObject({ type: 'thinking', thinking: 'hm' });
    const { up } = await asked(rig, 'messages', 'an/claude', replay(...kept));
    expect(up.messages[1]).toEqual(assistant(use()));
    expect(up.thinking).toBeUndefined();
    rig.forget();
    const adaptive = { type: 'adaptive' };
    const again = await asked(rig, 'messages', 'an/claude', { ...replay(...kept), thinking: adaptive });
    expect(again.up.thinking).toEqual(adaptive);
  });

  it('goes back to the provider that sealed it', async () => {
    const kept = await history('reasoning_details', 'Own==');
    const { up } = await asked(rig, 'messages', 'oa/gpt', replay(...kept));
    expect(up.messages[1]?.reasoning_details).toEqual([
      { type: 'reasoning.text', text: 'hm', signature: 'Own==', format: 'anthropic-claude-v1', index: 0 },
    ]);
  });

  it('sealed by anthropic is dropped for openai-chat, and that is told', async () => {
    const content = [thinking('Let me', 'Sig=='), redacted('Enc=='), { type: 'text', text: 'so' }, use()];
    const { up, upText, dropped } = await asked(rig, 'messages', 'oa/gpt', replay(...content));
    expect(upText).not.toMatch(/Sig==|Enc==|Let me/);
    expect(up.messages[1]).toMatchObject({ content: 'so', tool_calls: [{ id: 'toolu_9' }] });
    expect(dropped).toContain('thinking');
  });

  it('of a chat provider is dropped when a chat caller moves on to anthropic', async () => {
    const detail = { type: 'reasoning.text', text: 'hm', signature: 'Own==', format: 'unknown', index: 0 };
    const message = calling({ reasoning: 'hm', reasoning_details: [detail] });
    const body = { tools: [chatTool], reasoning_effort: 'low', messages: [user('q'), message, chatResult()] };
    const { up, upText } = await asked(rig, 'chat', 'an/claude', body);
    expect(upText).not.toContain('Own==');
    expect(up.messages[1]).toEqual(assistant(use()));
    expect(up.thinking).toBeUndefined();
  });
});
