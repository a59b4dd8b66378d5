import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import type { ChatRequest } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { openaiChat } from './index.ts';

function parse(body: unknown): ChatRequest {
  return openaiChat.parseRequest(parseJson(Buffer.from(JSON.stringify(body)), openaiChat.rawKeys), {
    // The path names no model.
    model: '',
    stream: false,
  });
}

function ask(more: object = {}): ChatRequest {
  return parse({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });
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

describe('tools', () => {
  const tools = ['f', 'g'].map((name) => ({ type: 'function', function: { name } }));

  it('case 44: a tool needs a name alone; its schema keeps its bytes', () => {
    const body =
      '{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"z":1.0,"a":12345678901234567890}}}]}';
    const request = openaiChat.parseRequest(parseJson(Buffer.from(body), openaiChat.rawKeys), {
      model: 'm',
      stream: false,
    });
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
