/** Why an answer ended, both ways. https://ai.google.dev/api/generate-content#FinishReason */
import type { StopReason } from '../../llm/chat.ts';
import type { LlmError } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';

const reasons: Readonly<Record<string, StopReason>> = {
  STOP: 'end',
  MAX_TOKENS: 'length',
  SAFETY: 'refusal',
  RECITATION: 'refusal',
  LANGUAGE: 'refusal',
  BLOCKLIST: 'refusal',
  PROHIBITED_CONTENT: 'refusal',
  SPII: 'refusal',
  MODEL_ARMOR: 'refusal',
  IMAGE_SAFETY: 'refusal',
  IMAGE_PROHIBITED_CONTENT: 'refusal',
  IMAGE_RECITATION: 'refusal',
};

/** In this API's words: a call ends like any answer, and the callers look for its part. */
export const finishWords: Readonly<Record<StopReason, string>> = {
  end: 'STOP',
  length: 'MAX_TOKENS',
  context: 'MAX_TOKENS',
  'tool-call': 'STOP',
  'stop-sequence': 'STOP',
  refusal: 'SAFETY',
  pause: 'STOP',
};

/** The model wrote what its own API could not read: what came is no answer. */
export function malformedError(reason: unknown, message: unknown): LlmError | undefined {
  if (reason !== 'MALFORMED_FUNCTION_CALL' && reason !== 'MALFORMED_RESPONSE') return undefined;
  const what = reason === 'MALFORMED_RESPONSE' ? 'answer' : 'tool call';
  const internal = typeof message === 'string' ? { internal: `${reason}` } : {};
  return { kind: 'upstream', message: `The model's ${what} was malformed.`, code: reason.toLowerCase(), ...internal };
}

/** A reason that is not known ends the answer like any other. A call is due whatever the provider says of it. */
export function stopOf(reason: string | undefined, hasCall: boolean): StopReason {
  const stop = (reason === undefined ? undefined : reasons[reason]) ?? 'end';
  return stop === 'end' && hasCall ? 'tool-call' : stop;
}

/** Whether a reason says no more than its stop. */
export function isPlainReason(reason: string): boolean {
  return ['STOP', 'MAX_TOKENS', 'SAFETY'].includes(reason);
}

/** The prompt itself was refused: there is no candidate. Undefined: it was not. */
export function blockedPrompt(body: JsonObject): { readonly words: string } | undefined {
  const feedback = isObject(body.promptFeedback) ? body.promptFeedback : {};
  const { blockReason, blockReasonMessage } = feedback;
  if (typeof blockReason !== 'string' || blockReason === 'BLOCKED_REASON_UNSPECIFIED') return undefined;
  const words = typeof blockReasonMessage === 'string' ? blockReasonMessage : '';
  return { words: words === '' ? `The provider blocked the prompt (${blockReason}).` : words };
}
