/** What a whole answer and a streamed one have in common: parts as they start, stop reasons, the rest of the answer. */
import type { Block, Carried, StopReason } from '../../llm/chat.ts';
import type { LlmError } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';
import { dialectId, without } from './wire.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseResponse.html: stopReason. */
const stopReasons: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'context',
  tool_use: 'tool-call',
  stop_sequence: 'stop-sequence',
  content_filtered: 'refusal',
  guardrail_intervened: 'refusal',
};

/** In this API's words; a paused turn is none of them. */
export const stopWords: Readonly<Record<StopReason, string>> = {
  end: 'end_turn',
  length: 'max_tokens',
  context: 'model_context_window_exceeded',
  'tool-call': 'tool_use',
  'stop-sequence': 'stop_sequence',
  refusal: 'content_filtered',
  pause: 'end_turn',
};

/** The model wrote what its own API could not read: what came is no answer. */
const malformed: Readonly<Record<string, string>> = {
  malformed_model_output: "The model's output was malformed.",
  malformed_tool_use: "The model's tool call was malformed.",
};

export function malformedError(reason: unknown): LlmError | undefined {
  const message = typeof reason === 'string' ? malformed[reason] : undefined;
  return message === undefined ? undefined : { kind: 'upstream', message, code: String(reason) };
}

/** A reason that is not known yet ends the answer like any other; its own word is carried. A call is due whatever it says. */
export function stopOf(reason: unknown, hasCall: boolean): StopReason {
  const stop = (typeof reason === 'string' ? stopReasons[reason] : undefined) ?? 'end';
  return stop === 'end' && hasCall ? 'tool-call' : stop;
}

/** Counts that are modelled, or said again. */
const knownCounts = [
  ...['inputTokens', 'outputTokens', 'totalTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens', 'cacheDetails'],
  ...['cacheReadInputTokenCount', 'cacheWriteInputTokenCount'],
];

/**
 * What the end of an answer carries: the trace of a guardrail, the model's own fields, a reason that has no word of its
 * own. How long the provider took (`metrics`) is no part of the answer: the gateway says how long it took itself.
 */
export function endCarried(fields: JsonObject, reason: unknown, usage: unknown): Carried | undefined {
  const counts = isObject(usage) ? filled(without(usage, knownCounts)) : {};
  const { additionalModelResponseFields: own, ...others } = fields;
  const ownRest = isObject(own) ? without(own, ['stop_sequence']) : {};
  const isPlain = typeof reason === 'string' && stopWords[stopReasons[reason] ?? 'pause'] === reason;
  const raw = {
    ...without(filled(others), ['metrics', 'p']),
    ...(Object.keys(ownRest).length > 0 && { additionalModelResponseFields: ownRest }),
    ...(!isPlain && reason !== undefined && reason !== null && { stopReason: reason }),
    ...(Object.keys(counts).length > 0 && { usage: counts }),
  };
  return Object.keys(raw).length === 0 ? undefined : { dialect: dialectId, raw };
}

/** Which sequence it was stands among the model's own fields, where the caller asked for it. */
export function stopSequenceOf({ additionalModelResponseFields: own }: JsonObject): { stopSequence?: string } {
  return isObject(own) && typeof own.stop_sequence === 'string' ? { stopSequence: own.stop_sequence } : {};
}

/** Without empty structures (`serverToolUsage: {}`), which say nothing. */
function filled(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0),
  );
}

/** A part that starts with what is not modelled: server tools, their results, pictures, next month's. */
export function opaque(raw: JsonObject): Block {
  return { type: 'opaque', carried: { dialect: dialectId, raw } };
}
