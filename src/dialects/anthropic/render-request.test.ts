import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import type { Block, ChatRequest } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import { NoteList } from '../../llm/notes.ts';
import { renderRequest } from './render-request.ts';
import { assistant, call, refusal, render, result, text, tools, user } from './request.fixture.ts';
import { parseRequest } from './request.ts';
import { rawKeys } from './wire.ts';

describe('tools', () => {
  it('44: a schema is given as it was written, and says that it is an object', () => {
    const schema = '{"properties":{"z":{"const":1.0},"a":{"type":["string","null"]}}}';
    const written = render({
      tools: [
        { name: 'f', schema, strict: true, description: 'd' },
        { name: 'g', schema: '{}' },
      ],
    }).text;
    expect(written).toContain(`"input_schema":{"type":"object",${schema.slice(1)},"strict":true`);
    expect(written).toContain('"name":"g","input_schema":{"type":"object","properties":{}}');
  });

  it.each<[string, Partial<ChatRequest>, string, RegExp]>([
    ['44 a dotted name', { tools: [{ name: 'a.b' }] }, 'tools[0].name', /letters, digits/],
    [
      '44 a schema that is no object',
      { tools: [{ name: 'f', schema: '{"type":"array"}' }] },
      'tools[0].parameters',
      /type object/,
    ],
    ['56 a freeform tool', { tools: [{ name: 'f', form: 'freeform' }] }, 'tools[0]', /free text/],
    [
      '57 a foreign server tool',
      { tools: [{ name: 'w', opaque: true, carried: { dialect: 'openai-chat', raw: {} } }] },
      'tools[0]',
      /"w" is run by another provider/,
    ],
    ['46 required without tools', { toolChoice: { type: 'required' } }, 'tool_choice', /no tools/],
    ['46 a tool that is not there', { tools, toolChoice: { type: 'tool', name: 'g' } }, 'tool_choice', /not among/],
  ])('%s is refused', (_case, request, param, message) => {
    expect(refusal(request)).toEqual({ param, message: expect.stringMatching(message) });
  });

  it.each<[Partial<ChatRequest>, unknown]>([
    [{}, undefined],
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [
      { toolChoice: { type: 'tool', name: 'f' }, parallelToolCalls: false },
      { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    ],
    [{ parallelToolCalls: true }, undefined],
    [{ tools: [], toolChoice: { type: 'none' }, parallelToolCalls: false }, undefined],
  ])('46, 47: %j becomes %j', (request, choice) => {
    expect(render({ tools, ...request }).body.tool_choice).toEqual(choice);
  });
});

describe('thinking (case 64, FX10)', () => {
  const efforts = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

  it.each([undefined, 1500, 100_000])('grows with the effort and stays legal, max_tokens %s', (maxTokens) => {
    let last = 0;
    for (const effort of efforts) {
      const { body } = render({ maxTokens, thinking: { mode: 'adaptive', effort } }, { thinking: 'budget' });
      const budget = (body.thinking as { budget_tokens: number }).budget_tokens;
      expect(budget).toBeGreaterThanOrEqual(Math.max(1024, last));
      expect(budget).toBeLessThan(body.max_tokens as number);
      last = budget;
    }
  });

  it('is left out, with a note, when there is no room', () => {
    for (const maxTokens of [512, 900]) {
      const { body, dropped } = render({ maxTokens, thinking: { mode: 'adaptive', effort: 'high' } });
      expect(body).toMatchObject({ max_tokens: maxTokens });
      expect(body.thinking).toBeUndefined();
      expect(dropped).toEqual(['thinking']);
    }
  });

  it('is off when it was not wanted', () => {
    expect(render({ thinking: { mode: 'off', effort: 'none' } })).toMatchObject({
      dropped: [],
      body: { max_tokens: 256 },
    });
    expect(render({ thinking: { mode: 'off' } }).body.thinking).toBeUndefined();
  });

  it('keeps a budget where signed thinking begins two neighbouring messages of the assistant', () => {
    const signed = { type: 'thinking', text: 'hm', seal: { dialect: 'anthropic', value: 'S' } } as const;
    const thinking = { mode: 'budget', budgetTokens: 2000 } as const;
    const said = (...first: Block[]) => [user(text('q')), assistant(...first), assistant(call('a')), user(result('a'))];
    const config = (...first: Block[]) =>
      render({ maxTokens: 9000, thinking, tools, turns: said(...first) }).body.thinking;
    expect(config(signed, text('b'))).toEqual({ type: 'enabled', budget_tokens: 2000 });
    expect(config(text('b'))).toBeUndefined();
  });

  it('keeps a budget in tokens, below max_tokens', () => {
    const thinking = { mode: 'budget', budgetTokens: 10_000 } as const;
    expect(render({ maxTokens: 16_000, thinking }).body.thinking).toEqual({ type: 'enabled', budget_tokens: 10_000 });
    expect(render({ maxTokens: 2000, thinking }).body.thinking).toEqual({ type: 'enabled', budget_tokens: 1999 });
  });

  it('is adaptive with an effort word where the model takes nothing else', () => {
    const model = { thinking: 'adaptive' } as const;
    const { body } = render({ thinking: { mode: 'adaptive', effort: 'minimal', display: 'omitted' } }, model);
    expect(body).toMatchObject({
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'low' },
    });
    expect(render({ thinking: { mode: 'budget', budgetTokens: 20_000 } }, model).body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    });
  });

  it('is left out for a model that does not think', () => {
    const { body, dropped } = render({ thinking: { mode: 'adaptive', effort: 'low' } }, { thinking: 'none' });
    expect(body.thinking).toBeUndefined();
    expect(dropped).toEqual(['thinking']);
  });

  it('60: yields to a forced tool call', () => {
    const { body, dropped } = render({
      maxTokens: 8000,
      tools,
      toolChoice: { type: 'required' },
      temperature: 0.2,
      thinking: { mode: 'adaptive', effort: 'low' },
    });
    expect(body).toMatchObject({ tool_choice: { type: 'any' }, temperature: 0.2 });
    expect(body.thinking).toBeUndefined();
    expect(dropped).toEqual(['thinking']);
  });

  it('63, 68: is off when the thinking of the last tool call is gone, and on when it is there', () => {
    const turns = (...thought: Block[]) => [user(text('q')), assistant(...thought, call('a')), user(result('a'))];
    const request = { tools, maxTokens: 8000, thinking: { mode: 'adaptive', effort: 'low' } } as const;
    expect(render({ ...request, turns: turns() }).dropped).toEqual(['thinking']);
    const kept = render({
      ...request,
      turns: turns({ type: 'thinking', text: 'hm', seal: { dialect: 'anthropic', value: 'S' } }),
    });
    expect(kept.body.thinking).toMatchObject({ type: 'enabled' });
    expect(kept.dropped).toEqual([]);
  });

  it('takes temperature, top_p and top_k away, with notes', () => {
    const request = { maxTokens: 8000, thinking: { mode: 'adaptive', effort: 'low' } } as const;
    const { body, dropped } = render({ ...request, temperature: 0.2, topP: 0.5, topK: 4 });
    expect([body.temperature, body.top_p, body.top_k]).toEqual([undefined, undefined, undefined]);
    expect(dropped).toEqual(['temperature', 'top_p', 'top_k']);
    expect(render({ ...request, temperature: 1, topP: 0.97 })).toMatchObject({ dropped: [], body: { top_p: 0.97 } });
  });
});

describe('parameters', () => {
  it('70: asks for all that the model has when the caller names no limit, and never for more', () => {
    expect(render({ maxTokens: undefined }).body.max_tokens).toBe(64_000);
    expect(render({ maxTokens: undefined }, { outputTokensMax: undefined }).body.max_tokens).toBeGreaterThan(8192);
    expect(render({ maxTokens: 100_000 })).toMatchObject({ body: { max_tokens: 64_000 }, dropped: ['max_tokens'] });
  });

  it('75: temperature above 1 is refused by its limit; 0 stays 0; a model with fixed sampling gets none', () => {
    expect(refusal({ temperature: 1.7 })).toEqual({
      param: 'temperature',
      message: expect.stringMatching(/1\.7 is above 1/),
    });
    expect(render({ temperature: 0 })).toMatchObject({ body: { temperature: 0 }, dropped: [] });
    expect(render({ temperature: 0.3, topP: 0.5 })).toMatchObject({ body: { temperature: 0.3 }, dropped: ['top_p'] });
    expect(render({ temperature: 0.3, topP: 0.5, topK: 1 }, { fixedSampling: true }).dropped).toEqual([
      'temperature',
      'top_p',
      'top_k',
    ]);
  });

  it('71: stop sequences; a blank one is refused', () => {
    expect(render({ stop: ['END', 'x'] }).body.stop_sequences).toEqual(['END', 'x']);
    expect(refusal({ stop: ['a', ' '] })).toEqual({ param: 'stop[1]', message: expect.stringMatching(/white space/) });
  });

  it("74: a format's description has no place, and is reported", () => {
    const format = { type: 'json-schema', schema: '{"type":"object"}', name: 'n', description: 'd' } as const;
    expect(render({ format }).dropped).toEqual(['response_format.json_schema.description']);
  });

  it('74: a schema becomes output_config.format, with every object closed', () => {
    const closed = '{"type":"object","properties":{"n":{"type":"number"}},"additionalProperties":false}';
    expect(render({ format: { type: 'json-schema', schema: closed } }).text).toContain(
      `"output_config":{"format":{"type":"json_schema","schema":${closed}}}`,
    );
    const open =
      '{"type":"object","properties":{"o":{"type":"object"},"l":{"type":"array","items":{"type":"object"}}}}';
    expect(render({ format: { type: 'json-schema', schema: open } }).body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            o: { type: 'object', additionalProperties: false },
            l: { type: 'array', items: { type: 'object', additionalProperties: false } },
          },
          additionalProperties: false,
        },
      },
    });
  });

  it('74: json_object is asked for in words, and noted', () => {
    const { body, dropped } = render({ format: { type: 'json-object' } });
    expect(JSON.stringify(body.system)).toMatch(/one JSON object/);
    expect(dropped).toEqual(['response_format']);
  });

  it('72, 73, 38, 76, 79: fields of another API are refused or noted', () => {
    const carried = (raw: unknown) => ({ carried: { dialect: 'openai-chat', raw } }) as const;
    for (const raw of [{ n: 3 }, { logprobs: true }, { modalities: ['text', 'audio'] }, { audio: {} }]) {
      expect(refusal(carried(raw)).param).toBe(Object.keys(raw)[0]);
    }
    expect(render({ ...carried({ n: 1, logit_bias: {}, foo: 1 }), seed: 7, frequencyPenalty: 0.1 }).dropped).toEqual([
      'logit_bias',
      'foo',
      'seed',
      'frequency_penalty',
    ]);
  });

  it('77: the end user is named; a name too long by its hash', () => {
    expect(render({ endUser: 'u@x.test' }).body.metadata).toEqual({ user_id: 'u@x.test' });
    const hashed = render({ endUser: 'u'.repeat(300) }).body.metadata as { user_id: string };
    expect(hashed.user_id).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a request of this API that is rendered anew', () => {
  const again = (body: unknown, model: Partial<TargetModel> = {}) => {
    const notes = new NoteList();
    const request = parseRequest(parseJson(Buffer.from(JSON.stringify(body)), rawKeys));
    const rendered = JSON.parse(stringifyJson(renderRequest(request, { name: 'm', ...model }, notes)));
    return { rendered, dropped: notes.list };
  };

  it('keeps everything, known or not (cases 58, 61, 79)', () => {
    const body = {
      model: 'm',
      max_tokens: 16_000,
      stream: true,
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { task_budget: { total: 5 }, effort: 'medium' },
      metadata: { user_id: '{"device_id":"0"}' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      safeguards: { a: 1 },
      tools: [
        { name: 'f', input_schema: { type: 'object' }, defer_loading: true, cache_control: { type: 'ephemeral' } },
        { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
      ],
      system: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'q' }] },
        { role: 'system', content: [{ type: 'text', text: 'env' }], output_config: { effort: 'medium' } },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'Sig==' },
            { type: 'redacted_thinking', data: 'Enc==' },
            { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
            { type: 'web_search_tool_result', tool_use_id: 's1', content: [{ encrypted_content: 'E' }] },
            { type: 'text', text: 'see', citations: [{ type: 'web_search_result_location', url: 'u' }] },
            { type: 'tool_use', id: 'toolu_1', name: 'f', input: { b: 1 }, caller: { type: 'direct' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [{ type: 'tool_reference', tool_name: 'g' }],
              is_error: false,
              cache_control: { type: 'ephemeral' },
            },
            {
              type: 'document',
              source: { type: 'content', content: [{ type: 'text', text: 'a' }] },
              title: 'T',
              context: 'c',
            },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
          ],
        },
      ],
    };
    const { rendered, dropped } = again(body);
    expect(rendered).toEqual(body);
    expect(dropped).toEqual([]);
  });

  it('gives an effort without thinking no thinking', () => {
    const body = {
      model: 'm',
      max_tokens: 100,
      output_config: { effort: 'low' },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }],
    };
    expect(again(body, { thinking: 'adaptive' }).rendered).toEqual(body);
  });
});
