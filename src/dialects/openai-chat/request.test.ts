import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import type { ChatRequest, Turn } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { openaiChat } from './index.ts';

function parse(body: unknown): ChatRequest {
  return openaiChat.parseRequest(parseJson(Buffer.from(JSON.stringify(body)), openaiChat.rawKeys));
}

function ask(more: object = {}): ChatRequest {
  return parse({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });
}

function talk(...messages: unknown[]): readonly Turn[] {
  return parse({ model: 'm', messages }).turns;
}

/** The refusal that a body gets. */
function refusal(body: unknown): { param: string | undefined; message: string } {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof LlmFailure) return { param: error.error.param, message: error.error.message };
    throw error;
  }
  throw new Error('the body was taken');
}

function refusedParam(more: object): string | undefined {
  return refusal({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more }).param;
}

function refusedMessages(...messages: unknown[]) {
  return refusal({ model: 'm', messages });
}

const call = (id: string, args = '{}') => ({ id, type: 'function', function: { name: 'f', arguments: args } });
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ';

describe('the shape of a chat request', () => {
  it('the least request is a model and a message', () => {
    expect(ask()).toEqual({
      model: 'm',
      stream: false,
      wantsStreamUsage: false,
      system: [],
      turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hi' }] }],
      tools: [],
    });
  });

  it.each([
    [{ messages: [{ role: 'user', content: 'x' }] }, 'model'],
    [{ model: '', messages: [{ role: 'user', content: 'x' }] }, 'model'],
    [{ model: 'm' }, 'messages'],
    [{ model: 'm', messages: [] }, 'messages'],
    [{ model: 'm', messages: 'x' }, 'messages'],
    [{ model: 'm', messages: ['x'] }, 'messages[0]'],
    [{ model: 'm', messages: [{ role: 'bot', content: 'x' }] }, 'messages[0].role'],
    [{ model: 'm', messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ model: 'm', messages: [{ role: 'system', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0].type'],
  ])('a wrong field is refused by its path: %j', (body, param) => {
    expect(refusal(body).param).toBe(param);
  });

  it('case 28: an empty content array is refused', () => {
    expect(refusedMessages({ role: 'user', content: [] }).param).toBe('messages[0].content');
  });

  it.each([
    [{ model: 'm', max_tokens: 9, system: 'S', messages: [{ role: 'user', content: 'x' }] }, 'system'],
    [{ model: 'm', messages: [{ role: 'user', content: 'x' }], stop_sequences: ['a'] }, 'stop_sequences'],
    [
      { model: 'm', messages: [{ role: 'user', content: 'x' }], tools: [{ name: 'f', input_schema: {} }] },
      'tools[0].input_schema',
    ],
    [
      { model: 'm', messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] }] },
      'messages[0].content[0].type',
    ],
    [
      {
        model: 'm',
        messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://x' } }] }],
      },
      'messages[0].content[0].type',
    ],
  ])('case 7: a Messages body at this door is told which door is its own: %j', (body, param) => {
    const { message, ...refused } = refusal(body);
    expect(refused.param).toBe(param);
    expect(message).toContain('/v1/messages');
  });

  it('case 8, 78: stream and include_usage are read; null means not set', () => {
    const request = ask({ stream: true, stream_options: { include_usage: true }, temperature: null, tools: null });
    expect([request.stream, request.wantsStreamUsage]).toEqual([true, true]);
    expect(ask({ stream: true, stream_options: { include_usage: false } }).wantsStreamUsage).toBe(false);
  });
});

describe('messages', () => {
  it('case 11, 13: instructions before the first turn are the system prompt, later ones stay where they are', () => {
    const request = parse({
      model: 'm',
      messages: [
        { role: 'developer', content: 'D' },
        { role: 'system', content: [{ type: 'text', text: 'S' }] },
        { role: 'user', content: 'u' },
        { role: 'developer', content: 'late' },
        { role: 'user', content: 'v' },
      ],
    });
    expect(request.system).toEqual([
      { type: 'text', text: 'D' },
      { type: 'text', text: 'S' },
    ]);
    expect(request.turns.map((turn) => turn.role)).toEqual(['user', 'system', 'user']);
  });

  it('case 17, 18: results stand together behind their calls, in their own order, and a reminder comes after them', () => {
    const turns = talk(
      { role: 'user', content: 'q' },
      { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'system', content: 'R' },
      { role: 'tool', tool_call_id: 'a', content: '' },
      { role: 'user', content: 'next' },
    );
    expect(turns.map((turn) => turn.role)).toEqual(['user', 'assistant', 'user', 'system', 'user']);
    expect(turns[2]?.blocks).toEqual([
      { type: 'tool-result', callId: 'b', content: [{ type: 'text', text: 'B' }] },
      { type: 'tool-result', callId: 'a', content: [] },
    ]);
  });

  it('case 19: a result without a call, a second result, and a call without a result are refused', () => {
    const asked = { role: 'assistant', content: null, tool_calls: [call('a')] };
    const result = { role: 'tool', tool_call_id: 'a', content: 'x' };
    expect(refusedMessages({ role: 'user', content: 'q' }, result).param).toBe('messages[1].tool_call_id');
    expect(refusedMessages(asked, { ...result, tool_call_id: 'z' }).param).toBe('messages[1].tool_call_id');
    expect(refusedMessages(asked, result, result).param).toBe('messages[2].tool_call_id');
    expect(refusedMessages(asked, { role: 'user', content: 'and?' }).param).toBe('messages[0].tool_calls');
  });

  it('case 25, 26: content null or empty adds no text block', () => {
    const turns = talk(
      { role: 'assistant', content: null, tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
      { role: 'assistant', content: '' },
      { role: 'assistant' },
    );
    expect(turns.map((turn) => turn.blocks.length)).toEqual([1, 1, 0, 0]);
  });

  it('case 29: parts keep their order', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'https://example.com/i.png', detail: 'low' } },
      { type: 'text', text: 'b' },
    ];
    expect(talk({ role: 'user', content })[0]?.blocks).toEqual([
      { type: 'text', text: 'a' },
      { type: 'media', kind: 'image', source: { url: 'https://example.com/i.png' }, detail: 'low' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('case 39: a name and unknown fields of a message are carried, empty ones are not', () => {
    const [turn] = talk({ role: 'user', content: 'x', name: 'bob' });
    expect(turn?.carried).toEqual({ dialect: 'openai-chat', raw: { name: 'bob' } });
    const echoed = { role: 'assistant', content: 'x', refusal: null, annotations: [], audio: null };
    expect(talk(echoed)[0]).toEqual({ role: 'assistant', blocks: [{ type: 'text', text: 'x' }] });
  });

  it('case 41: hostile text is untouched', () => {
    const text = '😀 \u2028 \u202e </s> \u0000 data: [DONE]';
    expect(talk({ role: 'user', content: text })[0]?.blocks).toEqual([{ type: 'text', text }]);
  });

  it('case 42: cache_control on parts, messages and tools is a mark, 5 minutes unless it says an hour', () => {
    const request = ask({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
        { role: 'user', content: 'x', cache_control: { type: 'ephemeral' } },
      ],
      tools: [{ type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral' } }],
    });
    expect(request.system).toEqual([{ type: 'text', text: 'S', cache: '1h' }]);
    expect(request.turns[0]?.blocks).toEqual([{ type: 'text', text: 'x', cache: '5m' }]);
    expect(request.tools[0]?.cache).toBe('5m');
  });

  it('case 48, 49: ids and arguments are kept byte for byte', () => {
    const args = '{"b":1,"a":12345678901234567890,"f":1.0,"s":"\\u00e9\\/"}';
    const asked = { role: 'assistant', content: 'ok', tool_calls: [call('functions.f:0', args)] };
    const [turn] = talk(asked, { role: 'tool', tool_call_id: 'functions.f:0', content: 'x' });
    expect(turn?.blocks[1]).toEqual({ type: 'tool-call', id: 'functions.f:0', name: 'f', args });
  });

  it('case 56: legacy functions and the role function are tools and results', () => {
    const request = ask({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
    });
    expect(request.tools).toEqual([{ name: 'f', schema: '{"type":"object"}' }]);
    expect(request.toolChoice).toEqual({ type: 'tool', name: 'f' });
    const [asked, answered] = request.turns;
    expect(asked?.blocks[0]).toMatchObject({ type: 'tool-call', id: 'call_0_legacy', name: 'f', args: '{"x":1}' });
    expect(answered?.blocks[0]).toMatchObject({ type: 'tool-result', callId: 'call_0_legacy' });
  });

  it('case 68: reasoning comes back as thinking, with the seal of whoever made it', () => {
    const details = [
      { type: 'reasoning.text', text: 'T', signature: 'tg1.anthropic.Sig==', index: 0, format: 'anthropic-claude-v1' },
      { type: 'reasoning.encrypted', data: 'tg1.anthropic.Enc==', index: 1, format: 'anthropic-claude-v1' },
      { type: 'reasoning.text', text: 'own', signature: 'S', index: 2, format: 'x' },
    ];
    const [turn] = talk({ role: 'assistant', content: 'x', reasoning_content: 'T', reasoning_details: details });
    const own = JSON.stringify({ type: 'reasoning.text', signature: 'S', index: 2, format: 'x' });
    expect(turn?.blocks.slice(0, 3)).toEqual([
      { type: 'thinking', text: 'T', seal: { dialect: 'anthropic', value: 'Sig==' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'Enc==' } },
      { type: 'thinking', text: 'own', seal: { dialect: 'openai-chat', value: own } },
    ]);
  });

  it('case 68: thinking_blocks and plain reasoning are understood as well', () => {
    const blocks = [
      { type: 'thinking', thinking: 'T', signature: 'S' },
      { type: 'redacted_thinking', data: 'D' },
    ];
    expect(talk({ role: 'assistant', content: null, thinking_blocks: blocks })[0]?.blocks).toEqual([
      { type: 'thinking', text: 'T', seal: { dialect: 'anthropic', value: 'S' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'D' } },
    ]);
    expect(talk({ role: 'assistant', content: '', reasoning: 'R' })[0]?.blocks).toEqual([
      { type: 'thinking', text: 'R' },
    ]);
  });

  it('case 55: the seal of a tool call travels beside it', () => {
    const details = [
      { type: 'reasoning.encrypted', data: 'tg1.gemini.TS', id: 'a', index: 0, format: 'google-gemini-v1' },
    ];
    const asked = { role: 'assistant', content: null, tool_calls: [call('a')], reasoning_details: details };
    const [turn] = talk(asked, { role: 'tool', tool_call_id: 'a', content: '' });
    expect(turn?.blocks).toEqual([
      { type: 'tool-call', id: 'a', name: 'f', args: '{}', seal: { dialect: 'gemini', value: 'TS' } },
    ]);
  });
});

describe('media', () => {
  const image = (url: string) => ({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] });
  const file = (data: object) => ({ role: 'user', content: [{ type: 'file', file: data }] });

  it.each([
    ['data:image/png;base64,AA==', 'image/png', 'AA=='],
    ['data:image/PNG;charset=x;base64,AA==', 'image/png', 'AA=='],
    ['data:image/jpg;base64,AAAA', 'image/jpeg', 'AAAA'],
    ['data:image/png;base64,-_-_', 'image/png', '+/+/'],
    ['data:image/png;base64,AA\nAA\r\n AA', 'image/png', 'AAAAAA=='],
    [`data:image/jpeg;base64,${png}`, 'image/png', png],
  ])('case 31: %s is read', (url, mediaType, base64) => {
    expect(talk(image(url))[0]?.blocks).toEqual([{ type: 'media', kind: 'image', mediaType, source: { base64 } }]);
  });

  it.each([
    'data:image/png,AA==',
    'data:image/png;base64,',
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:image/bmp;base64,Qk0=',
    'data:;base64,AA==',
    'data:image/png;base64,%%%',
    'data:image/png;base64,AAAAA',
    'ftp://example.com/i.png',
    'file:///etc/passwd',
    'x',
  ])('case 32: %s is refused by the path of its part', (url) => {
    expect(refusedMessages(image(url)).param).toBe('messages[0].content[0].image_url.url');
  });

  it('case 36: a file is a document with its name; a file id says whose it is', () => {
    const pdf = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' };
    const document = { type: 'media', kind: 'document', name: 'a.pdf', mediaType: 'application/pdf' };
    expect(talk(file(pdf))[0]?.blocks).toEqual([{ ...document, source: { base64: 'JVBERi0=' } }]);
    expect(talk(file({ ...pdf, file_data: 'JVBERi0=' }))[0]?.blocks).toEqual([
      { ...document, source: { base64: 'JVBERi0=' } },
    ]);
    expect(talk(file({ file_data: 'data:text/plain;base64,aGk=' }))[0]?.blocks).toMatchObject([
      { source: { text: 'hi' } },
    ]);
    expect(talk(file({ file_id: 'file-1' }))[0]?.blocks).toMatchObject([
      { source: { file: 'file-1' }, carried: { dialect: 'openai-chat' } },
    ]);
    expect(refusedMessages(file({})).param).toBe('messages[0].content[0].file.file_data');
  });

  it('case 37: audio is read', () => {
    const content = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }];
    expect(talk({ role: 'user', content })[0]?.blocks).toEqual([
      { type: 'media', kind: 'audio', mediaType: 'audio/wav', source: { base64: 'AAAA' } },
    ]);
  });
});

describe('tools', () => {
  const tools = ['f', 'g'].map((name) => ({ type: 'function', function: { name } }));

  it('case 44: a tool needs a name alone; its schema keeps its bytes', () => {
    const body =
      '{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"z":1.0,"a":12345678901234567890}}}]}';
    const request = openaiChat.parseRequest(parseJson(Buffer.from(body), openaiChat.rawKeys));
    expect(request.tools).toEqual([{ name: 'f', strict: true, schema: '{"z":1.0,"a":12345678901234567890}' }]);
    expect(ask({ tools }).tools).toEqual([{ name: 'f' }, { name: 'g' }]);
    expect(refusedParam({ tools: [{ type: 'function', function: {} }] })).toBe('tools[0].function.name');
    expect(refusedParam({ tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] })).toBe(
      'tools[0].function.parameters',
    );
  });

  it.each([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    ['any', { type: 'required' }],
    [
      { type: 'function', function: { name: 'g' } },
      { type: 'tool', name: 'g' },
    ],
  ])('case 46: tool_choice %j', (choice, expected) => {
    expect(ask({ tools, tool_choice: choice }).toolChoice).toEqual(expected);
  });

  it('case 46: allowed_tools leaves only those tools', () => {
    const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'g' } }] };
    const request = ask({ tools, tool_choice: { type: 'allowed_tools', allowed_tools: allowed } });
    expect([request.tools, request.toolChoice]).toEqual([[{ name: 'g' }], { type: 'required' }]);
  });

  it('case 46: a choice that nothing can satisfy is refused, one that asks for nothing is not', () => {
    expect(refusedParam({ tool_choice: 'required' })).toBe('tool_choice');
    expect(refusedParam({ tools, tool_choice: { type: 'function', function: { name: 'h' } } })).toBe('tool_choice');
    expect(refusedParam({ tools, tool_choice: 'maybe' })).toBe('tool_choice');
    expect(ask({ tool_choice: 'auto' }).toolChoice).toBeUndefined();
  });

  it('case 47, 56, 57: the parallel switch, custom tools, and tools that a provider runs', () => {
    const request = ask({
      parallel_tool_calls: false,
      tools: [{ type: 'custom', custom: { name: 'c', format: { type: 'text' } } }, { type: 'web_search' }],
    });
    expect(request.parallelToolCalls).toBe(false);
    expect(request.tools[0]).toMatchObject({ name: 'c', form: 'freeform' });
    expect(request.tools[1]).toMatchObject({ name: 'web_search', opaque: true });
  });
});

describe('parameters', () => {
  it('case 70: both limits are checked, the newer one counts', () => {
    expect(ask({ max_tokens: 5, max_completion_tokens: 7 }).maxTokens).toBe(7);
    expect(ask().maxTokens).toBeUndefined();
    for (const bad of [0, -1, 100.5, 1e12, '100', true]) {
      expect(refusedParam({ max_tokens: bad })).toBe('max_tokens');
      expect(refusedParam({ max_tokens: 5, max_completion_tokens: bad })).toBe('max_completion_tokens');
      expect(refusedParam({ max_completion_tokens: 5, max_tokens: bad })).toBe('max_tokens');
    }
  });

  it('case 71: stop is a string or a list', () => {
    expect(ask({ stop: 'END' }).stop).toEqual(['END']);
    expect(ask({ stop: [' ', 'b'] }).stop).toEqual([' ', 'b']);
    expect(ask({ stop: [] }).stop).toBeUndefined();
    expect(refusedParam({ stop: 5 })).toBe('stop');
    expect(refusedParam({ stop: ['a', ''] })).toBe('stop[1]');
  });

  it.each([
    [{ reasoning_effort: 'none' }, { mode: 'off', effort: 'none' }],
    [{ reasoning_effort: 'xhigh' }, { mode: 'adaptive', effort: 'xhigh' }],
    [{ reasoning: { max_tokens: 2000 } }, { mode: 'budget', budgetTokens: 2000 }],
    [{ reasoning: { enabled: false } }, { mode: 'off' }],
    [{ thinking: { type: 'enabled', budget_tokens: 4096 } }, { mode: 'budget', budgetTokens: 4096 }],
    [{ thinking: { type: 'disabled' } }, { mode: 'off' }],
  ])('case 64: %j asks for thinking', (body, thinking) => {
    expect(ask(body).thinking).toEqual(thinking);
  });

  it('case 74: the format keeps its schema', () => {
    expect(ask({ response_format: { type: 'json_object' } }).format).toEqual({ type: 'json-object' });
    expect(ask({ response_format: { type: 'text' } }).format).toBeUndefined();
    const spec = { name: 'n', strict: true, schema: { type: 'object' } };
    expect(ask({ response_format: { type: 'json_schema', json_schema: spec } }).format).toEqual({
      type: 'json-schema',
      name: 'n',
      strict: true,
      schema: '{"type":"object"}',
    });
    expect(refusedParam({ response_format: { type: 'json_schema', json_schema: { name: 'n' } } })).toBe(
      'response_format.json_schema.schema',
    );
  });

  it('case 75: sampling has its ranges, and 0 stays 0', () => {
    expect(ask({ temperature: 0, top_p: 0 })).toMatchObject({ temperature: 0, topP: 0 });
    for (const [field, bad] of Object.entries({ temperature: 2.1, top_p: 1.1, presence_penalty: -3, seed: 1.5 })) {
      expect(refusedParam({ [field]: bad })).toBe(field);
    }
  });

  it('case 72, 73, 76, 79: what is not modelled is carried by name', () => {
    const extra = {
      n: 3,
      logprobs: true,
      modalities: ['text', 'audio'],
      foo: 1,
      verbosity: 'low',
      stream_options: { x: 1 },
    };
    expect(ask({ ...extra, store: null }).carried).toEqual({ dialect: 'openai-chat', raw: extra });
  });

  it('case 77: the end user is known by either name', () => {
    expect(ask({ user: 'u' }).endUser).toBe('u');
    expect(ask({ user: 'u', safety_identifier: 's' }).endUser).toBe('s');
  });
});
