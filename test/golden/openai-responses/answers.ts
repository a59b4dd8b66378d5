/** How a Responses provider answers. Shapes and order of the events after the recordings of OpenAI. */
import { cut, eventStream, type Feature, json, type WireAnswer } from '../features.ts';

type Wire = Record<string, unknown>;

interface Said {
  readonly output: readonly Wire[];
  readonly incomplete?: string;
  readonly usage?: Wire;
}

const plainUsage = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 17,
};
const cacheUsage = {
  input_tokens: 1060,
  input_tokens_details: { cached_tokens: 50, cache_write_tokens: 1000 },
  output_tokens: 8,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 1068,
};
const message = (...content: Wire[]): Wire => ({
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content,
});
const text = (value: string): Wire => ({ type: 'output_text', text: value, annotations: [] });
const call = (id: string, city: string): Wire => ({
  id: `fc_${id}`,
  type: 'function_call',
  status: 'completed',
  call_id: `call_${id}`,
  name: 'weather',
  arguments: `{"city":"${city}"}`,
});
const reasoning = (summary: readonly Wire[], sealed: string): Wire => ({
  id: 'rs_1',
  type: 'reasoning',
  summary,
  encrypted_content: sealed,
});
const hello: Said = { output: [message(text('Hi there.'))] };

const answers: Partial<Record<Feature, Said>> = {
  'parallel tools': { output: [message(text('Let me see.')), call('a', 'Oslo'), call('b', 'Bern')] },
  thinking: {
    output: [
      reasoning([{ type: 'summary_text', text: 'Because.' }], 'c2VhbGVk'),
      message(text('So it is.')),
      call('a', 'Oslo'),
    ],
  },
  'redacted thinking': { output: [reasoning([], 'ZW5jcnlwdGVk'), message(text('So it is.')), call('a', 'Oslo')] },
  'structured output': { output: [message(text('{"answer":42}'))] },
  refusal: { output: [message({ type: 'refusal', refusal: 'I cannot help.' })] },
  'max tokens': { output: [{ ...message(text('Hi th')), status: 'incomplete' }], incomplete: 'max_output_tokens' },
  'usage with cache': { ...hello, usage: cacheUsage },
};

export function answer(feature: Feature, stream: boolean): WireAnswer | undefined {
  if (feature === 'error before the stream') {
    const error = {
      message: 'Rate limit reached',
      type: 'rate_limit_exceeded',
      param: null,
      code: 'rate_limit_exceeded',
    };
    return json(429, { error }, { 'retry-after': '7' });
  }
  const said = answers[feature] ?? hello;
  if (feature === 'error during the stream') return stream ? failed() : cut(json(200, whole(hello)));
  return stream ? streamed(said) : json(200, whole(said));
}

const head = { id: 'resp_1', object: 'response', created_at: 1_790_000_000, model: 'up-model', store: false };
const settings = {
  ...{ error: null, incomplete_details: null, instructions: null, max_output_tokens: null, metadata: {} },
  ...{ parallel_tool_calls: true, previous_response_id: null, temperature: 1, top_p: 1, tools: [] },
  ...{ tool_choice: 'auto', truncation: 'disabled', text: { format: { type: 'text' } }, user: null },
};

function whole({ output, incomplete, usage = plainUsage }: Said): Wire {
  const status = incomplete === undefined ? 'completed' : 'incomplete';
  const details = incomplete === undefined ? null : { reason: incomplete };
  return { ...head, ...settings, status, incomplete_details: details, output, usage };
}

/** Numbers the events from 0. */
function numbered(events: readonly Wire[]): WireAnswer {
  return eventStream(
    ...events.map(
      (event, i) => `event: ${String(event.type)}\ndata: ${JSON.stringify({ ...event, sequence_number: i })}\n\n`,
    ),
  );
}

const opening = (): Wire[] =>
  ['response.created', 'response.in_progress'].map((type) => ({
    type,
    response: { ...head, ...settings, status: 'in_progress', output: [], usage: null },
  }));

function streamed(said: Said): WireAnswer {
  const response = whole(said);
  const end = { type: said.incomplete === undefined ? 'response.completed' : 'response.incomplete', response };
  return numbered([...opening(), ...said.output.flatMap(itemEvents), end]);
}

function itemEvents(item: Wire, index: number): Wire[] {
  const at = { output_index: index };
  const bare = { message: { content: [] }, function_call: { arguments: '' }, reasoning: { summary: [] } }[
    String(item.type)
  ];
  return [
    { type: 'response.output_item.added', ...at, item: { ...item, ...bare, status: 'in_progress' } },
    ...innerEvents(item, { ...at, item_id: item.id }),
    { type: 'response.output_item.done', ...at, item },
  ];
}

function innerEvents(item: Wire, at: Wire): Wire[] {
  if (item.type === 'function_call') {
    const args = String(item.arguments);
    return [
      { type: 'response.function_call_arguments.delta', ...at, delta: args.slice(0, 4) },
      { type: 'response.function_call_arguments.delta', ...at, delta: args.slice(4) },
      { type: 'response.function_call_arguments.done', ...at, arguments: args },
    ];
  }
  if (item.type === 'reasoning') {
    return (item.summary as Wire[]).flatMap((part, i) => {
      const here = { ...at, summary_index: i };
      return [
        { type: 'response.reasoning_summary_part.added', ...here, part: { ...part, text: '' } },
        { type: 'response.reasoning_summary_text.delta', ...here, delta: part.text },
        { type: 'response.reasoning_summary_text.done', ...here, text: part.text },
        { type: 'response.reasoning_summary_part.done', ...here, part },
      ];
    });
  }
  return (item.content as Wire[]).flatMap((part, i) => {
    const here = { ...at, content_index: i };
    const field = part.type === 'refusal' ? 'refusal' : 'text';
    const name = part.type === 'refusal' ? 'response.refusal' : 'response.output_text';
    const all = String(part[field]);
    return [
      { type: 'response.content_part.added', ...here, part: { ...part, [field]: '' } },
      { type: `${name}.delta`, ...here, delta: all.slice(0, 3) },
      { type: `${name}.delta`, ...here, delta: all.slice(3) },
      { type: `${name}.done`, ...here, [field]: all },
      { type: 'response.content_part.done', ...here, part },
    ];
  });
}

function failed(): WireAnswer {
  const item = { ...message(), status: 'in_progress' };
  const error = { code: 'server_error', message: 'The server had an error' };
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  return numbered([
    ...opening(),
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.content_part.added', ...at, part: text('') },
    { type: 'response.output_text.delta', ...at, delta: 'Hel' },
    { type: 'response.failed', response: { ...head, ...settings, status: 'failed', error, output: [], usage: null } },
  ]);
}
