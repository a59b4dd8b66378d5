/**
 * Errors. A status with a body is the same as in Chat Completions; inside a stream an `error` event is followed by
 * `response.failed`, which has the answer as far as it is known.
 * https://platform.openai.com/docs/api-reference/responses-streaming/error
 */
import { stringifyJson } from '../../lib/json.ts';
import type { LlmError } from '../../llm/error.ts';
import type { StreamSoFar } from '../dialect.ts';
import { renderError } from '../openai-chat/error.ts';
import { isFields } from '../openai-chat/shape.ts';
import type { WireObject } from '../wire-object.ts';
import { responseId } from './response-object.ts';

/** `sequence`: the number of the next event. */
export function failureFrames(error: LlmError, answer: WireObject, sequence: number): string {
  const { message, code, param } = wordsOf(error);
  const event = { type: 'error', code, message, param, sequence_number: sequence };
  const response = { ...answer, status: 'failed', error: { code: code ?? 'server_error', message } };
  const failed = { type: 'response.failed', sequence_number: sequence + 1, response };
  return `event: error\ndata: ${JSON.stringify(event)}\n\nevent: response.failed\ndata: ${stringifyJson(failed)}\n\n`;
}

/** The numbers go on where the stream broke off, and the answer is the one that its first event announced. */
export function renderStreamError(error: LlmError, requestId: string, soFar?: StreamSoFar): string {
  const unknown = { id: responseId(requestId), object: 'response', output: [], error: null, incomplete_details: null };
  return failureFrames(error, announced(soFar?.first) ?? unknown, nextSequence(soFar?.last));
}

function wordsOf(error: LlmError): { message: string; code: string | null; param: string | null } {
  const { error: words } = JSON.parse(renderError(error).body) as {
    error: { message: string; code: string | null; param: string | null };
  };
  return words;
}

/** The answer in the first event that has one. */
function announced(piece: Buffer | string | undefined): WireObject | undefined {
  const data = /^data:(.*"response\.(?:created|in_progress)".*)$/m.exec(piece?.toString() ?? '')?.[1];
  if (data === undefined) return undefined;
  try {
    const event: unknown = JSON.parse(data);
    return isFields(event) && isFields(event.response) ? event.response : undefined;
  } catch {
    return undefined;
  }
}

/** Inside a text the quotes of such a key would be escaped, so the last match is the last event's. */
function nextSequence(piece: Buffer | string | undefined): number {
  const numbers = [...(piece?.toString() ?? '').matchAll(/"sequence_number":\s*(\d{1,9})/g)];
  const last = numbers.at(-1)?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
