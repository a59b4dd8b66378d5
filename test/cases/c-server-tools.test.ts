/** Cases 58 and 59, and FX8: tools that the provider runs itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messagesEvent } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asked } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { askStream, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const json = { 'content-type': 'application/json' };
const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 5 };
const found = {
  type: 'web_search_tool_result',
  tool_use_id: 'srvtoolu_1',
  content: [
    { type: 'web_search_result', url: 'https://x.example', title: 'X', encrypted_content: 'Enc+/==', page_age: null },
  ],
};
const citation = {
  type: 'web_search_result_location',
  url: 'https://x.example',
  title: 'X',
  encrypted_index: 'Idx==',
  cited_text: 'see',
};
const usage = {
  input_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 20,
  server_tool_use: { web_search_requests: 2 },
};
const asking = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } };
const saying = { type: 'text', text: 'see', citations: [citation] };
const calling = { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } };
const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude' };

const whole = (content: object[], stop_reason: string) =>
  JSON.stringify({ ...head, content, stop_reason, stop_sequence: null, usage });

/** The same answer as a stream; with a ping and the searches' count at the end. */
function stream(content: Record<string, unknown>[], stop_reason: string): string {
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  const blocks = content.flatMap((block, index) => {
    const delta = (fields: object) => messagesEvent('content_block_delta', { index, delta: fields });
    const begin = (content_block: object) => messagesEvent('content_block_start', { index, content_block });
    const stopped = messagesEvent('content_block_stop', { index });
    if (block.type === 'text') {
      const cited = { type: 'citations_delta', citation };
      return [begin({ type: 'text', text: '' }), delta({ type: 'text_delta', text: 'see' }), delta(cited), stopped];
    }
    if (!('input' in block)) return [begin(block), stopped];
    const piece = delta({ type: 'input_json_delta', partial_json: JSON.stringify(block.input) });
    return [begin({ ...block, input: {} }), piece, stopped];
  });
  const end = messagesEvent('message_delta', { delta: { stop_reason, stop_sequence: null }, usage });
  return [
    messagesEvent('message_start', { message: start }),
    messagesEvent('ping', {}),
    ...blocks,
    end,
    messagesEvent('message_stop', {}),
  ]
    .map((event) => event.text)
    .join('');
}

describe('case 58: server tools from a Messages caller to anthropic', () => {
  const content = [asking, found, saying];
  const body = { tools: [search], messages: [{ role: 'user', content: 'look it up' }] };

  it.each(['end_turn', 'pause_turn'])(
    'an answer that ends by %s is relayed byte for byte, its searches counted',
    async (stop) => {
      const bytes = whole(content, stop);
      rig.upstream.once((_call, reply) => reply.send(200, json, bytes));
      const { answer, up, row } = await asked(rig, 'messages', 'an/m', body);
      expect(answer.body).toBe(bytes);
      expect(up.tools).toEqual([search]);
      expect(row.usage).toMatchObject({ input: 10, output: 20, webSearches: 2 });
      expect(row.flags).toEqual([]);
    },
  );

  it.each(['end_turn', 'pause_turn'])(
    'a stream that ends by %s is relayed byte for byte, its searches counted',
    async (stop) => {
      const bytes = stream(content, stop);
      rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, bytes));
      const answer = await askStream(rig, 'messages', 'an/m', body);
      expect(violations('messages', answer.body, 'whole')).toEqual([]);
      expect(answer.body).toBe(bytes);
      expect((await rig.row()).usage).toMatchObject({ input: 10, output: 20, webSearches: 2 });
    },
  );

  it('replayed they are the same bytes', async () => {
    const messages = [...body.messages, { role: 'assistant', content }, { role: 'user', content: 'more' }];
    const { up } = await asked(rig, 'messages', 'an/m', { ...body, messages });
    expect(up).toMatchObject({ tools: [search], messages });
  });
});

describe('case 59 and FX8: server tools in an answer to a chat caller', () => {
  const content = [calling, asking, found, saying];
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const annotation = {
    type: 'url_citation',
    url_citation: { start_index: 0, end_index: 3, url: 'https://x.example', title: 'X' },
  };

  it('are not shown as calls of the caller; citations are annotations', async () => {
    rig.upstream.once((_call, reply) => reply.send(200, json, whole(content, 'tool_use')));
    const { answer, row } = await asked(rig, 'chat', 'an/m', { tools });
    const [choice] = (answer.json() as { choices: object[] }).choices;
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'see',
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        annotations: [annotation],
      },
    });
    expect(row.usage.webSearches).toBe(2);
    expect(row.dropped).toEqual(['content.server_tool_use', 'content.web_search_tool_result']);
  });

  it('stay out of the arguments of a stream', async () => {
    rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, stream(content, 'tool_use')));
    const answer = await askStream(rig, 'chat', 'an/m', { tools });
    expect(violations('chat', answer.body, 'whole')).toEqual([]);
    const read = readStream('chat', answer.body);
    expect(read).toMatchObject({ calls: [{ id: 't1', name: 'f', args: '{"a":1}' }], text: 'see', stop: 'tool_calls' });
    expect(read.calls).toHaveLength(1);
    expect(answer.body).not.toContain('"index":-1');
    expect(answer.body).toContain(JSON.stringify([annotation]));
    expect((await rig.row()).usage.webSearches).toBe(2);
  });

  it('a turn that the provider paused ends, and that is reported', async () => {
    rig.upstream.once((_call, reply) => reply.send(200, json, whole([asking, found], 'pause_turn')));
    const { answer, row } = await asked(rig, 'chat', 'an/m', { tools });
    expect(answer.json()).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(row.dropped).toContain('stop_reason');
  });
});
