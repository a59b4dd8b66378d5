/** Reads a whole answer. https://ai.google.dev/api/generate-content#generatecontentresponse */
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';
import { AnswerReader } from './answer-reader.ts';
import { readErrorObject } from './error.ts';
import { blockedPrompt } from './finish.ts';

/** Emits the events that a stream of the same answer would. Throws LlmFailure for a body that is not an answer. */
export function parseResponse(body: JsonObject, emit: Emit<ChatEvent>): void {
  const error = checkResponse(body);
  if (error !== undefined) throw new LlmFailure(error);
  const answer = new AnswerReader(emit);
  answer.chunk(body);
  answer.end();
}

/** Status 200 proves nothing: an error, no candidates, or something else altogether. A blocked prompt is an answer. */
export function checkResponse(body: JsonObject): LlmError | undefined {
  if (isObject(body.error)) return readErrorObject(body);
  const { candidates } = body;
  if (Array.isArray(candidates) && candidates.length > 0 && candidates.every(isObject)) return undefined;
  if (blockedPrompt(body) !== undefined) return undefined;
  return { kind: 'upstream', message: 'The provider answered 200 without an answer in it.' };
}
