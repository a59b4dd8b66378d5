/** Errors, both ways. https://platform.claude.com/docs/en/api/errors */
import { type ErrorKind, type LlmError, statusOf } from '../../llm/error.ts';
import type { RenderedError } from '../dialect.ts';
import { providerError } from '../provider-error.ts';
import { isObject, valueIn, type WireObject } from '../wire-object.ts';
import { retryAfterMs } from './retry-after.ts';

/** Bodies are examined this far: an error that matters says so at its beginning. */
const bodyCharactersMax = 64 * 1024;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function parseError(status: number, headers: Headers, body: string): LlmError {
  const { type, message } = readBody(body);
  const kind = kindOf(status, type, message);
  return providerError({ kind, status, name: type, message, retryAfterMs: retryAfterMs(headers) });
}

function readBody(body: string): { type: string; message: string } {
  const value = body.length > bodyCharactersMax ? undefined : valueIn(body);
  const first = Array.isArray(value) ? value[0] : value;
  if (!isObject(first)) return { type: '', message: '' };
  const error = isObject(first.error) ? first.error : {};
  const message = [error.message, first.error, first.message, first.detail].find((text) => typeof text === 'string');
  return { type: typeof error.type === 'string' ? error.type : '', message: String(message ?? '') };
}

/**
 * The API's own words, where the status leaves room for them: it may come from a proxy, or be the 200 of a stream. A mere
 * `api_error` says nothing that a status does not say better.
 */
const kindsByType: Readonly<Record<string, ErrorKind>> = {
  invalid_request_error: 'invalid-request',
  authentication_error: 'upstream-credential',
  billing_error: 'upstream-credential',
  permission_error: 'upstream-credential',
  not_found_error: 'not-found',
  request_too_large: 'body-too-large',
  rate_limit_error: 'rate-limited',
  overloaded_error: 'overloaded',
  timeout_error: 'timeout',
};

const kindsByStatus: Readonly<Record<number, ErrorKind>> = {
  401: 'upstream-credential',
  402: 'upstream-credential',
  403: 'upstream-credential',
  404: 'not-found',
  408: 'timeout',
  413: 'body-too-large',
  429: 'rate-limited',
  503: 'overloaded',
  504: 'timeout',
  524: 'timeout',
  529: 'overloaded',
};

function kindOf(status: number, type: string, message: string): ErrorKind {
  const byStatus = kindsByStatus[status] ?? (status >= 400 && status < 500 ? 'invalid-request' : 'upstream');
  const byType = kindsByType[type];
  // A refused credential or a spent quota is one whatever the body calls it, and a 5xx is never the caller's fault.
  const decided = [401, 402, 403, 413, 429].includes(status) || (status >= 500 && byType === 'invalid-request');
  const kind = decided ? byStatus : (byType ?? byStatus);
  if (kind === 'not-found' && /\bmodel\b/i.test(message)) return 'model-not-found';
  if (kind !== 'invalid-request') return kind;
  // The gateway's own account is empty: another provider may still answer.
  if (/credit balance is too low/i.test(message)) return 'upstream-credential';
  return isTooLong(message) ? 'too-long' : kind;
}

function isTooLong(message: string): boolean {
  return /prompt is too long|input is too long|exceeds? (?:the )?(?:model'?s )?(?:maximum )?context|context (?:window|length|limit)|too many (?:input )?tokens|input length and `?max_tokens`? exceed/i.test(
    message,
  );
}

/** What each kind is called in this API. */
const types: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  'too-long': 'invalid_request_error',
  'body-too-large': 'request_too_large',
  'request-timeout': 'timeout_error',
  unauthorized: 'authentication_error',
  'payment-required': 'billing_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  'model-not-found': 'not_found_error',
  'method-not-allowed': 'invalid_request_error',
  conflict: 'conflict_error',
  'key-reused': 'invalid_request_error',
  'rate-limited': 'rate_limit_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
  upstream: 'api_error',
  'upstream-credential': 'api_error',
  unavailable: 'api_error',
  internal: 'api_error',
};

/** This API's own status for an overload; its SDKs know it as such. */
const overloadedStatus = 529;

export function renderError(error: LlmError, requestId: string): RenderedError {
  const status = error.kind === 'overloaded' ? overloadedStatus : statusOf(error);
  return { status, body: JSON.stringify(errorBody(error, requestId)) };
}

export function renderStreamError(error: LlmError, requestId: string): string {
  return `event: error\ndata: ${JSON.stringify(errorBody(error, requestId))}\n\n`;
}

/** This API has no `param`: the path stands in the message. */
function errorBody(error: LlmError, requestId: string): WireObject {
  const { param } = error;
  const message = param === undefined || error.message.includes(param) ? error.message : `${param}: ${error.message}`;
  return { type: 'error', error: { type: types[error.kind], message }, request_id: requestId };
}
