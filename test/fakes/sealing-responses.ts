/** OpenAI's Responses without state. https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items */
import type { UpstreamCall } from './call.ts';
import {
  contentOf,
  type Json,
  list,
  pieces,
  type Said,
  type SealingWire,
  type SeenRequest,
  sse,
  sseContent,
} from './sealing.ts';

const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 30,
};

export const responsesSealing: SealingWire = {
  read,
  sealed: (said, mint) =>
    said.map((part, i) => {
      if (part.type !== 'thinking') return part;
      // What is hidden has no summary.
      const text = part.redacted ? '' : part.text;
      return { type: 'thinking', text, seal: mint(i, said.slice(i).map(contentOf).join('\n')) };
    }),
  whole: (said, id) => Buffer.from(JSON.stringify(responseOf(said, id, 'completed'))),
  stream: (said, id) => Buffer.from(events(said, id).join('')),
  streamHeaders: sseContent,
  refusal: (fault, answer) => ({
    error: { message: words[fault](`rs_${answer}`), type: 'invalid_request_error', param: 'input', code: null },
  }),
};

const words = {
  missing: (id: string) =>
    `Item 'fc_1' of type 'function_call' was provided without its required 'reasoning' item: '${id}'.`,
  changed: (id: string) => `The encrypted content for item ${id} could not be verified.`,
  foreign: (id: string) => `The encrypted content for item ${id} could not be decrypted or parsed.`,
  headless: (id: string) => `Item '${id}' of type 'reasoning' was provided without its required following item.`,
};

function read(call: UpstreamCall): SeenRequest {
  const body = call.json ?? {};
  const answers: Said[][] = [];
  let session = '';
  let isAnswer = false;
  let last: unknown;
  const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : list(body.input);
  for (const item of input as Json[]) {
    const said = saidOf(item);
    if (said.length > 0 && !isAnswer) answers.push([]);
    answers.at(-1)?.push(...said);
    isAnswer = said.length > 0;
    if (item.role === 'user' && session === '') {
      session = String(typeof item.content === 'string' ? item.content : list(item.content)[0]?.text);
    }
    last = item.type;
  }
  return { stream: body.stream === true, thinks: true, session, answers, isInLoop: last === 'function_call_output' };
}

function saidOf(item: Json): Said[] {
  if (item.type === 'reasoning') {
    const text = list(item.summary).map((part) => String(part.text));
    return [{ type: 'thinking', text: text.join('\n\n'), seal: String(item.encrypted_content) }];
  }
  if (item.type === 'function_call')
    return [{ type: 'call', id: String(item.call_id), name: String(item.name), args: String(item.arguments) }];
  if (item.role !== 'assistant') return [];
  if (typeof item.content === 'string') return [{ type: 'text', text: item.content }];
  return list(item.content).map((part) => ({ type: 'text', text: String(part.text) }));
}

function itemOf(part: Said, id: string, index: number): Json {
  const own = `${id}_${index}`;
  if (part.type === 'thinking') {
    const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
    return { type: 'reasoning', id: `rs_${own}`, summary, encrypted_content: part.seal };
  }
  if (part.type === 'text') {
    const content = [{ type: 'output_text', text: part.text, annotations: [] }];
    return { type: 'message', id: `msg_${own}`, status: 'completed', role: 'assistant', content };
  }
  const { id: call_id, name, args } = part;
  return { type: 'function_call', id: `fc_${own}`, status: 'completed', call_id, name, arguments: args };
}

function responseOf(said: readonly Said[], id: string, status: string): Json {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_755_000_000,
    status,
    model: 'gpt',
    error: null,
    incomplete_details: null,
    output: status === 'completed' ? said.map((part, i) => itemOf(part, id, i)) : [],
    parallel_tool_calls: true,
    store: false,
    usage: status === 'completed' ? usage : null,
  };
}

function events(said: readonly Said[], id: string): string[] {
  let sequence_number = 0;
  const event = (type: string, more: object): string =>
    sse({ type, sequence_number: sequence_number++, ...more }, type);
  const items = said.flatMap((part, output_index) => {
    const item = itemOf(part, id, output_index);
    const at = { item_id: item.id, output_index };
    return [
      event('response.output_item.added', { output_index, item: emptied(item) }),
      ...deltas(part, at, event),
      event('response.output_item.done', { output_index, item }),
    ];
  });
  return [
    event('response.created', { response: responseOf(said, id, 'in_progress') }),
    event('response.in_progress', { response: responseOf(said, id, 'in_progress') }),
    ...items,
    event('response.completed', { response: responseOf(said, id, 'completed') }),
  ];
}

function emptied(item: Json): Json {
  if (item.type === 'reasoning') return { ...item, summary: [] };
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  return { ...item, status: 'in_progress', arguments: '' };
}

function deltas(part: Said, at: object, event: (type: string, more: object) => string): string[] {
  if (part.type === 'call') {
    return [
      ...pieces(part.args).map((delta) => event('response.function_call_arguments.delta', { ...at, delta })),
      event('response.function_call_arguments.done', { ...at, arguments: part.args }),
    ];
  }
  if (part.type === 'text') {
    const place = { ...at, content_index: 0 };
    const whole = { type: 'output_text', text: part.text, annotations: [] };
    return [
      event('response.content_part.added', { ...place, part: { ...whole, text: '' } }),
      ...pieces(part.text).map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })),
      event('response.output_text.done', { ...place, text: part.text, logprobs: [] }),
      event('response.content_part.done', { ...place, part: whole }),
    ];
  }
  if (part.text === '') return [];
  const place = { ...at, summary_index: 0 };
  const whole = { type: 'summary_text', text: part.text };
  return [
    event('response.reasoning_summary_part.added', { ...place, part: { ...whole, text: '' } }),
    ...pieces(part.text).map((delta) => event('response.reasoning_summary_text.delta', { ...place, delta })),
    event('response.reasoning_summary_text.done', { ...place, text: part.text }),
    event('response.reasoning_summary_part.done', { ...place, part: whole }),
  ];
}
