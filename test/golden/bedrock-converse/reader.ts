/** What Converse says, read after the API's reference. */
import { readObject } from '../../validators/sse-events.ts';
import { CallBook, type Facts, object, objects, said, sortedJson, type WireAnswer } from '../features.ts';
import { decode } from './event-stream.ts';

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
  return objects(content).flatMap((block) => {
    const { reasoningText, redactedContent } = object(block.reasoningContent);
    const { text: thought, signature } = object(reasoningText);
    if (block.toolUse !== undefined) {
      const { toolUseId, name, input } = object(block.toolUse);
      return [book.call(String(toolUseId), name, input)];
    }
    if (block.toolResult !== undefined) {
      const { toolUseId, content: inner, status } = object(block.toolResult);
      const result = book.result(String(toolUseId));
      return [...(status === 'error' ? [`${result} failed`] : []), ...readContent(inner, result, book)];
    }
    if (block.cachePoint !== undefined) return ['cache'];
    return [
      ...said(['thinking', thought], ['seal', signature], ['redacted', redactedContent]),
      ...readMedia(block, who),
      ...said([who, block.json === undefined ? block.text : JSON.stringify(block.json)]),
    ];
  });
}

/** A document's name is made up where the caller gave none, so only its extension-less form counts. */
function readMedia(block: Wire, who: string): string[] {
  return ['image', 'document', 'audio'].flatMap((kind) => {
    if (block[kind] === undefined) return [];
    const { format, name, source } = object(block[kind]);
    const type = kind === 'document' ? `application/${String(format)}` : `${kind}/${String(format)}`;
    return [`${who} ${kind} ${type} ${String(object(source).bytes)}`, ...said([`${who} file name`, name])];
  });
}

function readOptions(body: Wire): string[] {
  const { tools, toolChoice } = object(body.toolConfig);
  const { maxTokens, stopSequences } = object(body.inferenceConfig);
  const more = object(body.additionalModelRequestFields);
  const { textFormat, effort } = object(body.outputConfig);
  const { schema } = object(object(object(textFormat).structure).jsonSchema);
  const choice = Object.keys(object(toolChoice))[0];
  return [
    ...objects(tools).flatMap(({ toolSpec }) => {
      const { name, description, inputSchema } = object(toolSpec);
      return name === undefined
        ? []
        : [
            `tool ${String(name)} ${sortedJson(object(inputSchema).json)}`,
            ...said([`tool ${String(name)} described`, description]),
          ];
    }),
    ...said(['choice', choice === 'any' ? 'required' : choice], ['limit', maxTokens]),
    ...said(['thinking budget', object(more.thinking).budget_tokens]),
    ...said(['effort', effort ?? object(more.output_config).effort ?? more.reasoning_effort]),
    ...(typeof schema === 'string' ? [`format ${sortedJson(JSON.parse(schema))}`] : []),
    ...((stopSequences ?? []) as unknown[]).map((text) => `stop at ${String(text)}`),
  ];
}

const stops: Readonly<Record<string, string>> = {
  end_turn: 'end',
  max_tokens: 'length',
  tool_use: 'tool-call',
  stop_sequence: 'end',
  content_filtered: 'refusal',
  refusal: 'refusal',
};

export function readAnswer(answer: WireAnswer, stream: boolean): Facts {
  if (answer.status !== 200) {
    const type = String(answer.headers['x-amzn-errortype'] ?? '');
    return [`status ${answer.status}`, `error ${type.startsWith('ThrottlingException') ? 'rate-limited' : 'failure'}`];
  }
  const whole = stream ? joined(answer.body) : (readObject(answer.body.toString()) ?? {});
  const stop = whole.stopReason === undefined ? undefined : (stops[String(whole.stopReason)] ?? 'unknown');
  const { content } = object(object(whole.output).message);
  return [
    ...readContent(content, stop === 'refusal' ? 'refusal' : 'text', new CallBook()),
    ...said(['stop', stop], ['stopped by', object(whole.additionalModelResponseFields).stop_sequence]),
    ...readUsage(object(whole.usage)),
    ...(whole.error === undefined ? [] : ['error failure']),
  ];
}

/** Input leaves out what was read from or written to the cache. */
function readUsage(usage: Wire): string[] {
  if (usage.inputTokens === undefined) return [];
  const cached = Number(usage.cacheReadInputTokens ?? 0);
  const written = Number(usage.cacheWriteInputTokens ?? 0);
  return said(
    ['input', Number(usage.inputTokens) + cached + written],
    ['output', usage.outputTokens],
    ['cached', cached || undefined],
    ['cache written', written || undefined],
  );
}

/** A stream as the whole answer that it is. */
function joined(stream: Buffer): Wire {
  const content: Wire[] = [];
  const whole: Wire = { output: { message: { content } } };
  for (const { type, isException, body } of decode(stream)) {
    const at = Number(body.contentBlockIndex);
    const delta = object(body.delta);
    if (isException) whole.error = body;
    if (type === 'contentBlockStart') content[at] = { ...object(body.start) };
    if (type === 'contentBlockDelta') content[at] = addDelta(content[at] ?? {}, delta);
    if (type === 'messageStop') Object.assign(whole, body);
    if (type === 'metadata') whole.usage = body.usage;
  }
  return whole;
}

function addDelta(block: Wire, delta: Wire): Wire {
  if (typeof delta.text === 'string') return { text: `${String(block.text ?? '')}${delta.text}` };
  if (delta.toolUse !== undefined) {
    const tool = object(block.toolUse);
    return { toolUse: { ...tool, input: `${String(tool.input ?? '')}${String(object(delta.toolUse).input)}` } };
  }
  const { text, signature, redactedContent } = object(delta.reasoningContent);
  if (redactedContent !== undefined) return { reasoningContent: { redactedContent } };
  const before = object(object(block.reasoningContent).reasoningText);
  return {
    reasoningContent: {
      reasoningText: {
        text: `${String(before.text ?? '')}${String(text ?? '')}`,
        signature: signature ?? before.signature,
      },
    },
  };
}
