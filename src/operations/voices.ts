/** In which words callers of each wire format are told of a failure. */
import type { Voice } from '../dialects/dialect.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { type LlmError, statusOf } from '../llm/error.ts';

export const openaiVoice: Voice = openaiChat;

/** `{"id": …, "message": …}`: https://docs.cohere.com/reference/errors */
export const cohereVoice: Voice = jsonVoice('cohere', (error, requestId) => ({
  id: requestId,
  message: error.message,
}));

/** `{"detail": …}`: https://api.jina.ai/redoc */
export const jinaVoice: Voice = jsonVoice('jina', (error, requestId) => ({
  detail: error.message,
  request_id: requestId,
}));

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
export const geminiVoice: Voice = jsonVoice('gemini', (error, requestId) => ({
  error: {
    code: statusOf(error),
    message: error.message,
    status: googleStatus(error),
    details: [{ '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId }],
  },
}));

/** Errors as one JSON object; providers' errors of any shape are read as OpenAI's codec reads them. */
function jsonVoice(id: string, render: (error: LlmError, requestId: string) => object): Voice {
  return {
    ...openaiChat,
    id,
    renderError: (error, requestId) => ({ status: statusOf(error), body: JSON.stringify(render(error, requestId)) }),
    renderStreamError: (error, requestId) => `data: ${JSON.stringify(render(error, requestId))}\n\n`,
  };
}

/** https://cloud.google.com/apis/design/errors#handling_errors */
function googleStatus(error: LlmError): string {
  switch (statusOf(error)) {
    case 400:
    case 405:
    case 413:
    case 422:
      return 'INVALID_ARGUMENT';
    case 409:
      return 'ABORTED';
    case 401:
      return 'UNAUTHENTICATED';
    case 402:
    case 429:
      return 'RESOURCE_EXHAUSTED';
    case 403:
      return 'PERMISSION_DENIED';
    case 404:
      return 'NOT_FOUND';
    case 408:
    case 504:
      return 'DEADLINE_EXCEEDED';
    case 502:
    case 503:
      return 'UNAVAILABLE';
    default:
      return 'INTERNAL';
  }
}
