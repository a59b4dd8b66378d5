/** A search for tools that the caller runs itself, on models of others and back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts';
import { parseJson, stringifyJson } from '../../src/lib/json.ts';
import { NoteList } from '../../src/llm/notes.ts';
import type { Rig } from '../cases/rig.ts';
import { always } from '../fakes/persona-script.ts';
import { startResponsesRig } from './corpus.ts';
import { client, readStream } from './sdk.ts';

const search = {
  type: 'tool_search',
  execution: 'client',
  description: 'Finds tools.',
  parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
} as const;
const found = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string', minLength: 1.0 } } },
  strict: false,
} as const;
const history = [
  { role: 'user', content: 'How is the weather?' },
  { type: 'tool_search_call', call_id: 'call_1', execution: 'client', arguments: { query: 'weather' } },
  { type: 'tool_search_output', call_id: 'call_1', execution: 'client', tools: [found] },
] as const;

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

describe("the caller's own search for tools", () => {
  const args = '{"query":"weather", "limit":8}';
  const asks = always(() => ({ say: { tools: [{ id: 'call_1', name: 'tool_search', args }] } }));
  const call = { type: 'tool_search_call', call_id: 'call_1', execution: 'client', status: 'completed' };

  it.each(['oa/m', 'an/m'])(
    'is a function for %s, and its call is a search again, streamed and whole',
    async (model) => {
      const asked = { model, input: 'How is the weather?', tools: [search] };
      const streamed = await readStream(rig, asked as never, () => void rig.upstream.once(asks));
      rig.upstream.once(asks);
      const whole = await client(rig).responses.create(asked as never);
      for (const { output } of [streamed, whole]) {
        expect(output).toMatchObject([{ ...call, arguments: { query: 'weather', limit: 8 } }]);
      }
      expect(JSON.stringify(rig.upstream.calls[0]?.json?.tools)).toContain('"name":"tool_search"');
    },
  );

  it.each(['oa/m', 'an/m'])('what it found is said to %s, and offered once', async (model) => {
    rig.upstream.once(always(() => ({ say: { text: 'Sunny' } })));
    const input = [...history, ...history.slice(1).map((item) => ({ ...item, call_id: 'call_2' }))];
    const answer = await client(rig).responses.create({ model, input, tools: [search] } as never);
    expect(answer.output_text).toBe('Sunny');
    const body = rig.upstream.calls[0]?.json ?? {};
    expect(JSON.stringify(body.tools).split('"get_weather"')).toHaveLength(2);
    expect(JSON.stringify(body.messages)).toContain('get_weather');
  });

  it('comes back into this API as it was', () => {
    const body = { model: 'm', input: history, tools: [search] };
    const parsed = parseJson(Buffer.from(JSON.stringify(body)), openaiResponses.rawKeys);
    const request = openaiResponses.parseRequest(parsed, { model: 'm', stream: false });
    const target = { id: 'x/m', name: 'm', provider: 'x' };
    const rendered = openaiResponses.renderRequest(request, target as never, new NoteList());
    const wire = JSON.parse(stringifyJson(rendered)) as { input: unknown[]; tools: unknown[] };
    expect(wire.input.slice(1)).toEqual(history.slice(1));
    expect(wire.tools[0]).toEqual(search);
  });

  it('an output without its call is refused, and so is a list of tools that is none', async () => {
    const ask = (input: readonly object[]) =>
      client(rig).responses.create({ model: 'oa/m', input, tools: [search] } as never);
    await expect(ask([history[0], history[2]])).rejects.toThrow(/no call in input has the call_id/);
    await expect(ask([history[0], history[1], { ...history[2], tools: 'none' }])).rejects.toThrow(/input\[2\]\.tools/);
  });
});

describe("a provider's own search for tools", () => {
  it('is refused where another provider answers', async () => {
    const asked = { model: 'oa/m', input: 'Hi', tools: [{ type: 'tool_search' }] };
    await expect(client(rig).responses.create(asked as never)).rejects.toThrow(/tool_search/);
  });
});
