import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../../lib/json.ts';
import type { Block, ChatRequest, Turn } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import { NoteList } from '../../llm/notes.ts';
import { openaiChat } from './index.ts';

const classic: TargetModel = { name: 'real', thinking: 'none' };
const reasoner: TargetModel = { name: 'real', thinking: 'effort', fixedSampling: true, developerRole: true };

type Message = Record<string, unknown>;

function ask(more: Partial<ChatRequest> = {}): ChatRequest {
  const turns: Turn[] = [{ role: 'user', blocks: [{ type: 'text', text: 'go' }] }];
  return { model: 'asked', stream: false, wantsStreamUsage: true, system: [], turns, tools: [], ...more };
}

function render(request: ChatRequest, target = classic) {
  const notes = new NoteList();
  const text = stringifyJson(openaiChat.renderRequest(request, target, notes));
  const body = JSON.parse(text) as Message & { messages: Message[] };
  return { text, body, messages: body.messages, dropped: notes.list.map((note) => note.field) };
}

function talk(...turns: Turn[]) {
  return render(ask({ turns }));
}

function refusedParam(request: ChatRequest): string | undefined {
  try {
    render(request);
  } catch (error) {
    if (error instanceof LlmFailure) return error.error.param;
    throw error;
  }
  return 'nothing was refused';
}

const text = (value: string): Block => ({ type: 'text', text: value });
const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks });
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks });
const call = (id: string, name = 'f', args = '{}'): Block => ({ type: 'tool-call', id, name, args });
const result = (callId: string, ...content: Block[]): Block => ({ type: 'tool-result', callId, content });
const image: Block = { type: 'media', kind: 'image', mediaType: 'image/png', source: { base64: 'AA==' } };

describe('the body', () => {
  it('case 31: a picture in a format that the API does not know is refused by its place', () => {
    const picture: Block = { type: 'media', kind: 'image', mediaType: 'image/flv', source: { base64: 'AA==' } };
    expect(refusedParam(ask({ turns: [{ role: 'user', blocks: [picture] }] }))).toBe('messages[0].content[0]');
  });

  it('case 78: a stream is always asked for with its usage; a whole answer has it anyway', () => {
    const streaming = { model: 'real', stream: true, stream_options: { include_usage: true } };
    expect(render(ask({ stream: true, wantsStreamUsage: false })).body).toMatchObject(streaming);
    const { body } = render(ask());
    expect([body.model, body.stream, body.stream_options]).toEqual(['real', undefined, undefined]);
  });

  it('case 43: is the same bytes each time, and one more turn leaves them a prefix', () => {
    const request = ask({ tools: [{ name: 'f', schema: '{"z":1.0,"a":2}' }], system: [text('S')], maxTokens: 5 });
    const before = render(request).text;
    expect(render(request).text).toBe(before);
    expect(before).toContain('"parameters":{"z":1.0,"a":2}');
    const longer = render({ ...request, turns: [...request.turns, assistant(text('yes')), user(text('more'))] }).text;
    expect(longer.startsWith(before.slice(0, -2))).toBe(true);
  });

  it('case 65, 70: the limit has the right name, and is not raised by a budget', () => {
    const request = ask({ maxTokens: 16_000, thinking: { mode: 'budget', budgetTokens: 10_000 }, temperature: 1 });
    const { body, dropped } = render(request, reasoner);
    expect(body).toMatchObject({ max_completion_tokens: 16_000, reasoning_effort: 'medium' });
    expect(Object.keys(body)).not.toContain('max_tokens');
    expect(Object.keys(body)).not.toContain('temperature');
    expect(dropped).toEqual([]);
    expect(render(request).body).toMatchObject({ max_tokens: 16_000, temperature: 1 });
    expect(render(ask({ maxTokens: 999_999 }), { ...classic, outputTokensMax: 4096 }).body.max_tokens).toBe(4096);
  });

  it('case 65: more thinking never asks for less effort', () => {
    const ranks = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
    const effort = (thinking: ChatRequest['thinking']) =>
      ranks.indexOf(String(render(ask(thinking && { thinking }), reasoner).body.reasoning_effort));
    const budgets = [1024, 2048, 8000, 10_000, 32_000, 100_000].map((budgetTokens) =>
      effort({ mode: 'budget', budgetTokens }),
    );
    const efforts = (['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const).map((word) =>
      effort({ mode: 'adaptive', effort: word }),
    );
    expect(budgets).toEqual(budgets.toSorted());
    expect(efforts).toEqual(efforts.toSorted());
    expect([budgets[0], budgets[2], budgets[4]]).toEqual([2, 3, 4]);
    expect(effort({ mode: 'off' })).toBeLessThanOrEqual(budgets[0] ?? 0);
    expect(effort(undefined)).toBe(-1);
  });

  it('case 65: a model that takes no effort is not asked for one', () => {
    const { body, dropped } = render(ask({ thinking: { mode: 'adaptive', effort: 'high' } }));
    expect([body.reasoning_effort, dropped]).toEqual([undefined, ['thinking']]);
    expect(render(ask({ thinking: { mode: 'off' } })).dropped).toEqual([]);
  });

  it('case 71: four stop sequences pass, five are refused', () => {
    expect(render(ask({ stop: ['a', 'b', 'c', ' '] })).body.stop).toHaveLength(4);
    expect(refusedParam(ask({ stop: ['a', 'b', 'c', 'd', 'e'] }))).toBe('stop');
    expect(refusedParam(ask({ stop: ['a', ''] }))).toBe('stop');
  });

  it('case 74: the format keeps its schema, byte for byte', () => {
    const { text: body } = render(ask({ format: { type: 'json-schema', schema: '{"b":1.0,"a":2}', strict: true } }));
    expect(body).toContain('"json_schema":{"name":"response","schema":{"b":1.0,"a":2},"strict":true}');
    expect(render(ask({ format: { type: 'json-object' } })).body.response_format).toEqual({ type: 'json_object' });
  });

  it('case 75, 76: fixed sampling drops what was asked and says so; 0 stays 0 elsewhere', () => {
    const request = ask({ temperature: 0, topP: 0.5, presencePenalty: 0, topK: 5, seed: 7 });
    const fixed = render(request, reasoner);
    expect([fixed.body.temperature, fixed.body.top_p, fixed.body.seed]).toEqual([undefined, undefined, 7]);
    expect(fixed.dropped).toEqual(['top_k', 'temperature', 'top_p']);
    expect(render(request).body).toMatchObject({ temperature: 0, top_p: 0.5, seed: 7 });
  });

  it('case 77: a user id is at most 64 characters, stable, and never in the clear when it says something', () => {
    const of = (endUser: string) => String(render(ask({ endUser })).body.user);
    expect(of('user_123')).toBe('user_123');
    for (const id of ['x'.repeat(150), '{"device":"d"}', 'ann@example.com']) {
      expect(of(id)).toMatch(/^[0-9a-f]{64}$/);
      expect(of(id)).toBe(of(id));
    }
  });

  it('case 76, 79: fields of the other dialect are noted or refused, its own come back', () => {
    const foreign = ask({
      carried: { dialect: 'anthropic', raw: { context_management: {}, thinking: { type: 'x' } } },
    });
    expect(render(foreign).dropped).toEqual(['context_management']);
    expect(refusedParam(ask({ carried: { dialect: 'anthropic', raw: { mcp_servers: [{}] } } }))).toBe('mcp_servers');
    const own = ask({
      stream: true,
      carried: { dialect: 'openai-chat', raw: { n: 2, stream_options: { include_obfuscation: false } } },
    });
    expect(render(own).body).toMatchObject({
      n: 2,
      stream_options: { include_obfuscation: false, include_usage: true },
    });
  });
});

describe('instructions', () => {
  it('case 11: stay together in one message, never a user turn', () => {
    const { messages, dropped } = render(ask({ system: [{ ...text('A'), cache: '5m' } as Block, text('B')] }));
    expect(messages).toEqual([
      { role: 'system', content: 'A\n\nB' },
      { role: 'user', content: 'go' },
    ]);
    expect(dropped).toEqual(['cache_control']);
  });

  it('case 12, 13: keep their place, and the role that the model knows', () => {
    const turns = [user(text('u')), { role: 'system', blocks: [text('late')] } as const, user(text('v'))];
    const roles = (target: TargetModel) =>
      render(ask({ system: [text('D')], turns }), target).messages.map((message) => message.role);
    expect(roles(classic)).toEqual(['system', 'user', 'system', 'user']);
    expect(roles(reasoner)).toEqual(['developer', 'user', 'developer', 'user']);
  });
});

describe('turns', () => {
  it('case 14, 15, 16, 20, 21, 24, FX1: results first, in their order, then images, then text', () => {
    const { messages } = talk(
      user(text('go')),
      assistant(text('ok'), call('toolu_1', 'shot'), call('toolu_2', 'sum', '{"b":1,"a":12345678901234567890}')),
      user(
        text('before'),
        { ...result('toolu_2', text('boom')), isError: true } as Block,
        result('toolu_1', text('a'), image, text('b')),
        text('continue'),
      ),
    );
    expect(messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: 'ok',
        tool_calls: [
          { id: 'toolu_1', type: 'function', function: { name: 'shot', arguments: '{}' } },
          { id: 'toolu_2', type: 'function', function: { name: 'sum', arguments: '{"b":1,"a":12345678901234567890}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'toolu_2', content: 'Error: boom' },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'a\nb' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Returned by tool call toolu_1 (shot):' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          { type: 'text', text: 'before' },
          { type: 'text', text: 'continue' },
        ],
      },
    ]);
  });

  it('case 18: what stands between a call and its result comes after all results', () => {
    const { messages } = talk(
      assistant(call('a'), call('b')),
      user(result('a', text('A'))),
      { role: 'system', blocks: [text('R')] },
      user(result('b', text('B')), text('next')),
    );
    expect(messages.map((message) => message.tool_call_id ?? message.content)).toEqual([null, 'a', 'b', 'R', 'next']);
  });

  it('case 22, 23: results of other kinds are text and noted, empty ones are empty', () => {
    const search: Block = {
      type: 'opaque',
      carried: { dialect: 'anthropic', raw: { type: 'search_result', title: 'T' } },
    };
    const { messages, dropped } = talk(assistant(call('a'), call('b')), user(result('a', search), result('b')));
    expect(messages[1]?.content).toBe('{"type":"search_result","title":"T"}');
    expect(messages[2]?.content).toBe('');
    expect(dropped).toEqual(['messages.content.search_result']);
  });

  it('case 26, 27: blanks are no parts, and an empty assistant message is an empty string', () => {
    const { messages } = talk(user(text(''), text('x')), assistant(), user(text('')));
    expect(messages.map((message) => message.content)).toEqual(['x', '', '']);
  });

  it('case 29, 30, 33: parts keep their order, addresses and detail', () => {
    const url: Block = { type: 'media', kind: 'image', source: { url: 'https://x/i.png' }, detail: 'low' };
    expect(talk(user(text('a'), url, text('b'))).messages[0]?.content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'https://x/i.png', detail: 'low' } },
      { type: 'text', text: 'b' },
    ]);
  });

  it('case 34, 35: a PDF is a file, a text document is text with its title, the rest is refused', () => {
    const document = (source: object, mediaType?: string): Block =>
      ({ type: 'media', kind: 'document', name: 'T', source, ...(mediaType && { mediaType }) }) as Block;
    expect(talk(user(document({ base64: 'JVBERi0=' }, 'application/pdf'))).messages[0]?.content).toEqual([
      { type: 'file', file: { filename: 'T', file_data: 'data:application/pdf;base64,JVBERi0=' } },
    ]);
    expect(talk(user(document({ text: 'body' }))).messages[0]?.content).toBe('T\n\nbody');
    for (const source of [{ url: 'https://x/a.pdf' }, { file: 'file_1' }]) {
      expect(refusedParam(ask({ turns: [user(document(source))] }))).toBe('messages[0].content[0]');
    }
    const cited = {
      ...document({ text: 'b' }),
      carried: { dialect: 'anthropic', raw: { citations: { enabled: true } } },
    } as Block;
    expect(talk(user(cited)).dropped).toEqual(['messages.content.citations']);
  });

  it('case 40: an answer that was begun for the model is reported', () => {
    expect(talk(user(text('x')), assistant(text('The answer is '))).dropped).toEqual(['prefill']);
  });

  it('case 63: thinking comes back only to the dialect that sealed it', () => {
    const foreign: Block = { type: 'thinking', text: 'T', seal: { dialect: 'anthropic', value: 'S' } };
    const dropped = talk(assistant(foreign, call('a')), user(result('a')));
    expect(dropped.dropped).toEqual(['thinking']);
    expect(dropped.messages[0]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
    const value = '{"type":"reasoning.text","signature":"S","format":"x","index":0}';
    const own: Block = { type: 'thinking', text: 'T', seal: { dialect: 'openai-chat', value } };
    expect(talk(assistant(own, text('x')), user(text('y'))).messages[0]?.reasoning_details).toEqual([
      { type: 'reasoning.text', text: 'T', signature: 'S', format: 'x', index: 0 },
    ]);
  });

  it('case 41: hostile text is untouched', () => {
    const hostile = '😀 \u2028 \u202e </s> \u0000 data: [DONE]';
    expect(talk(user(text(hostile))).messages[0]?.content).toBe(hostile);
  });
});

describe('tools', () => {
  const tools = [{ name: 'f' }, { name: 'g', schema: '{}', strict: true, description: 'D' }];

  it('case 44, 46, 47: definitions, the choice and the parallel switch', () => {
    const { body } = render(ask({ tools, toolChoice: { type: 'tool', name: 'g' }, parallelToolCalls: false }));
    expect(body.tools).toEqual([
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'g', description: 'D', parameters: {}, strict: true } },
    ]);
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'g' } });
    expect(body.parallel_tool_calls).toBe(false);
    for (const type of ['auto', 'none', 'required'] as const) {
      expect(render(ask({ tools, toolChoice: { type } })).body.tool_choice).toBe(type);
    }
  });

  it('case 46: without tools a choice says nothing, or cannot be met', () => {
    const { body } = render(ask({ toolChoice: { type: 'auto' }, parallelToolCalls: true }));
    expect([body.tool_choice, body.parallel_tool_calls]).toEqual([undefined, undefined]);
    expect(refusedParam(ask({ toolChoice: { type: 'required' } }))).toBe('tool_choice');
  });

  it('case 57: a tool of another provider is refused by its place, one of this dialect is given back', () => {
    const server = {
      name: 'web_search',
      opaque: true,
      carried: { dialect: 'anthropic', raw: { type: 'web_search_20250305' } },
    } as const;
    expect(refusedParam(ask({ tools: [...tools, server] }))).toBe('tools[2]');
    const own = {
      name: 'w',
      opaque: true,
      carried: { dialect: 'openai-chat', raw: { type: 'w', parameters: '{"a":1.0}' } },
    } as const;
    expect(render(ask({ tools: [own] })).text).toContain('"tools":[{"type":"w","parameters":{"a":1.0}}]');
  });
});
