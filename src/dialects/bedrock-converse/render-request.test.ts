import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../llm/chat.ts';
import { assistant, call, parse, pdf, refusal, render, result, system, text, user } from './codec.fixture.ts';

const tools = [{ name: 'f' }];
const turns = [user(text('q')), assistant(call('a')), user(result('a', text('1')))];
const format = (schema: string) => ({ type: 'json-schema', schema }) as const;

describe('a request in Converse', () => {
  it('says everything where the API has it, the messages last', () => {
    const { text: json, dropped } = render(
      {
        system: [text('s')],
        turns: [...turns, user(text('go on'))],
        tools: [{ name: 'f', description: 'd', schema: '{"type":"object","x":1.0}', strict: true, cache: '1h' }],
        toolChoice: { type: 'tool', name: 'f' },
        ...{ maxTokens: 9, temperature: 0.5, topP: 0.9, stop: ['x'] },
        format: { type: 'json-schema', name: 'n', schema: '{"type":"object","additionalProperties":false}' },
      },
      { outputTokensMax: 100 },
    );
    expect(dropped).toEqual([]);
    expect(json).toBe(
      [
        '{"inferenceConfig":{"maxTokens":9,"temperature":0.5,"topP":0.9,"stopSequences":["x"]}',
        '"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\\"type\\":\\"object\\",\\"additionalProperties\\":false}","name":"n"}}}}',
        '"toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object","x":1.0}},"strict":true}},{"cachePoint":{"type":"default","ttl":"1h"}}],"toolChoice":{"tool":{"name":"f"}}}',
        '"system":[{"text":"s"}]',
        '"messages":[{"role":"user","content":[{"text":"q"}]}',
        '{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}}]}',
        '{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"text":"1"}]}},{"text":"go on"}]}]}',
      ].join(','),
    );
  });

  it('one more turn leaves the bytes before it as they were', () => {
    const conversation = [...turns, assistant(text('x'), call('a')), user(result('a', pdf('r.pdf')), pdf('r'))];
    const more = [...conversation, assistant(call('a')), user(result('a', pdf('r.pdf')), text('next'))];
    const [short, long] = [conversation, more].map((each) => render({ turns: each, tools, system: [text('s')] }).text);
    expect(long?.startsWith(short?.slice(0, -2) ?? '?')).toBe(true);
  });

  it('lets roles alternate, results first, and says nothing blank', () => {
    const { body } = render({
      tools,
      turns: [
        user(text('a')),
        user(text(' '), text('b')),
        assistant(text('')),
        assistant(call('1'), call('2')),
        user(text('first')),
        user(result('2', text('two')), result('1'), text('then')),
      ],
    });
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: ['1', '2'].map((id) => ({ toolUse: { toolUseId: id, name: 'f', input: {} } })) },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: '2', content: [{ text: 'two' }] } },
          { toolResult: { toolUseId: '1', content: [{ text: '(empty)' }] } },
          { text: 'first' },
          { text: 'then' },
        ],
      },
    ]);
  });

  it('gives each call a legal id of its own, and each result that of its call', () => {
    const long = 'x'.repeat(80);
    const { body } = render({
      tools,
      turns: [
        user(text('q')),
        assistant(call('call:1'), call(long)),
        user(result(long, text('b')), result('call:1', text('a'))),
        assistant(call('call:1')),
        user(result('call:1', text('c'))),
      ],
    });
    const parts = (body.messages as { content: Record<string, { toolUseId?: string }>[] }[]).flatMap(
      ({ content }) => content,
    );
    const ids = (kind: string) => parts.flatMap((part) => part[kind]?.toolUseId ?? []);
    const [first, second, third] = ids('toolUse');
    expect(ids('toolResult')).toEqual([second, first, third]);
    expect([first, third]).toEqual(['call_1', 'call_1_2']);
    for (const id of ids('toolUse')) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it('instructions in between are given in a user message, and noted', () => {
    const { body, dropped } = render({ turns: [system(text('early')), user(text('q')), system(text('late'))] });
    expect(body.system).toEqual([{ text: 'early' }]);
    expect(body.messages).toEqual([{ role: 'user', content: [{ text: 'q' }, { text: '<system>\nlate\n</system>' }] }]);
    expect(dropped).toEqual(['messages.role']);
  });

  it('names its tools where one was called, even when none is offered any more', () => {
    const { body } = render({ turns: [...turns, user(text('sum up'))] });
    expect(body.toolConfig).toMatchObject({
      tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
    });
    const said = { text: 'Answer without calling any tool.' };
    expect(body.system).toEqual([said]);
    const again = render({ system: [text(said.text)], turns: [...turns, user(text('sum up'))] });
    expect(again.body.system).toEqual([said]);
  });

  it('"none" is the absence of tools, or, where a tool was called, asked for in words and noted', () => {
    const none = { type: 'none' } as const;
    expect(render({ tools, toolChoice: none })).toMatchObject({
      body: expect.not.objectContaining({ toolConfig: expect.anything() }),
      dropped: [],
    });
    expect(render({ tools, toolChoice: none, turns }).dropped).toEqual(['tool_choice']);
  });

  it('documents have legal names of their own, and words beside them', () => {
    const { body, dropped } = render({ turns: [user(pdf('Q3_report.final.pdf'), pdf(), pdf(), pdf('document'))] });
    const names = (body.messages as { content: { document?: { name: string } }[] }[])[0]?.content.map(
      ({ document }) => document?.name,
    );
    expect(names).toEqual(['Q3-report-final-pdf', 'document', 'document 2', 'document 3', undefined]);
    expect(JSON.stringify(body)).toContain(
      '{"text":"Attached: Q3-report-final-pdf, document, document 2, document 3"}',
    );
    expect(dropped).toEqual(['messages.content.filename']);
  });

  it('keeps the last four cache points, and none where the model refuses them', () => {
    const marked = (value: string) => ({ ...text(value), cache: '5m' as const });
    const many = { turns: [user(...['a', 'b', 'c', 'd', 'e'].map(marked))], system: [marked('s')] };
    const { text: json, dropped } = render(many);
    expect(json.match(/cachePoint/g)).toHaveLength(4);
    expect(json).toContain('"system":[{"text":"s"}]');
    expect(dropped).toEqual(['cache_control']);
    expect(render(many, { refusesCacheMarks: 'everywhere' })).toMatchObject({
      text: expect.not.stringContaining('cachePoint'),
      dropped: ['cache_control'],
    });
    const tool = { tools: [{ name: 'f', cache: '5m' as const }], system: [marked('s')] };
    expect(render(tool, { refusesCacheMarks: 'in-tools' })).toMatchObject({
      body: {
        toolConfig: { tools: [{ toolSpec: { name: 'f' } }] },
        system: [{ text: 's' }, { cachePoint: { type: 'default' } }],
      },
      dropped: ['cache_control'],
    });
  });

  it('gives back thinking that it sealed, and nobody else’s', () => {
    const sealed = (dialect: 'bedrock-converse' | 'anthropic') =>
      ({ type: 'thinking', text: 't', seal: { dialect, value: 'c2Vh' } }) as const;
    const { body, dropped } = render({
      turns: [user(text('q')), assistant(sealed('bedrock-converse'), sealed('anthropic'), text('a')), user(text('r'))],
    });
    expect((body.messages as unknown[])[1]).toEqual({
      role: 'assistant',
      content: [{ reasoningContent: { reasoningText: { text: 't', signature: 'c2Vh' } } }, { text: 'a' }],
    });
    expect(dropped).toEqual(['thinking']);
  });

  it.each<[string, Partial<ChatRequest>, Parameters<typeof render>[1], unknown, string[]]>([
    [
      'a budget',
      { thinking: { mode: 'budget', budgetTokens: 2000 } },
      { thinking: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      [],
    ],
    [
      'a word as a budget',
      { thinking: { mode: 'adaptive', effort: 'high' }, maxTokens: 10_000 },
      { thinking: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 8000 } },
      [],
    ],
    [
      'no room',
      { thinking: { mode: 'adaptive', effort: 'low' }, maxTokens: 1000 },
      { thinking: 'budget' },
      undefined,
      ['thinking'],
    ],
    [
      'adaptively',
      { thinking: { mode: 'budget', budgetTokens: 9000 } },
      { thinking: 'adaptive' },
      { thinking: { type: 'adaptive' } },
      [],
    ],
    [
      'a word',
      { thinking: { mode: 'adaptive', effort: 'minimal' } },
      { thinking: 'effort' },
      { reasoning_effort: 'low' },
      [],
    ],
    [
      'off, to a model that always thinks',
      { thinking: { mode: 'off' } },
      { thinking: 'effort' },
      { reasoning_effort: 'low' },
      ['thinking'],
    ],
    ['a model that does not think', { thinking: { mode: 'adaptive' } }, { thinking: 'none' }, undefined, ['thinking']],
    ['a model that is not known', { thinking: { mode: 'adaptive' } }, {}, undefined, ['thinking']],
    [
      'a forced call',
      { thinking: { mode: 'adaptive' }, tools, toolChoice: { type: 'required' } },
      { thinking: 'adaptive' },
      undefined,
      ['thinking'],
    ],
    [
      'thinking that was lost',
      { thinking: { mode: 'budget', budgetTokens: 2000 }, tools, turns },
      { thinking: 'budget' },
      undefined,
      ['thinking'],
    ],
    [
      'the rest that excludes it',
      { thinking: { mode: 'adaptive' }, temperature: 0.5, topK: 5 },
      { thinking: 'adaptive' },
      { thinking: { type: 'adaptive' } },
      ['temperature', 'top_k'],
    ],
    ['a field of the model’s own', { topK: 5 }, { thinking: 'budget' }, { top_k: 5 }, []],
  ])('how much to think: %s', (_name, request, model, fields, dropped) => {
    const rendered = render(request, model);
    expect([rendered.body.additionalModelRequestFields, rendered.dropped]).toEqual([fields, dropped]);
  });

  it('what it read itself, it writes again', () => {
    const body = {
      inferenceConfig: { maxTokens: 5, next: 1 },
      additionalModelRequestFields: { anthropic_beta: ['b'], thinking: { type: 'enabled', budget_tokens: 2048 } },
      outputConfig: { effort: 'high' },
      guardrailConfig: { guardrailIdentifier: 'g' },
      toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] },
      system: [{ guardContent: { text: { text: 's', qualifiers: ['query'] } } }],
      messages: [
        {
          role: 'user',
          content: [{ searchResult: { source: 's', title: 't', content: [{ text: 'c' }] } }, { text: 'q' }],
        },
      ],
    };
    expect(render(parse(body))).toMatchObject({ body, dropped: [] });
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['temperature', { temperature: 1.5 }],
    ['stop[1]', { stop: ['a', ''] }],
    ['messages', { turns: [] }],
    ['messages', { turns: [assistant(text('a'))] }],
    ['tools[0].name', { tools: [{ name: 'a.b' }] }],
    ['tools[0].name', { tools: [{ name: 'x'.repeat(65) }] }],
    ['tools[0]', { tools: [{ name: 'a', form: 'freeform' }] }],
    ['tools[0]', { tools: [{ name: 'web', opaque: true, carried: { dialect: 'anthropic', raw: {} } }] }],
    ['tool_choice', { toolChoice: { type: 'required' } }],
    ['tool_choice', { tools, toolChoice: { type: 'tool', name: 'g' } }],
    ['messages[1].content[0]', { turns: [user(text('q')), assistant(call('a', '[]'))] }],
    [
      'messages[0].content[0]',
      { turns: [user({ type: 'media', kind: 'image', source: { url: 'https://x/y.png' }, mediaType: 'image/png' })] },
    ],
    [
      'messages[0].content[0]',
      { turns: [user({ type: 'media', kind: 'image', source: { base64: 'AAAA' }, mediaType: 'image/tiff' })] },
    ],
    [
      'messages[0].content[0]',
      { turns: [user({ type: 'media', kind: 'document', source: { file: 'file_1' }, mediaType: 'application/pdf' })] },
    ],
    ['response_format', { format: format('[]') }],
  ])('is refused where it cannot be said: %s', (param, request) => {
    expect(refusal(() => render(request))).toBe(param);
  });

  it('notes hints that have no place', () => {
    const hints = { seed: 1, frequencyPenalty: 1, presencePenalty: 1, endUser: 'u', parallelToolCalls: false, tools };
    expect(
      render({ ...hints, format: { type: 'json-object' }, maxTokens: 9 }, { outputTokensMax: 5 }).dropped.toSorted(),
    ).toEqual([
      'frequency_penalty',
      'max_tokens',
      'parallel_tool_calls',
      'presence_penalty',
      'response_format',
      'seed',
      'user',
    ]);
  });
});
