/** Cases 91 to 93, 95, 96 and 59 for every caller: what only streams of Chat or of Anthropic have, told in the caller's form. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import {
  args,
  begun,
  block,
  called,
  calls,
  chunk,
  counts,
  done,
  ended,
  event,
  sse,
  started,
  text,
  type Wire,
} from './frames.ts';
import { go, heard, translatedRoads, words } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const both = ['call f {"x":1}', 'call g {"y":2}', 'stop tool-call'];
const said = ['text Hi there', 'stop end'];

const item = (id: string, name: string, args: string) => ({
  id,
  type: 'function_call',
  call_id: id,
  name,
  arguments: args,
});
const added = (output_index: number, id: string, name: string) => ({
  type: 'response.output_item.added',
  output_index,
  item: item(id, name, ''),
});
const piece = (output_index: number, delta: string) => ({
  type: 'response.function_call_arguments.delta',
  output_index,
  delta,
});
const over = (output_index: number, each: Wire) => ({ type: 'response.output_item.done', output_index, item: each });
const output = [item('a', 'f', '{"x":1}'), item('b', 'g', '{"y":2}')] as const;
const response = {
  id: 'r',
  object: 'response',
  model: 'm',
  status: 'completed',
  error: null,
  incomplete_details: null,
};
const mixed: readonly (Wire & { type: string })[] = [
  { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
  ...[added(0, 'a', 'f'), added(1, 'b', 'g'), piece(0, '{"x"'), piece(1, '{"y"'), piece(0, ':1}'), piece(1, ':2}')],
  ...[over(1, output[1]), over(0, output[0])],
  {
    type: 'response.completed',
    response: { ...response, output, usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 } },
  },
];

/** The provider's dialect, what is odd, its stream, and what every caller is to read. */
const odd: readonly (readonly [DialectId, string, readonly string[], readonly string[]])[] = [
  [
    'openai-chat',
    'case 91, FX4: pieces of two calls are mixed',
    [
      calls(begun(0, 'a', 'f'), begun(1, 'b', 'g')),
      calls(args(0, '{"x"')),
      calls(args(1, '{"y"')),
      calls(args(0, ':1}')),
      calls(args(1, ':2}')),
      ...called,
    ],
    both,
  ],
  [
    'openai-chat',
    'case 92: the id is repeated, the indexes begin at 1',
    [
      calls(begun(1, 'a', 'f')),
      calls(args(1, '{"x":1}', { id: 'a' })),
      calls(begun(2, 'b', 'g')),
      calls(args(2, '{"y":2}', { id: 'b' })),
      ...called,
    ],
    both,
  ],
  [
    'openai-chat',
    'case 92: no index, no id, no list, no type',
    [
      chunk({ tool_calls: [] }),
      calls({ function: { name: 'f', arguments: '' } }),
      calls({ function: { arguments: '{"x":1}' } }),
      ...called,
    ],
    ['call f {"x":1}', 'stop tool-call'],
  ],
  [
    'openai-chat',
    'case 92: a name in two pieces, an id that comes late',
    [
      calls({ index: 0, type: 'function', function: { name: 'f' } }),
      calls({ index: 0, id: 'a', function: { name: 'ind', arguments: '' } }),
      calls(args(0, '{"x":1}')),
      ...called,
    ],
    ['call find {"x":1}', 'stop tool-call'],
  ],
  [
    'openai-chat',
    'case 92: a call in the words of functions',
    [
      chunk({ function_call: { name: 'f', arguments: '' } }),
      chunk({ function_call: { arguments: '{"x":1}' } }),
      chunk({}, 'function_call'),
      counts,
      done,
    ],
    ['call f {"x":1}', 'stop tool-call'],
  ],
  [
    'openai-chat',
    'case 93: text behind a call, and deltas that say nothing',
    [
      chunk({ role: 'assistant', content: null }),
      calls(begun(0, 'a', 'f')),
      calls(args(0, '{"x":1}')),
      chunk({ content: '' }),
      chunk({}),
      chunk({ content: 'Hi' }),
      ...called,
    ],
    ['call f {"x":1}', 'text Hi', 'stop tool-call'],
  ],
  [
    'openai-chat',
    'case 95: preludes, padding and heartbeats of other vendors',
    [
      `data: ${JSON.stringify({ id: '', model: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] })}\n\n`,
      `data: ${JSON.stringify({ type: 'keepalive' })}\n\n`,
      chunk({ role: 'assistant', content: '' }, null, { system_fingerprint: 'fp', obfuscation: 'xxxx' }),
      ...[chunk({ content: 'Hi' }), chunk({ content: ' there' }), chunk({}, 'stop'), counts, done],
    ],
    said,
  ],
  [
    'openai-responses',
    'case 91: pieces of two calls are mixed',
    mixed.map((each, i) => event(each.type, { ...each, sequence_number: i })),
    both,
  ],
  [
    'anthropic',
    'case 96: pings, events and deltas that nobody knows, counts that are null, two ends',
    [
      started({ input_tokens: 12, output_tokens: 1, cache_read_input_tokens: null }),
      ...[event('ping'), event('rate_limit_hint', { left: 1 })],
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hi' } }),
      event('content_block_delta', { index: 0, delta: { type: 'mood_delta', mood: 'good' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: ' there' } }),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: {}, usage: { input_tokens: null, output_tokens: 3 } }),
      ended('end_turn', { input_tokens: null, output_tokens: 5 }),
    ],
    said,
  ],
  [
    'anthropic',
    'case 59, FX8: a tool that the provider ran is not the caller’s',
    [
      started(),
      block(
        0,
        { type: 'tool_use', id: 't1', name: 'f', input: {} },
        { type: 'input_json_delta', partial_json: '{"x":1}' },
      ),
      block(
        1,
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
        { type: 'input_json_delta', partial_json: '{"query":"q"}' },
      ),
      block(2, { type: 'web_search_tool_result', tool_use_id: 's1', content: [] }),
      text(3, 'see'),
      ended('tool_use'),
    ],
    ['call f {"x":1}', 'text see', 'stop tool-call'],
  ],
];

describe.each(odd)('%s, %s', (provider, _what, frames, wanted) => {
  const roads = translatedRoads.filter(([, from]) => from === provider);
  it.each(roads)('for a caller of %s', async (caller, _from, road) => {
    const turn = await go(rig, road, true, sse(frames));
    const facts = words(heard(road, turn, true));
    // A message of Chat has no order of words and calls.
    if (caller === 'openai-chat') expect(facts.toSorted()).toEqual(wanted.toSorted());
    else expect(facts).toEqual(wanted);
    expect(turn.row).toMatchObject({ status: 'completed', usage: { input: 12, output: 5 } });
  });
});
