/** Reads a whole answer. https://platform.openai.com/docs/api-reference/chat/object */
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { AnswerReader } from './answer-reader.ts';
import { errorIn } from './error.ts';
import { isFields } from './shape.ts';

/** Emits the events that a stream of the same answer would. Throws LlmFailure for a body that is not an answer. */
export function parseResponse(body: JsonObject, emit: Emit<ChatEvent>): void {
  const error = checkResponse(body);
  if (error !== undefined) throw new LlmFailure(error);
  const answer = new AnswerReader(emit);
  answer.usage(body);
  const choices = body.choices as readonly unknown[];
  const first = choices.find((choice) => isFields(choice) && (choice.index ?? 0) === 0) ?? choices[0];
  if (!isFields(first)) return answer.fail(notAnAnswer);
  answer.choice(
    body,
    first.message === undefined ? first : { ...first, message: inPlace(first.message), delta: undefined },
  );
  answer.end();
}

/** Each entry of a whole answer is a call of its own, whatever its id says; a piece of a stream is not. */
function inPlace(message: unknown): unknown {
  if (!isFields(message) || !Array.isArray(message.tool_calls)) return message;
  const calls = message.tool_calls.map((call: unknown, index) => (isFields(call) ? { ...call, index } : call));
  return { ...message, tool_calls: calls };
}

/** Status 200 proves nothing: an error object, no choices, or something else altogether. */
export function checkResponse(body: JsonObject): LlmError | undefined {
  const error = errorIn(body);
  if (error !== undefined) return error;
  return Array.isArray(body.choices) && body.choices.length > 0 ? undefined : notAnAnswer;
}

const notAnAnswer: LlmError = { kind: 'upstream', message: 'The provider answered 200 without an answer in it.' };
