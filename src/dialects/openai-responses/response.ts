/** Reads a whole answer. https://platform.openai.com/docs/api-reference/responses/object */
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { errorIn } from '../openai-chat/error.ts';
import { AnswerReader, failureIn } from './answer-reader.ts';

/** Emits the events that a stream of the same answer would. Throws LlmFailure for a body that is not an answer. */
export function parseResponse(body: JsonObject, emit: Emit<ChatEvent>): void {
  const error = checkResponse(body);
  if (error !== undefined) throw new LlmFailure(error);
  const reader = new AnswerReader(emit);
  reader.start(body);
  reader.end(body);
}

/** Status 200 proves nothing. An answer in the background (`queued`) has its output still to come, and is one. */
export function checkResponse(body: JsonObject): LlmError | undefined {
  const failure = failureIn(body) ?? errorIn(body);
  if (failure !== undefined) return failure;
  return Array.isArray(body.output) ? undefined : notAnAnswer;
}

const notAnAnswer: LlmError = { kind: 'upstream', message: 'The provider answered 200 without an answer in it.' };
