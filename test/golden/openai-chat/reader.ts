/** What Chat Completions say, read after the API's reference and OpenRouter's pages on reasoning. */
import { readEvents, readObject } from '../../validators/sse-events.ts';
import { CallBook, type Facts, object, objects, said, sortedJson, type WireAnswer } from '../features.ts';

export function readRequest(body: Record<string, unknown>): Facts {
  const book = new CallBook();
  const facts = objects(body.messages).flatMap((message) => readMessage(message, book));
  return [...facts, ...readOptions(body)];
}

function readMessage(message: Record<string, unknown>, book: CallBook): string[] {
  const role = message.role === 'developer' ? 'system' : String(message.role);
  if (role === 'tool') {
    const result = book.result(String(message.tool_call_id));
    return readContent(message.content, result);
  }
  return [
    ...readReasoning(message),
    ...readContent(message.content, role),
    ...said(['refusal', message.refusal]),
    ...readCalls(message.tool_calls, book),
  ];
}

function readContent(content: unknown, who: string): string[] {
  if (typeof content === 'string') return said([who, content]);
  return objects(content).flatMap((part) => {
    if (part.type === 'image_url') return [`${who} image ${dataUrl(object(part.image_url).url)}`];
    if (part.type === 'input_audio') {
      const { data, format } = object(part.input_audio);
      return [`${who} audio audio/${String(format)} ${String(data)}`];
    }
    if (part.type === 'file') {
      const { filename, file_data } = object(part.file);
      return [`${who} document ${dataUrl(file_data)}`, ...said([`${who} file name`, filename])];
    }
    return said([who, part.text ?? part.refusal]);
  });
}

function dataUrl(value: unknown): string {
  return String(value)
    .replace(/^data:/, '')
    .replace(';base64,', ' ');
}

/** Details that have a text repeat the plain one. A detail's signature or data is its seal; one with an id is a call's. */
function readReasoning(message: Record<string, unknown>): string[] {
  const details = objects(message.reasoning_details);
  const hasText = details.some((detail) => (detail.text ?? detail.summary) !== undefined);
  return [
    ...(hasText ? [] : said(['thinking', message.reasoning_content ?? message.reasoning])),
    ...details.flatMap((detail) =>
      detail.type === 'reasoning.encrypted'
        ? said([detail.id === undefined ? 'redacted' : 'seal', detail.data])
        : said(['thinking', detail.text ?? detail.summary], ['seal', detail.signature]),
    ),
  ];
}

function readCalls(value: unknown, book: CallBook): string[] {
  return objects(value).map(({ id, function: tool }) => {
    const { name, arguments: args } = object(tool);
    return book.call(String(id), name, args);
  });
}

function readOptions(body: Record<string, unknown>): string[] {
  const format = object(body.response_format);
  const { tool_choice: choice } = body;
  return [
    ...objects(body.tools).flatMap((tool) => {
      const { name, description, parameters } = object(tool.function);
      return [
        `tool ${String(name)} ${sortedJson(parameters)}`,
        ...said([`tool ${String(name)} described`, description]),
      ];
    }),
    ...said(['choice', typeof choice === 'object' ? JSON.stringify(choice) : choice]),
    ...said(['limit', body.max_completion_tokens ?? body.max_tokens], ['effort', body.reasoning_effort]),
    ...(format.type === 'json_schema' ? [`format ${sortedJson(object(format.json_schema).schema)}`] : []),
    ...[body.stop ?? []].flat().map((text) => `stop at ${String(text)}`),
    ...(body.stream === true ? ['stream'] : []),
  ];
}

const stops: Readonly<Record<string, string>> = {
  stop: 'end',
  length: 'length',
  tool_calls: 'tool-call',
  content_filter: 'refusal',
};

export function readAnswer(answer: WireAnswer, stream: boolean): Facts {
  if (answer.status !== 200) return readError(answer.status, object(readObject(answer.body.toString())?.error));
  const whole = stream ? joined(answer.body.toString()) : (readObject(answer.body.toString()) ?? {});
  const choice = objects(whole.choices)[0] ?? {};
  const message = object(choice.message);
  const finish = typeof choice.finish_reason === 'string' ? (stops[choice.finish_reason] ?? 'unknown') : undefined;
  // A refusal in its own field is one, whatever the finish_reason says.
  const stop = finish !== undefined && typeof message.refusal === 'string' ? 'refusal' : finish;
  return [
    ...readMessage({ ...message, role: 'text' }, new CallBook()),
    ...said(['stop', stop]),
    ...readUsage(object(whole.usage)),
    ...(whole.error === undefined ? [] : readError(undefined, object(whole.error))),
  ];
}

function readError(status: number | undefined, error: Record<string, unknown>): string[] {
  const words = `${String(error.code)} ${String(error.type)}`;
  const kind = /rate_limit/.test(words) || status === 429 ? 'rate-limited' : 'failure';
  return [...said(['status', status]), `error ${kind}`];
}

function readUsage(usage: Record<string, unknown>): string[] {
  const { cached_tokens: cached, cache_write_tokens: written } = object(usage.prompt_tokens_details);
  return said(
    ['input', usage.prompt_tokens],
    ['output', usage.completion_tokens],
    ['cached', cached || undefined],
    ['cache written', written || undefined],
    ['thought', object(usage.completion_tokens_details).reasoning_tokens || undefined],
  );
}

/** A stream as the whole answer that it is. */
function joined(body: string): Record<string, unknown> {
  const message: Record<string, unknown> & { tool_calls: Record<string, unknown>[]; reasoning_details: object[] } = {
    ...{ content: '', tool_calls: [], reasoning_details: [] },
  };
  const whole: Record<string, unknown> = {};
  const choice: Record<string, unknown> = { message };
  for (const { data } of readEvents(body).events) {
    const chunk = readObject(data) ?? {};
    if (chunk.error !== undefined) whole.error = chunk.error;
    if (chunk.usage) whole.usage = chunk.usage;
    const first = objects(chunk.choices)[0];
    if (first?.finish_reason) choice.finish_reason = first.finish_reason;
    const delta = object(first?.delta);
    for (const field of ['content', 'reasoning', 'reasoning_content', 'refusal'])
      if (typeof delta[field] === 'string') message[field] = `${String(message[field] ?? '')}${delta[field]}`;
    addDetails(message.reasoning_details, objects(delta.reasoning_details));
    for (const part of objects(delta.tool_calls)) {
      const index = Number(part.index);
      const { name, arguments: args } = object(part.function);
      const before = object(message.tool_calls[index]);
      const tool = object(before.function);
      message.tool_calls[index] = {
        id: before.id ?? part.id,
        function: { name: tool.name ?? name, arguments: `${String(tool.arguments ?? '')}${String(args ?? '')}` },
      };
    }
  }
  return { ...whole, choices: [choice] };
}

/** Pieces of one detail have its index: texts are joined, the signature comes with the last. */
function addDetails(details: object[], pieces: readonly Record<string, unknown>[]): void {
  for (const piece of pieces) {
    const before = details.find((detail) => object(detail).index === piece.index) as
      | Record<string, unknown>
      | undefined;
    if (before === undefined || piece.type === 'reasoning.encrypted') details.push({ ...piece });
    else Object.assign(before, piece, { text: `${String(before.text ?? '')}${String(piece.text ?? '')}` });
  }
}
