/** The same answer as a stream of any provider, in pieces as the test wants them. */
import type { DialectId } from '../../../src/llm/chat.ts';
import { encode } from '../../golden/bedrock-converse/event-stream.ts';
import type { WireAnswer } from '../../golden/features.ts';
import * as wire from './frames.ts';

type Wire = wire.Wire;

export type Told =
  | { readonly thinking: string }
  | { readonly text: string }
  /** `pieces`: of the arguments, each in a frame of its own. `null`: the call comes whole, in as few frames as there can be. */
  | { readonly call: string; readonly pieces: readonly string[] | null; readonly args?: string };

/** Ends by a call where there is one; 12 tokens in, 5 out. */
export function tell(provider: DialectId, told: readonly Told[]): WireAnswer {
  return tellers[provider](told);
}

const argsOf = ({ pieces, args }: Extract<Told, { call: string }>) => args ?? pieces?.join('') ?? '';
const hasCall = (told: readonly Told[]) => told.some((each) => 'call' in each);
const numbered = (told: readonly Told[]) => {
  const calls = told.filter((each) => 'call' in each);
  return told.map((each, i) => ({ each, i, id: `c${i}`, call: calls.indexOf(each as never) }));
};

function chat(told: readonly Told[]): WireAnswer {
  const frames = numbered(told).flatMap(({ each, id, call: index }) => {
    if ('thinking' in each) return [wire.chunk({ reasoning_content: each.thinking })];
    if ('text' in each) return [wire.chunk({ content: each.text })];
    const named = { index, id, type: 'function' };
    if (each.pieces === null) return [wire.calls({ ...named, function: { name: each.call, arguments: argsOf(each) } })];
    return [
      wire.calls(wire.begun(index, id, each.call)),
      ...each.pieces.map((piece) => wire.calls(wire.args(index, piece))),
    ];
  });
  const finish = wire.chunk({}, hasCall(told) ? 'tool_calls' : 'stop');
  return wire.sse([wire.chunk({ role: 'assistant', content: '' }), ...frames, finish, wire.counts, wire.done]);
}

function anthropic(told: readonly Told[]): WireAnswer {
  const blocks = numbered(told).map(({ each, i, id }) => {
    if ('thinking' in each) {
      const delta = { type: 'thinking_delta', thinking: each.thinking };
      return wire.block(i, { type: 'thinking', thinking: '', signature: '' }, delta);
    }
    if ('text' in each) return wire.text(i, each.text);
    const input = each.pieces === null && argsOf(each) !== '' ? (JSON.parse(argsOf(each)) as Wire) : {};
    const deltas = (each.pieces ?? []).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    return wire.block(i, { type: 'tool_use', id, name: each.call, input }, ...deltas);
  });
  return wire.sse([wire.started(), ...blocks, wire.ended(hasCall(told) ? 'tool_use' : 'end_turn')]);
}

function responses(told: readonly Told[]): WireAnswer {
  const head = { id: 'resp_1', object: 'response', model: 'm', error: null, incomplete_details: null };
  const items = numbered(told).map(({ each, i, id }) => itemOf(each, i, id));
  const events = [
    { type: 'response.created', response: { ...head, status: 'in_progress', output: [] } },
    ...items.flatMap(({ events }) => events),
    {
      type: 'response.completed',
      response: {
        ...head,
        status: 'completed',
        output: items.map(({ item }) => item),
        usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 },
      },
    },
  ];
  return wire.sse(events.map((event, i) => wire.event(event.type, { ...event, sequence_number: i })));
}

function itemOf(each: Told, output_index: number, id: string): { item: Wire; events: (Wire & { type: string })[] } {
  const at = { output_index, item_id: id };
  const added = (item: Wire) => ({ type: 'response.output_item.added', output_index, item });
  const done = (item: Wire) => ({ type: 'response.output_item.done', output_index, item });
  if ('thinking' in each) {
    const item = { id, type: 'reasoning', summary: [{ type: 'summary_text', text: each.thinking }] };
    const here = { ...at, summary_index: 0 };
    return {
      item,
      events: [
        added({ ...item, summary: [] }),
        { type: 'response.reasoning_summary_part.added', ...here, part: { type: 'summary_text', text: '' } },
        { type: 'response.reasoning_summary_text.delta', ...here, delta: each.thinking },
        { type: 'response.reasoning_summary_text.done', ...here, text: each.thinking },
        done(item),
      ],
    };
  }
  if ('text' in each) {
    const content = [{ type: 'output_text', text: each.text, annotations: [] }];
    const item = { id, type: 'message', role: 'assistant', content };
    const here = { ...at, content_index: 0 };
    return {
      item,
      events: [
        added({ ...item, content: [] }),
        { type: 'response.output_text.delta', ...here, delta: each.text },
        { type: 'response.output_text.done', ...here, text: each.text },
        done(item),
      ],
    };
  }
  const item = { id, type: 'function_call', call_id: id, name: each.call, arguments: argsOf(each) };
  if (each.pieces === null) return { item, events: [done(item)] };
  const deltas = each.pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta }));
  return { item, events: [added({ ...item, arguments: '' }), ...deltas, done(item)] };
}

/** Its calls are always whole; one without arguments has no `args` where it has no pieces. */
function gemini(told: readonly Told[]): WireAnswer {
  const parts = told.map((each): Wire => {
    if ('thinking' in each) return { text: each.thinking, thought: true };
    if ('text' in each) return each;
    const args = argsOf(each);
    const isBare = args === '' && each.pieces?.length === 0;
    return { functionCall: { name: each.call, ...(!isBare && { args: JSON.parse(args === '' ? '{}' : args) }) } };
  });
  const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 };
  return wire.sse(
    parts.map((part, i) => {
      const last = i === parts.length - 1 ? { finishReason: 'STOP' } : {};
      const candidate = { content: { role: 'model', parts: [part] }, ...last, index: 0 };
      return `data: ${JSON.stringify({ candidates: [candidate], usageMetadata })}\r\n\r\n`;
    }),
  );
}

function converse(told: readonly Told[]): WireAnswer {
  const frame = (type: string, body: Wire) => encode({ type, isException: false, body });
  const blocks = numbered(told).flatMap(({ each, i: contentBlockIndex, id }) => {
    const delta = (fields: Wire) => frame('contentBlockDelta', { contentBlockIndex, delta: fields });
    const stop = frame('contentBlockStop', { contentBlockIndex });
    if ('thinking' in each) return [delta({ reasoningContent: { text: each.thinking } }), stop];
    if ('text' in each) return [delta(each), stop];
    const start = { toolUse: { toolUseId: id, name: each.call } };
    const pieces = each.pieces ?? (argsOf(each) === '' ? [] : [argsOf(each)]);
    const deltas = pieces.map((input) => delta({ toolUse: { input } }));
    return [frame('contentBlockStart', { contentBlockIndex, start }), ...deltas, stop];
  });
  const body = Buffer.concat([
    frame('messageStart', { role: 'assistant' }),
    ...blocks,
    frame('messageStop', { stopReason: hasCall(told) ? 'tool_use' : 'end_turn' }),
    frame('metadata', { usage: { inputTokens: 12, outputTokens: 5, totalTokens: 17 } }),
  ]);
  return { status: 200, headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body };
}

const tellers: Readonly<Record<DialectId, (told: readonly Told[]) => WireAnswer>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  anthropic,
  gemini,
  'bedrock-converse': converse,
};
