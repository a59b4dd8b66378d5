/** Why a request under an `Idempotency-Key` is not run, each with what to do instead. */
import { LlmFailure } from '../../llm/error.ts';

export function malformedKey(length: number): LlmFailure {
  return new LlmFailure({
    kind: 'invalid-request',
    message: `Idempotency-Key is ${length} characters long, or has one that cannot be printed; it must be 1 to 255 printable ASCII characters, for example a UUID.`,
    code: 'idempotency_key_invalid',
  });
}

export const noForms: LlmFailure['error'] = {
  kind: 'invalid-request',
  message:
    'Idempotency-Key is not taken for multipart/form-data, which passes through without being held. Send the form without the header.',
  code: 'idempotency_key_not_supported',
};

export function otherRequest(requestId: string): LlmFailure {
  return new LlmFailure({
    kind: 'key-reused',
    message: `This Idempotency-Key was used for another request (${requestId}): method, path, query or body differ, or the secret of the API key was replaced since. Send a new Idempotency-Key for a new request.`,
    code: 'idempotency_key_reused',
  });
}

export function stillRunning(requestId: string): LlmFailure {
  return new LlmFailure({
    kind: 'conflict',
    message: `The request with this Idempotency-Key is still running (${requestId}). Send it again when it has ended: its answer is kept for 24 hours.`,
    code: 'idempotent_request_running',
    retryAfterMs: 1000,
  });
}

export function interrupted(requestId: string): LlmFailure {
  return new LlmFailure({
    kind: 'conflict',
    message: `The request with this Idempotency-Key was interrupted (${requestId}): its provider may have been asked, and there is no whole answer. The usage row of ${requestId} says what was charged. It is not run a second time: send a new Idempotency-Key to ask again.`,
    code: 'idempotent_request_interrupted',
  });
}

export function tooLarge(requestId: string, bytesMax: number): LlmFailure {
  return new LlmFailure({
    kind: 'conflict',
    message: `The request with this Idempotency-Key was answered (${requestId}), but the answer was larger than the ${bytesMax} bytes that are kept (server.limits.idempotentAnswerBytesMax). It is not run a second time: send a new Idempotency-Key to ask again.`,
    code: 'idempotent_answer_too_large',
  });
}

export function unreadable(requestId: string): LlmFailure {
  return new LlmFailure({
    kind: 'conflict',
    message: `The answer to this Idempotency-Key (${requestId}) can no longer be read. It is not run a second time: send a new Idempotency-Key to ask again.`,
    code: 'idempotent_answer_unreadable',
  });
}

export function notNow(why: string): LlmFailure {
  return new LlmFailure({
    kind: 'unavailable',
    message:
      'A request with an Idempotency-Key needs the database, which is away or busy; no provider was asked. Try again soon, or send the request without the header, and so without its protection.',
    code: 'idempotency_unavailable',
    retryAfterMs: 5000,
    internal: why,
  });
}
