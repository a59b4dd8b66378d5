import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import { LlmFailure } from '../../llm/error.ts';
import { parseRequest } from './request.ts';
import { rawKeys } from './wire.ts';

const wire = new URL('../../../../shared/wire/', import.meta.url);

function parse(body: unknown) {
  return parseRequest(parseJson(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), rawKeys));
}

function refusal(body: unknown): { param: string | undefined; message: string } {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof LlmFailure) return { param: error.error.param, message: error.message };
    throw error;
  }
  return { param: undefined, message: 'not refused' };
}

const base = { model: 'm', max_tokens: 256, messages: [{ role: 'user', content: 'hi' }] };
const user = (...content: unknown[]) => ({ ...base, messages: [{ role: 'user', content }] });

describe('a Messages request is read', () => {
  it('with every modelled field (cases 46, 47, 71, 77)', () => {
    const request = parse({
      ...base,
      stream: true,
      system: [{ type: 'text', text: 'A', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      temperature: 0,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u', team: 'x' },
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' }, strict: true, defer_loading: true }],
      tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 2048, display: 'omitted' },
      output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } }, task_budget: 1 },
    });
    expect(request).toEqual({
      model: 'm',
      stream: true,
      wantsStreamUsage: true,
      system: [{ type: 'text', text: 'A', cache: '1h' }],
      turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hi' }] }],
      tools: [
        {
          name: 'f',
          description: 'd',
          schema: '{"type":"object"}',
          strict: true,
          carried: { dialect: 'anthropic', raw: { defer_loading: true } },
        },
      ],
      toolChoice: { type: 'tool', name: 'f' },
      parallelToolCalls: false,
      maxTokens: 256,
      temperature: 0,
      topP: 0.9,
      topK: 5,
      stop: ['END'],
      endUser: 'u',
      thinking: { mode: 'budget', budgetTokens: 2048, effort: 'high', display: 'omitted' },
      format: { type: 'json-schema', schema: '{"type":"object"}' },
      carried: {
        dialect: 'anthropic',
        raw: {
          output_config: { task_budget: 1 },
          metadata: { team: 'x' },
          thinking: { type: 'enabled', budget_tokens: 2048, display: 'omitted' },
        },
      },
    });
  });

  it('with unknown fields carried, never refused (case 79)', () => {
    const body = { ...base, context_management: { edits: [] }, safeguards: ['x'], betas: ['b'], foo: { z: 1 } };
    expect(parse(body).carried?.raw).toEqual({
      context_management: { edits: [] },
      safeguards: ['x'],
      betas: ['b'],
      foo: { z: 1 },
    });
  });

  it('with tool input kept as it was written (case 49)', () => {
    const input = '{"b":1,"a":12345678901234567890,"f":1.0,"s":"\\u00e9\\/"}';
    const body = `{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":${input}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]}`;
    expect(parse(body).turns[0]?.blocks[0]).toMatchObject({ type: 'tool-call', args: input });
  });

  it('with instructions in the middle (case 12)', () => {
    const body = {
      ...base,
      messages: [...base.messages, { role: 'system', content: 'S', output_config: { effort: 'low' } }],
    };
    expect(parse(body).turns[1]).toEqual({
      role: 'system',
      blocks: [{ type: 'text', text: 'S' }],
      carried: { dialect: 'anthropic', raw: { output_config: { effort: 'low' } } },
    });
  });

  it('with the older output_format, and an effort without thinking', () => {
    const request = parse({
      ...base,
      output_format: { type: 'json_schema', schema: { type: 'object' } },
      output_config: { effort: 'medium' },
    });
    expect(request.format).toEqual({ type: 'json-schema', schema: '{"type":"object"}' });
    expect(request.thinking).toEqual({ mode: 'adaptive', effort: 'medium' });
    expect(request.carried?.raw).toEqual({ thinking: null });
  });

  it('with thinking blocks and their seals, own and foreign (cases 61, 63)', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'Sig==' },
      { type: 'redacted_thinking', data: 'Enc==' },
      { type: 'thinking', thinking: 'x', signature: 'tg1.openai-chat.abc' },
      { type: 'thinking', thinking: 'y', signature: '' },
    ];
    expect(parse({ ...base, messages: [{ role: 'assistant', content }] }).turns[0]?.blocks).toEqual([
      { type: 'thinking', text: 'hm', seal: { dialect: 'anthropic', value: 'Sig==' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'Enc==' } },
      { type: 'thinking', text: 'x', seal: { dialect: 'openai-chat', value: 'abc' } },
      { type: 'thinking', text: 'y' },
    ]);
  });

  it('with tool results of every content kind (cases 20 to 24)', () => {
    const ids = ['t', 'u', 'v', 'w'];
    const result = (id: string, content: unknown, more = {}) => ({
      type: 'tool_result',
      tool_use_id: id,
      content,
      ...more,
    });
    const answers = user(
      result('t', 'boom', { is_error: true }),
      result('u', ''),
      { type: 'tool_result', tool_use_id: 'v' },
      result('w', [
        { type: 'text', text: 'a' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
        { type: 'search_result', source: 's', title: 't', content: [] },
        { type: 'tool_reference', tool_name: 'x' },
      ]),
    );
    const calls = { role: 'assistant', content: ids.map((id) => ({ type: 'tool_use', id, name: 'f', input: {} })) };
    const blocks = parse({ ...answers, messages: [calls, ...answers.messages] }).turns[1]?.blocks;
    expect(blocks).toMatchObject([
      { type: 'tool-result', callId: 't', isError: true, content: [{ type: 'text', text: 'boom' }] },
      { content: [] },
      { content: [] },
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'media', kind: 'image', mediaType: 'image/png', source: { base64: 'AA==' } },
          { type: 'opaque' },
          { type: 'opaque' },
        ],
      },
    ]);
  });

  it('with documents of every source (cases 34, 35)', () => {
    const doc = (source: unknown, more = {}) => ({ type: 'document', source, ...more });
    const blocks = parse(
      user(
        doc(
          { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          { title: 'T', citations: { enabled: true } },
        ),
        doc({ type: 'url', url: 'https://x.test/a.pdf' }),
        doc({ type: 'text', media_type: 'text/plain', data: 'words' }),
        doc({
          type: 'content',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        }),
        doc({ type: 'content', content: [{ type: 'image', source: { type: 'url', url: 'https://x.test/i' } }] }),
        doc({ type: 'file', file_id: 'file_1' }),
      ),
    ).turns[0]?.blocks;
    expect(blocks).toMatchObject([
      {
        kind: 'document',
        mediaType: 'application/pdf',
        name: 'T',
        source: { base64: 'JVBERi0=' },
        carried: { raw: { citations: { enabled: true } } },
      },
      { source: { url: 'https://x.test/a.pdf' } },
      { source: { text: 'words' }, mediaType: 'text/plain' },
      { source: { text: 'a\nb' } },
      { type: 'opaque' },
      { source: { file: 'file_1' }, carried: { dialect: 'anthropic', raw: {} } },
    ]);
  });

  it('with base64 made clean (case 31)', () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/PNG; charset=x', data: 'A-_A\n AA==' },
    };
    expect(parse(user(image)).turns[0]?.blocks[0]).toMatchObject({
      mediaType: 'image/png',
      source: { base64: 'A+/AAA==' },
    });
  });

  it('with server tools as opaque ones (case 57)', () => {
    const tool = { type: 'web_search_20250305', name: 'web_search', max_uses: 3, cache_control: { type: 'ephemeral' } };
    expect(parse({ ...base, tools: [tool] }).tools).toEqual([
      {
        name: 'web_search',
        opaque: true,
        cache: '5m',
        carried: { dialect: 'anthropic', raw: { type: 'web_search_20250305', name: 'web_search', max_uses: 3 } },
      },
    ]);
  });
});

describe('a body that is not a Messages request is refused with the path of the field', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      '7 max_completion_tokens',
      { ...base, max_tokens: undefined, max_completion_tokens: 9 },
      'max_completion_tokens',
      /use max_tokens/,
    ],
    ['7 role tool', { ...base, messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role', /tool_result/],
    [
      '7 tool_calls',
      { ...base, messages: [{ role: 'assistant', content: 'x', tool_calls: [] }] },
      'messages[0].tool_calls',
      /tool_use/,
    ],
    ['7 image_url', user({ type: 'image_url', image_url: {} }), 'messages[0].content[0].type', /OpenAI/],
    ['7 function tool', { ...base, tools: [{ type: 'function', function: {} }] }, 'tools[0].type', /input_schema/],
    ['7 response_format', { ...base, response_format: {} }, 'response_format', /output_config.format/],
    [
      '74 a schema that is no object',
      { ...base, output_config: { format: { type: 'json_schema', schema: '"x"' } } },
      'output_config.format.schema',
      /JSON Schema object/,
    ],
    ['28 no blocks', user(), 'messages[0].content', /at least one/],
    ['28 null content', { ...base, messages: [{ role: 'user', content: null }] }, 'messages[0].content', /null/],
    ['70 no max_tokens', { ...base, max_tokens: undefined }, 'max_tokens', /absent/],
    ['70 max_tokens 0', { ...base, max_tokens: 0 }, 'max_tokens', /from 1/],
    ['70 max_tokens -1', { ...base, max_tokens: -1 }, 'max_tokens', /not -1/],
    ['70 max_tokens 100.5', { ...base, max_tokens: 100.5 }, 'max_tokens', /whole/],
    ['70 max_tokens 1e12', { ...base, max_tokens: 1e12 }, 'max_tokens', /to 100000000/],
    ['70 max_tokens "100"', { ...base, max_tokens: '100' }, 'max_tokens', /not "100"/],
    ['75 temperature 1.7', { ...base, temperature: 1.7 }, 'temperature', /0 to 1/],
    [
      '32 svg',
      user({ type: 'image', source: { type: 'base64', media_type: 'image/svg+xml', data: 'AA==' } }),
      'messages[0].content[0].source.media_type',
      /image\/png/,
    ],
    [
      '32 a data URI',
      user({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'data:image/png;base64,AA==' } }),
      'messages[0].content[0].source.data',
      /base64/,
    ],
    [
      '32 no data',
      user({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } }),
      'messages[0].content[0].source.data',
      /empty/,
    ],
    [
      '30 a file URL',
      user({ type: 'image', source: { type: 'url', url: 'file:///etc/passwd' } }),
      'messages[0].content[0].source.url',
      /https/,
    ],
    ['no messages', { ...base, messages: [] }, 'messages', /at least one/],
    ['messages that are an object', { ...base, messages: {} }, 'messages', /array/],
    ['a message that is a string', { ...base, messages: ['x'] }, 'messages[0]', /object/],
    ['no model', { ...base, model: undefined }, 'model', /string/],
    ['a system image', { ...base, system: [{ type: 'image' }] }, 'system[0].type', /text/],
    [
      'tool input that is a string',
      { ...base, messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: '{}' }] }] },
      'messages[0].content[0].input',
      /object/,
    ],
    ['no tool id', user({ type: 'tool_result', content: 'x' }), 'messages[0].content[0].tool_use_id', /string/],
    [
      'a schema that is an array',
      { ...base, tools: [{ name: 'f', input_schema: [] }] },
      'tools[0].input_schema',
      /object/,
    ],
    ['a foreign tool_choice', { ...base, tool_choice: 'required' }, 'tool_choice', /object/],
    [
      'a small budget',
      { ...base, thinking: { type: 'enabled', budget_tokens: 100 } },
      'thinking.budget_tokens',
      /1024/,
    ],
    ['an unknown effort', { ...base, output_config: { effort: 'extreme' } }, 'output_config.effort', /low, medium/],
    [
      'a cache mark of another life',
      user({ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '2h' } }),
      'messages[0].content[0].cache_control.ttl',
      /5m, 1h/,
    ],
  ])('%s', (_case, body, param, message) => {
    expect(refusal(body)).toEqual({ param, message: expect.stringMatching(message) });
  });
});

describe('real client bodies are read', () => {
  const clients = new URL('client-requests/', wire);
  for (const client of readdirSync(clients).filter((name) => name.startsWith('claude-code'))) {
    for (const file of readdirSync(new URL(`${client}/`, clients))) {
      it(`${client} ${file}`, () => {
        const { body } = JSON.parse(readFileSync(new URL(`${client}/${file}`, clients), 'utf8'));
        const request = parse({ max_tokens: 1, ...body });
        expect(request.turns.map((turn) => turn.role)).toEqual(body.messages.map((m: { role: string }) => m.role));
        expect(request.tools.map((tool) => tool.name)).toEqual(body.tools.map((t: { name: string }) => t.name));
      });
    }
  }

  const recordings = new URL('anthropic-messages/anthropic/', wire);
  const requests = readdirSync(recordings).map((folder) => new URL(`${folder}/request.json`, recordings));
  for (const file of requests.filter((url) => existsSync(url))) {
    it(`recorded ${file.pathname.split('/').at(-2)}`, () => {
      expect(parse(readFileSync(file, 'utf8')).turns.length).toBeGreaterThan(0);
    });
  }
});
