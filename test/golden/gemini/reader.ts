/** What generateContent says, read after the API's reference. */
import { readEvents, readObject } from '../../validators/sse-events.ts';
import { CallBook, type Facts, object, objects, said, sortedJson, type WireAnswer } from '../features.ts';

type Wire = Record<string, unknown>;

export function readRequest(body: Wire): Facts {
  const book = new CallBook();
  const system = object(body.systemInstruction ?? body.system_instruction);
  return [
    ...readParts(system.parts, 'system', book),
    ...objects(body.contents).flatMap(({ role, parts }) =>
      readParts(parts, role === 'model' ? 'assistant' : 'user', book),
    ),
    ...readOptions(body),
  ];
}

function readParts(parts: unknown, who: string, book: CallBook): string[] {
  return objects(parts).flatMap((part) => [...readPart(part, who, book), ...said(['seal', part.thoughtSignature])]);
}

function readPart(part: Wire, who: string, book: CallBook): string[] {
  if (part.functionCall !== undefined) {
    const { id, name, args } = object(part.functionCall);
    return [book.call(typeof id === 'string' ? id : undefined, name, args)];
  }
  if (part.functionResponse !== undefined) return readResult(object(part.functionResponse), book);
  if (part.inlineData !== undefined) return readData(object(part.inlineData), who);
  return said([part.thought === true ? 'thinking' : who, part.text]);
}

/** `output` and `error` are what the API takes for a result's words; anything else is its JSON. */
function readResult(response: Wire, book: CallBook): string[] {
  const result = book.result(typeof response.id === 'string' ? response.id : undefined);
  const { output, result: value, error, ...rest } = object(response.response);
  const text = error ?? output ?? value ?? (Object.keys(rest).length > 0 ? JSON.stringify(rest) : undefined);
  return [
    ...(error === undefined ? [] : [`${result} failed`]),
    ...said([result, typeof text === 'object' ? JSON.stringify(text) : text]),
    ...objects(response.parts).flatMap((part) => readData(object(part.inlineData), result)),
  ];
}

function readData({ mimeType, data, displayName }: Wire, who: string): string[] {
  const type = String(mimeType);
  const kind = type.startsWith('image/') ? 'image' : type.startsWith('audio/') ? 'audio' : 'document';
  return [`${who} ${kind} ${type} ${String(data)}`, ...said([`${who} file name`, displayName])];
}

function readOptions(body: Wire): string[] {
  const config = object(body.generationConfig);
  const { thinkingBudget, thinkingLevel } = object(config.thinkingConfig);
  const { mode, allowedFunctionNames: names } = object(object(body.toolConfig).functionCallingConfig);
  const functions = objects(body.tools).flatMap((tool) => objects(tool.functionDeclarations));
  const format = config.responseJsonSchema ?? config.responseSchema;
  return [
    ...functions.flatMap((tool) => [
      `tool ${String(tool.name)} ${sortedJson(tool.parametersJsonSchema ?? tool.parameters)}`,
      ...said([`tool ${String(tool.name)} described`, tool.description]),
    ]),
    ...said(['choice', names ?? { AUTO: 'auto', ANY: 'required', NONE: 'none' }[String(mode)]]),
    ...said(['limit', config.maxOutputTokens], ['thinking budget', thinkingBudget]),
    ...said(['effort', typeof thinkingLevel === 'string' ? thinkingLevel.toLowerCase() : undefined]),
    ...(format === undefined ? [] : [`format ${sortedJson(format)}`]),
    ...((config.stopSequences ?? []) as unknown[]).map((text) => `stop at ${String(text)}`),
  ];
}

const stops: Readonly<Record<string, string>> = {
  STOP: 'end',
  MAX_TOKENS: 'length',
  SAFETY: 'refusal',
  PROHIBITED_CONTENT: 'refusal',
};

export function readAnswer(answer: WireAnswer, stream: boolean): Facts {
  const body = answer.body.toString();
  if (answer.status !== 200) return readError(answer.status, object(readObject(body)?.error));
  const chunks = stream ? readEvents(body).events.map(({ data }) => readObject(data) ?? {}) : [readObject(body) ?? {}];
  const candidates = chunks.flatMap((chunk) => objects(chunk.candidates));
  const facts = readParts(joined(candidates), 'text', new CallBook());
  const finish = candidates.findLast((candidate) => candidate.finishReason !== undefined)?.finishReason;
  const block = chunks.find((chunk) => object(chunk.promptFeedback).blockReason !== undefined);
  const error = chunks.find((chunk) => chunk.error !== undefined)?.error;
  const usage = chunks.findLast((chunk) => chunk.usageMetadata !== undefined)?.usageMetadata;
  return [
    ...facts,
    ...said(['stop', block === undefined ? stopOf(finish, facts) : 'refusal']),
    // What a stream counted before it failed is not its answer's.
    ...(error === undefined ? readUsage(object(usage)) : readError(undefined, object(error))),
  ];
}

/** Neighbouring pieces of one text as one part; a signature belongs to its own. */
function joined(candidates: readonly Wire[]): Wire[] {
  const parts: Wire[] = [];
  for (const part of candidates.flatMap((candidate) => objects(object(candidate.content).parts))) {
    const last = parts.at(-1);
    const goesOn = typeof part.text === 'string' && typeof last?.text === 'string' && last.thought === part.thought;
    if (last !== undefined && goesOn && last.thoughtSignature === undefined)
      parts[parts.length - 1] = { ...last, ...part, text: `${String(last.text)}${String(part.text)}` };
    else parts.push(part);
  }
  return parts;
}

/** STOP is said for calls too. */
function stopOf(finish: unknown, facts: readonly string[]): string | undefined {
  if (finish === undefined) return undefined;
  if (finish === 'STOP' && facts.some((fact) => fact.startsWith('call '))) return 'tool-call';
  return stops[String(finish)] ?? 'unknown';
}

function readError(status: number | undefined, error: Wire): string[] {
  return [...said(['status', status]), `error ${error.status === 'RESOURCE_EXHAUSTED' ? 'rate-limited' : 'failure'}`];
}

/** Thoughts are counted beside the candidates, cached tokens inside the prompt. */
function readUsage(usage: Wire): string[] {
  const { promptTokenCount, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usage;
  if (promptTokenCount === undefined) return [];
  return said(
    ['input', promptTokenCount],
    ['output', Number(candidatesTokenCount) + Number(thoughtsTokenCount)],
    ['cached', usage.cachedContentTokenCount || undefined],
    ['thought', thoughtsTokenCount || undefined],
  );
}
