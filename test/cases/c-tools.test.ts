/** Cases 44, 46, 47, 56, 57 and 60, FX2 and the tools of FX10: what tools are offered, and how the model may choose. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asked, askedRaw, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { askStream, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: {
      m: { outputTokensMax: 64_000 },
      thinker: { thinking: 'budget', outputTokensMax: 64_000 },
      adaptive: { thinking: 'adaptive', outputTokensMax: 64_000 },
    },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const fn = (name: string, rest: object = {}) => ({ type: 'function', function: { name, ...rest } });
const own = (name: string, rest: object = {}) => ({ name, input_schema: { type: 'object', properties: {} }, ...rest });
const messages = [{ role: 'user', content: 'hi' }];

describe('case 44: tool definitions', () => {
  it('without parameters or with empty ones have an empty object schema over anthropic', async () => {
    const tools = [fn('a'), fn('b', { parameters: {} }), fn('c', { parameters: null, description: null })];
    const { up } = await asked(rig, 'chat', 'an/m', { tools });
    expect(up.tools).toEqual([own('a'), own('b'), own('c')]);
  });

  it('keep strict, description and the bytes of their schema, both ways', async () => {
    const schema =
      '{"type":"object","properties":{"z":{"type":"integer","maximum":12345678901234567890},"a":{"const":1.0}}}';
    const body = `{"model":"an/m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","description":"D","strict":true,"parameters":${schema}}}]}`;
    const chat = await askedRaw(rig, 'chat', 'an/m', body);
    expect(chat.upText).toContain(`{"name":"f","description":"D","input_schema":${schema},"strict":true}`);
    rig.forget();
    const other = `{"model":"oa/m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","description":"D","strict":true,"input_schema":${schema}}]}`;
    const made = await askedRaw(rig, 'messages', 'oa/m', other);
    expect(made.upText).toContain(`"parameters":${schema}`);
    expect(made.up.tools).toMatchObject([
      { type: 'function', function: { name: 'f', description: 'D', strict: true } },
    ]);
  });

  it('may be 128, in their order', async () => {
    const names = Array.from({ length: 128 }, (_, i) => `tool_${i}`);
    const chat = await asked(rig, 'chat', 'an/m', { tools: names.map((name) => fn(name)) });
    expect(chat.up.tools).toEqual(names.map((name) => own(name)));
    rig.forget();
    const other = await asked(rig, 'messages', 'oa/m', { tools: names.map((name) => own(name)) });
    expect((other.up.tools as { function: { name: string } }[]).map((tool) => tool.function.name)).toEqual(names);
  });

  it('may have a name of 100 characters over anthropic, and come back by it', async () => {
    const name = `mcp__${'x'.repeat(95)}`;
    const { up } = await asked(rig, 'chat', 'an/m', { tools: [fn(name)] });
    expect(up.tools).toEqual([own(name)]);
  });

  it.each(['get.weather', 'a b', 'é', 'x'.repeat(129)])('named %s are refused over anthropic', async (name) => {
    await refused(rig, 'chat', 'an/m', { tools: [fn('ok'), fn(name)] }, { param: 'tools[1].name' });
  });

  it.each([
    ['a schema that is no object', 'chat', 'an/m', fn('f', { parameters: { type: 'string' } })],
    ['a schema that is a list', 'chat', 'an/m', fn('f', { parameters: [] })],
    ['the other door’s form', 'chat', 'an/m', own('f')],
    ['the other door’s form', 'messages', 'oa/m', fn('f')],
    ['no name', 'chat', 'an/m', fn('')],
    ['no name', 'messages', 'oa/m', own('')],
  ] as const)('with %s are refused on the %s door, with their place', async (_name, door, model, tool) => {
    await refused(rig, door, model, { tools: [tool] }, { says: /tools\[0\]/ });
  });
});

describe('case 46: tool_choice', () => {
  const named = { type: 'function', function: { name: 'f' } };
  it.each<[unknown, unknown]>([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    ['any', { type: 'any' }],
    [named, { type: 'tool', name: 'f' }],
    [undefined, undefined],
  ])('%j of a chat caller is %j over anthropic', async (choice, due) => {
    const { up } = await asked(rig, 'chat', 'an/m', { tools: [fn('f')], tool_choice: choice });
    expect(up.tool_choice).toEqual(due);
    expect(up.tools).toHaveLength(1);
  });

  it.each<[object | undefined, unknown]>([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'none' }, 'none'],
    [{ type: 'any' }, 'required'],
    [{ type: 'tool', name: 'f' }, named],
    [undefined, undefined],
  ])('%j of a Messages caller is %j over openai-chat', async (choice, due) => {
    const { up } = await asked(rig, 'messages', 'oa/m', { tools: [own('f')], tool_choice: choice });
    expect(up.tool_choice).toEqual(due);
    expect(up.tools).toHaveLength(1);
  });

  it.each(['auto', 'required'])('allowed_tools (%s) offers only those', async (mode) => {
    const choice = { type: 'allowed_tools', allowed_tools: { mode, tools: [fn('b')] } };
    const { up } = await asked(rig, 'chat', 'an/m', { tools: [fn('a'), fn('b')], tool_choice: choice });
    expect(up.tools).toEqual([own('b')]);
    expect(up.tool_choice).toEqual({ type: mode === 'auto' ? 'auto' : 'any' });
  });

  it('that forces a call without tools, or names an unknown one, is refused', async () => {
    const choices = [{ tool_choice: 'required' }, { tool_choice: named }, { tools: [fn('g')], tool_choice: named }];
    for (const rest of choices) {
      rig.forget();
      await refused(rig, 'chat', 'an/m', rest, { param: 'tool_choice' });
    }
    rig.forget();
    await refused(rig, 'messages', 'oa/m', { tool_choice: { type: 'any' } }, { says: /tool_choice/ });
    rig.forget();
    const unknown = { tools: [own('g')], tool_choice: { type: 'tool', name: 'f' } };
    await refused(rig, 'messages', 'oa/m', unknown, { says: /tool_choice/ });
  });

  it('that forces nothing, without tools, says nothing', async () => {
    for (const choice of ['auto', 'none']) {
      rig.forget();
      expect((await asked(rig, 'chat', 'an/m', { tool_choice: choice })).up.tool_choice).toBeUndefined();
      rig.forget();
      const other = await asked(rig, 'messages', 'oa/m', { tool_choice: { type: choice } });
      expect(other.up.tool_choice).toBeUndefined();
    }
  });
});

describe('case 47: one call at a time', () => {
  const one = { disable_parallel_tool_use: true };
  it.each<[unknown, object]>([
    [undefined, { type: 'auto', ...one }],
    ['auto', { type: 'auto', ...one }],
    ['required', { type: 'any', ...one }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f', ...one },
    ],
    ['none', { type: 'none' }],
  ])('parallel_tool_calls false with tool_choice %j', async (choice, due) => {
    const rest = { tools: [fn('f')], tool_choice: choice, parallel_tool_calls: false };
    const { up } = await asked(rig, 'chat', 'an/m', rest);
    expect(up.tool_choice).toEqual(due);
  });

  it('parallel_tool_calls true is what happens anyway', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { tools: [fn('f')], parallel_tool_calls: true });
    expect(up.tool_choice).toBeUndefined();
  });

  it.each(['auto', 'any'])('disable_parallel_tool_use with %s is parallel_tool_calls false', async (type) => {
    const { up } = await asked(rig, 'messages', 'oa/m', { tools: [own('f')], tool_choice: { type, ...one } });
    expect(up).toMatchObject({ parallel_tool_calls: false, tool_choice: type === 'any' ? 'required' : 'auto' });
  });

  it('without tools says nothing', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { parallel_tool_calls: false });
    expect(up.tool_choice).toBeUndefined();
  });
});

describe('case 56: custom tools', () => {
  const custom = { type: 'custom', custom: { name: 'sh', description: 'shell' } };

  it('are refused over anthropic, as a tool and in history', async () => {
    await refused(rig, 'chat', 'an/m', { tools: [custom] }, { param: 'tools[0]' });
    rig.forget();
    const history = [
      ...messages,
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'r' },
    ];
    await refused(rig, 'chat', 'an/m', { messages: history }, { says: /messages\[1\].*free text/ });
  });

  it('are relayed over openai-chat', async () => {
    const { up } = await asked(rig, 'chat', 'oa/m', { tools: [custom] });
    expect(up.tools).toEqual([custom]);
  });
});

describe('case 56: legacy functions', () => {
  const functions = [{ name: 'f', description: 'D', parameters: { type: 'object', properties: {} } }];
  const say = { tools: [{ id: 'toolu_1', name: 'f', args: '{"x":1}' }] };
  const history = [
    ...messages,
    { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
    { role: 'function', name: 'f', content: 'r' },
  ];

  it('are tools over anthropic, one call at a time, and their history is calls and results', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { functions, function_call: 'auto', messages: history });
    expect(up.tools).toEqual([own('f', { description: 'D' })]);
    expect(up.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    const [use, result] = up.messages.slice(1).map((message) => (message as { content: object[] }).content[0]);
    expect(use).toMatchObject({ type: 'tool_use', name: 'f', input: { x: 1 } });
    expect(result).toEqual({ type: 'tool_result', tool_use_id: (use as { id: string }).id, content: 'r' });
    expect(dropped).toEqual([]);
  });

  it('are called by function_call, the only place where their caller looks', async () => {
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, messagesJson(say)));
    const { answer } = await asked(rig, 'chat', 'an/m', { functions, function_call: { name: 'f' } });
    const message = {
      role: 'assistant',
      content: null,
      refusal: null,
      function_call: { name: 'f', arguments: '{"x":1}' },
    };
    expect(answer.json()).toMatchObject({ choices: [{ message, finish_reason: 'function_call' }] });
    expect(answer.body).not.toContain('tool_calls');
  });

  it.each(['{"x":1}', '{}'])('are called by function_call in a stream, with arguments %s', async (args) => {
    const wire = wireText(messagesStream({ tools: [{ id: 'toolu_1', name: 'f', args }] }));
    rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, wire));
    const answer = await askStream(rig, 'chat', 'an/m', { functions });
    expect(violations('chat', answer.body, 'whole')).toEqual([]);
    const calls = [...answer.body.matchAll(/"function_call":(\{.*?\})\}/g)].map((match) =>
      JSON.parse(match[1] ?? '{}'),
    );
    expect(calls[0]).toEqual({ name: 'f', arguments: '' });
    expect(calls.map((call) => call.arguments).join('')).toBe(args);
    expect(readStream('chat', answer.body)).toMatchObject({ calls: [], stop: 'function_call' });
  });

  it('are relayed over openai-chat', async () => {
    const { up } = await asked(rig, 'chat', 'oa/m', { functions, messages: history });
    expect(up).toMatchObject({ functions, messages: history });
  });
});

describe('case 57: server tools of a Messages caller over openai-chat', () => {
  it.each([
    { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
    { type: 'bash_20250124', name: 'bash' },
    { type: 'code_execution_20250825', name: 'code_execution' },
    { type: 'memory_20250818', name: 'memory' },
  ])('$name is refused by name; its tool_choice is never kept without it', async (tool) => {
    const rest = { tools: [own('f'), tool], tool_choice: { type: 'tool', name: tool.name } };
    await refused(rig, 'messages', 'oa/m', rest, { says: new RegExp(`${tool.name}.*${tool.type}`) });
  });

  it('web_search_options of a chat caller are refused over anthropic', async () => {
    await refused(rig, 'chat', 'an/m', { web_search_options: {} }, { param: 'web_search_options' });
  });

  it('mcp_servers are refused, and an empty list of them is not', async () => {
    const server = { type: 'url', url: 'https://x.example', name: 'x' };
    await refused(rig, 'messages', 'oa/m', { mcp_servers: [server] }, { says: /mcp_servers/ });
    rig.forget();
    await asked(rig, 'messages', 'oa/m', { mcp_servers: [] });
  });
});

describe('case 60: a forced call and thinking', () => {
  it.each([
    ['budget', 'an/thinker', 'required', { type: 'any' }],
    ['adaptive', 'an/adaptive', { type: 'function', function: { name: 'f' } }, { type: 'tool', name: 'f' }],
    ['unknown', 'an/m', 'required', { type: 'any' }],
  ])('exclude each other (%s): the call wins, and that is reported', async (_form, model, choice, due) => {
    const rest = { reasoning_effort: 'high', max_tokens: 20_000, tools: [fn('f')], tool_choice: choice };
    const { up, dropped } = await asked(rig, 'chat', model, rest);
    expect(up.thinking).toBeUndefined();
    expect(up.tool_choice).toEqual(due);
    expect(dropped).toEqual(['thinking']);
  });

  it('FX10: low effort, a temperature and a forced call are a request that the API takes', async () => {
    const rest = { reasoning_effort: 'low', temperature: 0.2, tool_choice: 'required', tools: [fn('f')] };
    const { up, dropped } = await asked(rig, 'chat', 'an/thinker', rest);
    expect(up.thinking).toBeUndefined();
    expect(up.temperature).toBe(0.2);
    expect(dropped).toEqual(['thinking']);
  });

  it('without force both stay, and the temperature goes', async () => {
    const rest = { reasoning_effort: 'low', temperature: 0.2, tools: [fn('f')], max_tokens: 8000 };
    const { up, dropped } = await asked(rig, 'chat', 'an/thinker', rest);
    expect(up.thinking).toMatchObject({ type: 'enabled' });
    expect(up.temperature).toBeUndefined();
    expect(dropped).toEqual(['temperature']);
  });
});

describe('FX2: a whole history of a chat caller over anthropic', () => {
  it('is a request that the API takes, with nothing lost', async () => {
    const call = (id: string, args: string) => ({ id, type: 'function', function: { name: 'f', arguments: args } });
    const { up, dropped } = await asked(rig, 'chat', 'an/m', {
      parallel_tool_calls: false,
      tools: [fn('f')],
      messages: [
        { role: 'developer', content: 'D' },
        { role: 'user', content: 'q' },
        { role: 'assistant', content: null, tool_calls: [call('functions.f:0', ''), call('functions.f:1', '{}')] },
        { role: 'tool', tool_call_id: 'functions.f:0', content: '' },
        { role: 'system', content: 'R' },
        { role: 'tool', tool_call_id: 'functions.f:1', content: 'two' },
        { role: 'user', content: 'next' },
      ],
    });
    const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
    expect(up).toMatchObject({
      system: [{ text: 'D' }],
      tools: [own('f')],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      max_tokens: expect.any(Number),
    });
    expect(up.messages[1]).toEqual({ role: 'assistant', content: [use('functions_f_0'), use('functions_f_1')] });
    const said = up.messages.slice(2).flatMap((message) => message.content as object[]);
    expect(said).toEqual([
      { type: 'tool_result', tool_use_id: 'functions_f_0' },
      { type: 'tool_result', tool_use_id: 'functions_f_1', content: 'two' },
      { type: 'text', text: 'R' },
      { type: 'text', text: 'next' },
    ]);
    expect(dropped).toEqual([]);
  });
});
