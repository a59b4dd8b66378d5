/** What Messages say, read after the API's reference. */
import { readEvents, readObject } from '../../validators/sse-events.ts';
import { CallBook, type Facts, object, objects, said, sortedJson, type WireAnswer } from '../features.ts';

type Wire = Record<string, unknown>;

export function readRequest(body: Wire): Facts {
  const book = new CallBook();
  return [
    ...readContent(body.system, 'system', book),
    ...objects(body.messages).flatMap(({ role, content }) => readContent(content, String(role), book)),
    ...readOptions(body),
  ];
}

function readContent(content: unknown, who: string, book: CallBook): string[] {
  if (typeof content === 'string') return said([who, content]);
  return objects(content).flatMap((block) => [
    ...readBlock(block, who, book),
    ...(block.cache_control === undefined ? [] : ['cache']),
  ]);
}

function readBlock(block: Wire, who: string, book: CallBook): string[] {
  const { media_type: mediaType, data } = object(block.source);
  switch (block.type) {
    case 'thinking':
      return said(['thinking', block.thinking], ['seal', block.signature]);
    case 'redacted_thinking':
      return said(['redacted', block.data]);
    case 'tool_use':
      return [book.call(String(block.id), block.name, block.input)];
    case 'tool_result': {
      const result = book.result(String(block.tool_use_id));
      return [...(block.is_error === true ? [`${result} failed`] : []), ...readContent(block.content, result, book)];
    }
    case 'image':
      return [`${who} image ${String(mediaType)} ${String(data)}`];
    case 'document':
      return [`${who} document ${String(mediaType)} ${String(data)}`, ...said([`${who} file name`, block.title])];
    default:
      return said([who, block.text]);
  }
}

function readOptions(body: Wire): string[] {
  const { format, effort } = object(body.output_config);
  const { type: choice, name } = object(body.tool_choice);
  const thinking = object(body.thinking);
  return [
    ...objects(body.tools).flatMap((tool) => [
      `tool ${String(tool.name)} ${sortedJson(tool.input_schema)}`,
      ...said([`tool ${String(tool.name)} described`, tool.description]),
    ]),
    ...said(['choice', choice === 'any' ? 'required' : (name ?? choice)], ['limit', body.max_tokens]),
    ...said(['effort', effort], ['thinking budget', thinking.budget_tokens]),
    ...(object(format).type === 'json_schema' ? [`format ${sortedJson(object(format).schema)}`] : []),
    ...((body.stop_sequences ?? []) as unknown[]).map((text) => `stop at ${String(text)}`),
    ...(body.stream === true ? ['stream'] : []),
  ];
}

const stops: Readonly<Record<string, string>> = {
  end_turn: 'end',
  max_tokens: 'length',
  tool_use: 'tool-call',
  stop_sequence: 'end',
  refusal: 'refusal',
};

export function readAnswer(answer: WireAnswer, stream: boolean): Facts {
  const body = answer.body.toString();
  if (answer.status !== 200) return readError(answer.status, object(readObject(body)?.error));
  const whole = stream ? joined(body) : (readObject(body) ?? {});
  const stop = whole.stop_reason === undefined ? undefined : (stops[String(whole.stop_reason)] ?? 'unknown');
  // The model's words of refusal are text in this dialect; the stop says what they are.
  const facts = readContent(whole.content, stop === 'refusal' ? 'refusal' : 'text', new CallBook());
  return [
    ...facts,
    ...said(['stop', stop], ['stopped by', whole.stop_sequence]),
    ...readUsage(object(whole.usage)),
    ...(whole.error === undefined ? [] : readError(undefined, object(whole.error))),
  ];
}

function readError(status: number | undefined, error: Wire): string[] {
  return [...said(['status', status]), `error ${error.type === 'rate_limit_error' ? 'rate-limited' : 'failure'}`];
}

/** Input leaves out what was read from or written to the cache. */
function readUsage(usage: Wire): string[] {
  if (usage.input_tokens === undefined) return [];
  const [input, cached, written] = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map(
    (field) => Number(usage[field] ?? 0),
  ) as [number, number, number];
  return said(
    ['input', input + cached + written],
    ['output', usage.output_tokens],
    ['cached', cached || undefined],
    ['cache written', written || undefined],
    ['thought', object(usage.output_tokens_details).thinking_tokens || undefined],
  );
}

/** A stream as the whole answer that it is. */
function joined(body: string): Wire {
  const whole: Wire = {};
  const content: Wire[] = [];
  let usage: Wire = {};
  for (const { data } of readEvents(body).events) {
    const event = readObject(data) ?? {};
    const delta = object(event.delta);
    const block = content[Number(event.index)] ?? {};
    if (event.type === 'error') whole.error = event.error;
    if (event.type === 'message_start') usage = { ...object(object(event.message).usage) };
    if (event.type === 'content_block_start') content[Number(event.index)] = { ...object(event.content_block) };
    if (event.type === 'content_block_delta') {
      const field = { text_delta: 'text', thinking_delta: 'thinking', signature_delta: 'signature' }[
        String(delta.type)
      ];
      if (delta.type === 'input_json_delta')
        block.input = `${typeof block.input === 'string' ? block.input : ''}${String(delta.partial_json)}`;
      else if (field !== undefined) block[field] = `${String(block[field] ?? '')}${String(delta[field])}`;
    }
    if (event.type === 'message_delta') {
      Object.assign(whole, delta);
      const given = Object.entries(object(event.usage)).filter(([, count]) => count !== null);
      usage = { ...usage, ...Object.fromEntries(given) };
    }
  }
  // Counts of a stream that failed are not its answer's.
  return { ...whole, content, ...(whole.stop_reason !== undefined && { usage }) };
}
