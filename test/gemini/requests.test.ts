/** Cases B to E: bodies of chat and of Messages as they must reach a provider of Gemini, and the way back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { ask, plain } from './corpus.ts';

const thinks = { thinking: 'effort', efforts: ['low', 'medium', 'high'], callSeals: true, resultMedia: true } as const;
const budget = { thinking: 'budget', thinkingBudget: { min: 128, max: 32_768, mayBeOff: false } } as const;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: {
      three: thinks,
      pro: budget,
      flash: { ...budget, thinkingBudget: { ...budget.thinkingBudget, mayBeOff: true } },
    },
    upstream: {
      script: (_call, reply) =>
        reply.json(200, {
          candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
        }),
    },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

type Wire = Record<string, unknown>;

interface Asked {
  readonly status: number;
  readonly body: Wire;
  readonly dropped: string;
  readonly text: string;
}

async function asked(send: Promise<{ status: number; headers: object; body: string }>): Promise<Asked> {
  const { status, headers, body } = await send;
  const dropped = String((headers as Wire)['x-tollgate-dropped'] ?? '');
  return { status, body: (rig.upstream.calls[0]?.json ?? {}) as Wire, dropped, text: body };
}

const chat = (body: object, model = 'ge/m') => asked(rig.chat({ model, ...body }));
const messages = (body: object, model = 'ge/m') => asked(rig.messages({ model, max_tokens: 2000, ...body }));
const user = (content: unknown) => ({ role: 'user', content });
const hello = { messages: [user('Hello')] };
const weather = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { a: {} } } },
};
const callOf = (id: string, args: string, name = 'weather') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('the conversation', () => {
  it('instructions before it are systemInstruction, later ones are the user’s, marked (11, 13)', async () => {
    const { body, dropped } = await chat({
      messages: [{ role: 'developer', content: 'D' }, user('u'), { role: 'system', content: 'late' }, user('v')],
    });
    expect(body.systemInstruction).toEqual({ parts: [{ text: 'D' }] });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'u' }, { text: '<system>\nlate\n</system>' }, { text: 'v' }] },
    ]);
    expect(dropped).toBe('messages.role');
  });

  it('results stand first, in the order of their calls, under the names of their functions (14, 16, 18, 20, 23, 24)', async () => {
    const { body } = await messages({
      tools: ['shot', 'sum', 'nil'].map((name) => ({ name, input_schema: { type: 'object' } })),
      messages: [
        user('go'),
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 't1', name: 'shot', input: {} },
            { type: 'tool_use', id: 't2', name: 'sum', input: { b: 1, a: 2 } },
            { type: 'tool_use', id: 't3', name: 'nil', input: {} },
          ],
        },
        user([
          { type: 'tool_result', tool_use_id: 't3' },
          { type: 'tool_result', tool_use_id: 't2', is_error: true, content: 'boom' },
          {
            type: 'tool_result',
            tool_use_id: 't1',
            content: [
              { type: 'text', text: 'a' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
              { type: 'text', text: 'b' },
            ],
          },
          { type: 'text', text: 'continue' },
        ]),
      ],
    });
    const [, model, results] = body.contents as Wire[];
    expect(model).toEqual({
      role: 'model',
      parts: [
        { functionCall: { id: 't1', name: 'shot', args: {} } },
        { functionCall: { id: 't2', name: 'sum', args: { b: 1, a: 2 } } },
        { functionCall: { id: 't3', name: 'nil', args: {} } },
      ],
    });
    expect(results).toEqual({
      role: 'user',
      parts: [
        { functionResponse: { id: 't1', name: 'shot', response: { result: 'a\nb' } } },
        { functionResponse: { id: 't2', name: 'sum', response: { error: 'boom' } } },
        { functionResponse: { id: 't3', name: 'nil', response: { result: '' } } },
        { text: 'Returned by shot (call t1):' },
        { inlineData: { mimeType: 'image/png', data: 'AA==' } },
        { text: 'continue' },
      ],
    });
  });

  it('a model that takes pictures inside a result gets them there (21)', async () => {
    const { body } = await messages(
      {
        tools: [{ name: 'f', input_schema: { type: 'object' } }],
        messages: [
          user('go'),
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }] },
          user([
            {
              type: 'tool_result',
              tool_use_id: 't1',
              content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }],
            },
          ]),
        ],
      },
      'ge/three',
    );
    const [, , results] = body.contents as { parts: Wire[] }[];
    expect(results?.parts[0]).toEqual({
      functionResponse: {
        id: 't1',
        name: 'f',
        response: { result: '' },
        parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }],
      },
    });
  });

  it('neighbours of one role are one content, blank text is none (25, 27, 40)', async () => {
    const { body, dropped } = await chat({
      messages: [
        user('a'),
        user('  '),
        user('b'),
        { role: 'assistant', content: 'c' },
        { role: 'assistant', content: '' },
      ],
    });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
      { role: 'model', parts: [{ text: 'c' }] },
    ]);
    expect(dropped).toBe('prefill');
  });

  it('arguments keep their bytes, results that are objects stay objects (49)', async () => {
    const args = '{"b":1,"a":12345678901234567890,"f":1.0,"s":"\\u00e9\\/"}';
    await rig.chat({
      model: 'ge/m',
      tools: [weather],
      messages: [
        user('q'),
        { role: 'assistant', content: null, tool_calls: [callOf('c1', args)] },
        { role: 'tool', tool_call_id: 'c1', content: '{"big":12345678901234567890}' },
      ],
    });
    const sent = rig.upstream.calls[0]?.body.toString() ?? '';
    expect(sent).toContain(`"args":${args}`);
    expect(sent).toContain('"response":{"big":12345678901234567890}');
  });

  it.each(['{bad', 'null', '[1]'])('arguments %s are refused with their place (50)', async (args) => {
    const { status, text } = await chat({
      tools: [weather],
      messages: [
        user('q'),
        { role: 'assistant', content: null, tool_calls: [callOf('c1', args)] },
        { role: 'tool', tool_call_id: 'c1', content: 'x' },
      ],
    });
    expect([status, text]).toEqual([400, expect.stringContaining('messages[1]')]);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('the same conversation has the same bytes, and one turn more leaves those before it (43)', async () => {
    const turns = [
      user('q'),
      { role: 'assistant', content: 'I look', tool_calls: [callOf('c1', '{}')] },
      { role: 'tool', tool_call_id: 'c1', content: 'x' },
    ];
    const more = [...turns, { role: 'assistant', content: 'so' }, user('and?')];
    for (const list of [turns, turns, more]) await rig.chat({ model: 'ge/three', tools: [weather], messages: list });
    const [one, two, three] = rig.upstream.calls.map((call) => call.body.toString());
    expect(one).toBe(two);
    expect(three?.startsWith(one?.slice(0, -2) ?? '?')).toBe(true);
  });
});

describe('media', () => {
  const image = (url: string) => user([{ type: 'image_url', image_url: { url } }]);

  it('bytes go inline, https addresses as files (30, 31, 34, 37)', async () => {
    const { body } = await chat({
      messages: [
        image('data:image/png;base64,iVBORw0KGgo='),
        image('https://example.com/cat.jpg?x=1'),
        user([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }]),
        user([{ type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=' } }]),
      ],
    });
    expect((body.contents as Wire[])[0]?.parts).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
      { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.com/cat.jpg?x=1' } },
      { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } },
      { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
    ]);
  });

  it('what nobody may fetch is refused, and nothing leaves (30)', async () => {
    const { status, text } = await chat({ messages: [image('http://169.254.169.254/latest')] });
    expect([status, text]).toEqual([400, expect.stringContaining('fetches nothing')]);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('tools', () => {
  it('schemas stay JSON Schema, word for word; empty ones are left out (44, 45)', async () => {
    const parameters =
      '{"type":"object","$defs":{"t":{"const":"x"}},"properties":{"t":{"$ref":"#/$defs/t"},"n":{"type":["string","null"]}},"additionalProperties":false}';
    await rig.chat({
      model: 'ge/m',
      tools: [
        { type: 'function', function: { name: 'f', parameters: JSON.parse(parameters) } },
        { type: 'function', function: { name: 'none' } },
        { type: 'function', function: { name: 'empty', parameters: { type: 'object', properties: {} } } },
      ],
      ...hello,
    });
    const sent = rig.upstream.calls[0]?.body.toString() ?? '';
    expect(sent).toContain(`"parametersJsonSchema":${parameters}`);
    expect(sent).toContain('{"name":"none"},{"name":"empty"}');
  });

  it.each<[unknown, unknown]>([
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [
      { type: 'function', function: { name: 'weather' } },
      { mode: 'ANY', allowedFunctionNames: ['weather'] },
    ],
  ])('the choice %j is %j (46)', async (choice, config) => {
    const { body } = await chat({ ...hello, tools: [weather], tool_choice: choice });
    expect(body.toolConfig).toEqual({ functionCallingConfig: config });
  });

  it('one call at a time is a wish that is reported (47)', async () => {
    expect((await chat({ ...hello, tools: [weather], parallel_tool_calls: false })).dropped).toBe(
      'parallel_tool_calls',
    );
  });

  it.each<[string, () => Promise<Asked>]>([
    ['a server tool (57)', () => messages({ ...hello, tools: [{ type: 'web_search_20250305', name: 'web_search' }] })],
    ['an illegal name (44)', () => chat({ ...hello, tools: [{ type: 'function', function: { name: '1 x' } }] })],
    ['several answers (72)', () => chat({ ...hello, n: 3 })],
    ['log probabilities (73)', () => chat({ ...hello, logprobs: true })],
    ['six stop sequences (71)', () => chat({ ...hello, stop: ['1', '2', '3', '4', '5', '6'] })],
    ['instructions alone', () => chat({ messages: [{ role: 'system', content: 'S' }] })],
  ])('%s is refused before anybody is asked', async (_name, send) => {
    expect((await send()).status).toBe(400);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('options', () => {
  it('limits, sampling and format have their names here (70, 71, 74, 76)', async () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } } };
    const { body } = await chat({
      ...hello,
      ...{ max_completion_tokens: 9000, temperature: 0, top_p: 0.5, top_k: 3, seed: 7, stop: ['END'] },
      ...{ frequency_penalty: 1, presence_penalty: -1 },
      response_format: { type: 'json_schema', json_schema: { name: 'r', schema } },
    });
    expect(body.generationConfig).toEqual({
      // The model's most.
      maxOutputTokens: 4096,
      ...{ temperature: 0, topP: 0.5, topK: 3, seed: 7, stopSequences: ['END'] },
      ...{ frequencyPenalty: 1, presencePenalty: -1 },
      ...{ responseMimeType: 'application/json', responseJsonSchema: schema },
    });
  });

  it.each<[string, object, object | undefined]>([
    ['ge/three', { reasoning_effort: 'low' }, { thinkingLevel: 'low', includeThoughts: true }],
    ['ge/three', { reasoning_effort: 'xhigh' }, { thinkingLevel: 'high', includeThoughts: true }],
    ['ge/three', { reasoning_effort: 'minimal' }, { thinkingLevel: 'low', includeThoughts: true }],
    ['ge/three', { reasoning_effort: 'none' }, { thinkingLevel: 'low' }],
    ['ge/pro', { reasoning_effort: 'minimal' }, { thinkingBudget: 512, includeThoughts: true }],
    ['ge/pro', { reasoning_effort: 'medium' }, { thinkingBudget: 8192, includeThoughts: true }],
    ['ge/pro', { reasoning_effort: 'max' }, { thinkingBudget: 32_768, includeThoughts: true }],
    ['ge/pro', { reasoning_effort: 'none' }, { thinkingBudget: 128 }],
    ['ge/flash', { reasoning_effort: 'none' }, { thinkingBudget: 0 }],
    ['ge/pro', { thinking: { type: 'enabled', budget_tokens: 50 } }, { thinkingBudget: 128, includeThoughts: true }],
    ['ge/flash', {}, undefined],
  ])('%s thinks for %j as %j (66)', async (model, wish, config) => {
    const { body } = await chat({ ...hello, ...wish }, model);
    expect((body.generationConfig as Wire | undefined)?.thinkingConfig).toEqual(config);
  });

  it('hints without a counterpart are reported (39, 42, 76, 77)', async () => {
    const { dropped } = await messages({
      system: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral' } }],
      messages: [user('Hello')],
      metadata: { user_id: 'u' },
    });
    expect(dropped.split(', ').toSorted()).toEqual(['cache_control', 'user']);
  });
});

describe('signatures', () => {
  const sealed = {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'hm', thought: true },
            { functionCall: { name: 'weather', args: { x: 1 } }, thoughtSignature: 'VFM=' },
            { functionCall: { name: 'weather', args: { x: 2 } } },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 8, thoughtsTokenCount: 6, totalTokenCount: 18 },
  };
  const partsOf = (call: number) => {
    const body = rig.upstream.calls[call]?.json as { contents: { parts: Wire[] }[] } | undefined;
    return body?.contents[1]?.parts ?? [];
  };
  const wanted = [
    { functionCall: expect.objectContaining({ args: { x: 1 } }), thoughtSignature: 'VFM=' },
    { functionCall: expect.objectContaining({ args: { x: 2 } }) },
  ];

  it('of a call go to a chat client and back to their own part, and to no other (55)', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, sealed));
    const body = { model: 'ge/three', tools: [weather], messages: [user('q')] };
    const { choices } = (await rig.chat(body)).json() as { choices: { message: Wire; finish_reason: string }[] };
    const message = choices[0]?.message ?? {};
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    const ids = (message.tool_calls as { id: string }[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    const results = ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'ok' }));
    await rig.chat({ ...body, messages: [user('q'), message, ...results] });
    expect(partsOf(1)).toEqual(wanted);
  });

  it('of a call come back where the client’s dialect has no slot for them (55)', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, sealed));
    const tools = [{ name: 'weather', input_schema: { type: 'object' } }];
    const body = { model: 'ge/three', max_tokens: 100, tools, messages: [user('q')] };
    const { content, stop_reason } = (await rig.messages(body)).json() as { content: Wire[]; stop_reason: string };
    expect(stop_reason).toBe('tool_use');
    const uses = content.filter((block) => block.type === 'tool_use');
    const results = uses.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'ok' }));
    await rig.messages({ ...body, messages: [user('q'), { role: 'assistant', content }, user(results)] });
    expect(partsOf(1)).toEqual(wanted);
  });

  const signed = {
    candidates: [
      {
        content: { role: 'model', parts: [{ text: 'Hi there' }, { text: '', thoughtSignature: 'Wg==' }] },
        finishReason: 'STOP',
      },
    ],
  };
  const signedParts = [{ text: 'Hi there' }, { text: '', thoughtSignature: 'Wg==' }];

  it.each([true, false])(
    'on an empty text are shown to nobody, and come back to it (55, stream: %s)',
    async (stream) => {
      const answer: Script = (_call, reply) =>
        stream
          ? reply.send(200, sseHeaders, Buffer.from(`data: ${JSON.stringify(signed)}\r\n\r\n`))
          : reply.json(200, signed);
      rig.upstream.once(answer);
      const asked = { model: 'ge/three', max_tokens: 100, stream, messages: [user('q')] };
      const messages = await rig.messages(asked);
      expect(messages.body.match(/"type":\s*"text"/g)).toHaveLength(1);
      const back = { role: 'assistant', content: [{ type: 'text', text: 'Hi there' }] };
      await rig.messages({ ...asked, stream: false, messages: [user('q'), back, user('more')] });
      expect(partsOf(1)).toEqual(signedParts);
      rig.forget();
      rig.upstream.once(answer);
      await rig.chat(asked);
      await rig.chat({
        ...asked,
        stream: false,
        messages: [user('q'), { ...back, content: 'Hi there' }, user('more')],
      });
      expect(partsOf(1)).toEqual(signedParts);
    },
  );

  it.each([
    ['ge/three', 'skip_thought_signature_validator'],
    ['ge/m', undefined],
  ])('that nobody has are the documented word on the first call, for %s: %s (55)', async (model, word) => {
    const calls = [callOf('c1', '{}'), callOf('c2', '{}')];
    const results = calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'ok' }));
    await rig.chat({
      model,
      tools: [weather],
      messages: [user('q'), { role: 'assistant', tool_calls: calls }, ...results],
    });
    expect(partsOf(0).map((part) => part.thoughtSignature)).toEqual([word, undefined]);
  });

  it('of another provider are taken out of a body that is relayed', async () => {
    const foreign = Buffer.from('tg1.anthropic.c2ln').toString('base64');
    const contents = [
      ...plain.contents,
      {
        role: 'model',
        parts: [
          { text: 'hm', thought: true, thoughtSignature: foreign },
          { text: 'said', thoughtSignature: foreign },
          { text: 'own', thoughtSignature: 'VFM=' },
        ],
      },
      ...plain.contents,
    ];
    await ask(rig, 'ge/m', false, { contents });
    expect(partsOf(0)).toEqual([{ text: 'said' }, { text: 'own', thoughtSignature: 'VFM=' }]);
  });
});
