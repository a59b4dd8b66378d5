/** What Responses say, read after the API's reference. */
import { readEvents, readObject } from '../../validators/sse-events.ts';
import { CallBook, type Facts, object, objects, said, sortedJson, type WireAnswer } from '../features.ts';

type Wire = Record<string, unknown>;

export function readRequest(body: Wire): Facts {
  const book = new CallBook();
  const input = typeof body.input === 'string' ? said(['user', body.input]) : readItems(body.input, book);
  return [...said(['system', body.instructions]), ...input, ...readOptions(body)];
}

/** `who` replaces the role of an answer's message. */
function readItems(value: unknown, book: CallBook, who?: string): string[] {
  return objects(value).flatMap((item) => {
    switch (item.type) {
      case 'reasoning':
        return readReasoning(item);
      case 'function_call':
        return [book.call(String(item.call_id), item.name, item.arguments)];
      case 'function_call_output':
        return readContent(item.output, book.result(String(item.call_id)));
      case 'message':
      case undefined:
        return readContent(item.content, who ?? (item.role === 'developer' ? 'system' : String(item.role)));
      default:
        return [`unknown item ${String(item.type)}`];
    }
  });
}

function readReasoning(item: Wire): string[] {
  const parts = [...objects(item.summary), ...objects(item.content)];
  const text = parts.map((part) => String(part.text)).join('\n\n');
  return said(['thinking', text], [text === '' ? 'redacted' : 'seal', item.encrypted_content]);
}

function readContent(content: unknown, who: string): string[] {
  if (typeof content === 'string') return said([who, content]);
  return objects(content).flatMap((part) => {
    switch (part.type) {
      case 'input_image':
        return [`${who} image ${dataUrl(part.image_url)}`];
      case 'input_file':
        return [`${who} document ${dataUrl(part.file_data)}`, ...said([`${who} file name`, part.filename])];
      case 'input_audio': {
        const { data, format } = object(part.input_audio);
        return [`${who} audio audio/${String(format)} ${String(data)}`];
      }
      case 'refusal':
        return said(['refusal', part.refusal]);
      default:
        return said([who, part.text]);
    }
  });
}

function dataUrl(value: unknown): string {
  return String(value)
    .replace(/^data:/, '')
    .replace(';base64,', ' ');
}

function readOptions(body: Wire): string[] {
  const format = object(object(body.text).format);
  const { tool_choice: choice } = body;
  return [
    ...objects(body.tools).flatMap((tool) => [
      `tool ${String(tool.name)} ${sortedJson(tool.parameters)}`,
      ...said([`tool ${String(tool.name)} described`, tool.description]),
    ]),
    ...said(['choice', typeof choice === 'object' ? object(choice).name : choice]),
    ...said(['limit', body.max_output_tokens], ['effort', object(body.reasoning).effort]),
    ...(format.type === 'json_schema' ? [`format ${sortedJson(format.schema)}`] : []),
    ...(body.stream === true ? ['stream'] : []),
  ];
}

export function readAnswer(answer: WireAnswer, stream: boolean): Facts {
  const body = answer.body.toString();
  if (answer.status !== 200) return readError(answer.status, object(readObject(body)?.error));
  return stream ? readStream(body) : readWhole(readObject(body) ?? {});
}

function readWhole(response: Wire): string[] {
  const facts = readItems(response.output, new CallBook(), 'text');
  const failed = response.error !== null && response.error !== undefined;
  return [
    ...facts,
    ...said(['stop', stopOf(response, facts)]),
    ...readUsage(object(response.usage)),
    ...(failed ? readError(undefined, object(response.error)) : []),
  ];
}

function stopOf(response: Wire, facts: readonly string[]): string | undefined {
  const { reason } = object(response.incomplete_details);
  if (response.status === 'incomplete')
    return reason === 'max_output_tokens' ? 'length' : reason === 'content_filter' ? 'refusal' : 'unknown';
  if (response.status !== 'completed') return undefined;
  if (facts.some((fact) => fact.startsWith('refusal '))) return 'refusal';
  return facts.some((fact) => fact.startsWith('call ')) ? 'tool-call' : 'end';
}

function readError(status: number | undefined, error: Wire): string[] {
  const words = `${String(error.code)} ${String(error.type)}`;
  return [...said(['status', status]), `error ${/rate_limit/.test(words) ? 'rate-limited' : 'failure'}`];
}

function readUsage(usage: Wire): string[] {
  const details = object(usage.input_tokens_details);
  return said(
    ['input', usage.input_tokens],
    ['output', usage.output_tokens],
    ['cached', details.cached_tokens || undefined],
    ['cache written', details.cache_write_tokens || undefined],
    ['thought', object(usage.output_tokens_details).reasoning_tokens || undefined],
  );
}

/** By its deltas where the stream failed; otherwise by its last event, which must say what the deltas said. */
function readStream(body: string): string[] {
  const events = readEvents(body).events.map(({ data }) => readObject(data) ?? {});
  const text = events.flatMap((event) => (/output_text.delta$/.test(String(event.type)) ? [String(event.delta)] : []));
  const error = events.find((event) => event.type === 'error');
  const end = events.find((event) => /^response\.(completed|incomplete|failed)$/.test(String(event.type)));
  const whole = readWhole(object(end?.response));
  const written = whole.flatMap((fact) => (fact.startsWith('text ') ? [fact.slice(5)] : []));
  if (end !== undefined && end.type !== 'response.failed') {
    return written.join('') === text.join('') ? whole : ['deltas and the whole differ', ...whole];
  }
  const reason = error ?? object(object(end?.response).error);
  return [...said(['text', text.join('')]), ...readError(undefined, object(reason.error ?? reason))];
}
