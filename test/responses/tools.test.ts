/** Tools that only this API has, on models of others: free text, namespaces, items that bring tools. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rig } from '../cases/rig.ts';
import type { Script } from '../fakes/upstream.ts';
import { ask, sse, startResponsesRig } from './corpus.ts';
import { client, readStream } from './sdk.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const patch = '*** Begin Patch\n*** Update File: a "b".ts\n+// ünï\n*** End Patch';
const custom = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
} as const;
const close = { type: 'function', name: 'close_agent', description: 'Closes.', parameters: { type: 'object' } };
const namespace = { type: 'namespace', name: 'agents', description: 'Sub-agents.', tools: [close] };

/** A chat provider that calls this, in a stream or not. */
const callChat =
  (name: string, args: string): Script =>
  (request, reply) => {
    const fn = { id: 'call_1', type: 'function', function: { name, arguments: args } };
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
    if (request.json?.stream !== true) {
      const message = { role: 'assistant', content: null, tool_calls: [fn] };
      return reply.json(200, {
        id: 'c',
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
        usage,
      });
    }
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }], usage })}\n\n`;
    const half = Math.floor(args.length / 2);
    const first = { index: 0, ...fn, function: { name, arguments: args.slice(0, half) } };
    const rest = { index: 0, function: { arguments: args.slice(half) } };
    const body = chunk({ tool_calls: [first] }, null) + chunk({ tool_calls: [rest] }, null) + chunk({}, 'tool_calls');
    return reply.send(200, sse, `${body}data: [DONE]\n\n`);
  };

const callMessages =
  (name: string, input: object): Script =>
  (_call, reply) =>
    reply.json(200, {
      ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_reason: 'tool_use', stop_sequence: null },
      content: [{ type: 'tool_use', id: 'toolu_1', name, input }],
      usage: { input_tokens: 3, output_tokens: 4 },
    });

describe('a tool that takes free text', () => {
  it('is a function with one string for a chat model, and its call is free text again', async () => {
    const serve = () => void rig.upstream.once(callChat('apply_patch', JSON.stringify({ input: patch })));
    const response = await readStream(rig, { model: 'oa/m', input: 'Fix it', tools: [custom] }, serve);
    expect(response.output).toMatchObject([
      { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: patch, status: 'completed' },
    ]);
    expect(rig.upstream.calls[0]?.json?.tools).toMatchObject([
      { type: 'function', function: { name: 'apply_patch', parameters: { required: ['input'] } } },
    ]);
    expect(JSON.stringify(rig.upstream.calls[0]?.json?.tools)).toContain('*** Begin Patch');
  });

  it('is one for a Messages model, whole, and what was lost is told', async () => {
    rig.upstream.once(callMessages('apply_patch', { input: patch }));
    const { data, response } = await client(rig)
      .responses.create({ model: 'an/m', input: 'Fix it', tools: [custom] })
      .withResponse();
    expect(data.output).toMatchObject([{ type: 'custom_tool_call', input: patch }]);
    expect(response.headers.get('x-tollgate-dropped')).toBe('tools[0].format');
  });

  it('comes back in the next turn with its output', async () => {
    rig.upstream.once(callMessages('apply_patch', { input: 'x' }));
    const input = [
      { role: 'user', content: 'Fix it' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'apply_patch', input: patch },
      { type: 'custom_tool_call_output', call_id: 'call_1', output: 'Done!' },
    ];
    expect((await ask(rig, { model: 'an/m', input, tools: [custom] })).status).toBe(200);
    expect(rig.upstream.calls[0]?.json?.messages).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'call_1', name: 'apply_patch', input: { input: patch } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'Done!' }] },
    ]);
  });

  it('of which the model made nonsense is still called, with what it wrote', async () => {
    rig.upstream.once(callChat('apply_patch', '{"patch":1}'));
    const response = await client(rig).responses.create({ model: 'oa/m', input: 'Fix it', tools: [custom] });
    expect(response.output).toMatchObject([{ type: 'custom_tool_call', input: '{"patch":1}' }]);
  });
});

describe('a tool in a namespace', () => {
  it('has a flat name for other models, and its namespace back in the call', async () => {
    const serve = () => void rig.upstream.once(callChat('agents__close_agent', '{"id":1}'));
    const body = { model: 'oa/m', input: 'Close it', tools: [namespace] as never };
    const response = await readStream(rig, body, serve);
    expect(response.output).toMatchObject([
      { type: 'function_call', name: 'close_agent', namespace: 'agents', arguments: '{"id":1}' },
    ]);
    const tools = rig.upstream.calls[0]?.json?.tools as { function: { name: string; description: string } }[];
    expect(tools[0]?.function).toMatchObject({
      name: 'agents__close_agent',
      description: '[agents: Sub-agents.] Closes.',
    });
    // An answer repeats what was offered as it was offered.
    expect(response.tools).toMatchObject([namespace]);
  });

  it('is called by the same name in history', async () => {
    rig.upstream.once(callMessages('agents__close_agent', {}));
    const input = [
      { role: 'user', content: 'Close it' },
      { type: 'function_call', call_id: 'c1', name: 'close_agent', namespace: 'agents', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'closed' },
    ];
    expect((await ask(rig, { model: 'an/m', input, tools: [namespace] })).status).toBe(200);
    const said = rig.upstream.calls[0]?.json?.messages as { content: unknown }[];
    expect(said[1]?.content).toMatchObject([{ type: 'tool_use', name: 'agents__close_agent' }]);
  });
});

describe('the choice among tools', () => {
  it('tools that come as an item are offered like any other', async () => {
    rig.upstream.once(callChat('close_agent', '{}'));
    const input = [
      { type: 'additional_tools', role: 'developer', tools: [close] },
      { role: 'user', content: 'Close it' },
    ];
    expect((await ask(rig, { model: 'oa/m', input })).status).toBe(200);
    expect(rig.upstream.calls[0]?.json?.tools).toMatchObject([{ function: { name: 'close_agent' } }]);
  });

  it('allowed tools are the only ones that another model is offered', async () => {
    rig.upstream.once(callChat('close_agent', '{}'));
    const other = { ...close, name: 'other' };
    const tool_choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'close_agent' }] };
    expect((await ask(rig, { model: 'oa/m', tools: [close, other], tool_choice })).status).toBe(200);
    const sent = rig.upstream.calls[0]?.json;
    expect(sent).toMatchObject({ tools: [{ function: { name: 'close_agent' } }], tool_choice: 'required' });
    expect(sent?.tools).toHaveLength(1);
  });

  it('a tool that a provider runs is refused by its place', async () => {
    const answer = await ask(rig, { model: 'an/m', tools: [close, { type: 'web_search' }] });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { param: 'tools[1]' } });
    expect(answer.status).toBe(400);
  });

  it('a call without an output, and an output without a call, are refused by their place', async () => {
    const lone = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
    const user = { role: 'user', content: 'Hi' };
    const missing = await ask(rig, { model: 'oa/m', input: [user, lone, user] });
    expect(JSON.parse(missing.body.toString())).toMatchObject({ error: { param: 'input[1]' } });
    const orphan = await ask(rig, {
      model: 'oa/m',
      input: [user, { type: 'function_call_output', call_id: 'c2', output: '' }],
    });
    expect(JSON.parse(orphan.body.toString())).toMatchObject({ error: { param: 'input[1].call_id' } });
    expect(rig.upstream.calls).toEqual([]);
  });
});
