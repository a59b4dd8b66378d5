/** Errors both ways. https://platform.openai.com/docs/guides/error-codes */
import { type ErrorKind, type LlmError, statusOf } from '../../llm/error.ts';
import { errorLabel } from '../../llm/error-label.ts';
import { redact } from '../../llm/redact.ts';
import { type ResponseHeaders, readRetryAfterMs } from '../../llm/retry-after.ts';
import type { RenderedError } from '../dialect.ts';
import { valueIn } from '../wire-object.ts';
import { classify, type FoundError } from './error-kinds.ts';
import { type Fields, isFields } from './shape.ts';

/** Reads a provider's error answer of any quality. Never throws. */
export function parseError(status: number, headers: ResponseHeaders, body: string): LlmError {
  const error = readErrorObject(body.length > 1_000_000 ? undefined : valueIn(body), status);
  const retryAfterMs = readRetryAfterMs(headers);
  return {
    ...error,
    upstreamStatus: status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** An error object inside an answer with status 200: in a stream's frame, or a whole body. */
export function readErrorObject(value: unknown, status?: number): LlmError {
  const found = findError(value);
  const kind = classify(found, status);
  const shown = kind === 'upstream-credential' ? '' : redact(found.message);
  const isOurs = kind === 'invalid-request' || kind === 'too-long';
  return {
    kind,
    message: shown === '' ? fallbacks[kind] : shown,
    ...(isOurs && found.param !== undefined && { param: redact(found.param).slice(0, 200) }),
    ...(kind === 'too-long' && { code: 'context_length_exceeded' }),
    ...(kind === 'invalid-request' && /^[a-z][a-z0-9_]{1,63}$/.test(found.code) && { code: found.code }),
    internal: internalOf(found, kind, status),
  };
}

/** A refused credential is refused before a prompt is read, and only the operator can do something about it. */
function internalOf({ type, code, message }: FoundError, kind: ErrorKind, status: number | undefined): string {
  const label = errorLabel(status, type, code);
  const isAccount = kind === 'upstream-credential' && status !== 403;
  return isAccount ? redact(`${label}: ${message}`) : label;
}

/**
 * Shapes on record: `{error:{message,type,param,code}}`, `{error:"text",code}`, `{code:<int>,metadata:{raw}}` inside
 * `error`, `[{error}]`, `{message}`, `{detail:"text"}`, `{detail:[{msg,loc}]}`, `{object:"error",message,code:<int>}`.
 */
function findError(value: unknown): FoundError {
  const body = Array.isArray(value) ? value[0] : value;
  if (typeof body === 'string') return { message: body, type: '', code: '' };
  if (!isFields(body)) return { message: '', type: '', code: '' };
  const error = isFields(body.error) ? body.error : body;
  const own = typeof body.error === 'string' ? body.error : textOf(error.message) || detailOf(error.detail);
  const raw = isFields(error.metadata) ? textOf(error.metadata.raw) : '';
  const status = [error.status_code, error.code, Number(error.code)].find(isStatus);
  return {
    // A broker's own words are empty ("Provider returned error"); the provider's are behind it.
    message: raw === '' ? own : `${own}: ${raw}`,
    type: textOf(error.type),
    code: textOf(error.code),
    ...(textOf(error.param) !== '' && { param: textOf(error.param) }),
    ...(status !== undefined && { status }),
    ...(isFields(error.metadata) && 'flagged_input' in error.metadata && { isModerated: true as const }),
  };
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599;
}

function detailOf(detail: unknown): string {
  if (!Array.isArray(detail)) return textOf(detail);
  const first: unknown = detail[0];
  if (!isFields(first)) return textOf(first);
  return Array.isArray(first.loc) ? `${textOf(first.msg)} (${first.loc.join('.')})` : textOf(first.msg);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const fallbacks: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'The provider refused the request as invalid.',
  'too-long': "The conversation is longer than the model's context window.",
  'body-too-large': 'The request is larger than the provider takes.',
  'request-timeout': 'The request took too long to arrive.',
  unauthorized: 'The key is missing or not valid.',
  'payment-required': 'The balance is used up.',
  forbidden: 'The key may not do this.',
  'not-found': 'There is nothing at this address.',
  'model-not-found': 'The provider does not know this model.',
  'method-not-allowed': 'This address does not take this method.',
  conflict: 'An earlier request stands in the way.',
  'key-reused': 'The Idempotency-Key belongs to another request.',
  'rate-limited': 'The provider is limiting the rate of requests. Try again later.',
  overloaded: 'The provider is overloaded. Try again later.',
  timeout: 'The provider did not answer in time.',
  upstream: 'The provider failed. Try again later.',
  'upstream-credential':
    "The provider refused the gateway's own credential. The operator of the gateway has to look at it.",
  unavailable: 'A part of the gateway is not available. Try again later.',
  internal: 'The gateway failed. Try again later.',
};

/** Kind to OpenAI's words. Their SDKs choose the exception by status; programs read `type` and `code`. */
const words: Readonly<Record<ErrorKind, readonly [type: string, code: string | null]>> = {
  'invalid-request': ['invalid_request_error', null],
  'too-long': ['invalid_request_error', 'context_length_exceeded'],
  'body-too-large': ['invalid_request_error', 'request_too_large'],
  'request-timeout': ['invalid_request_error', 'request_timeout'],
  unauthorized: ['authentication_error', 'invalid_api_key'],
  'payment-required': ['insufficient_quota', 'insufficient_quota'],
  forbidden: ['permission_error', 'permission_denied'],
  'not-found': ['invalid_request_error', 'not_found'],
  'model-not-found': ['invalid_request_error', 'model_not_found'],
  'method-not-allowed': ['invalid_request_error', 'method_not_allowed'],
  conflict: ['invalid_request_error', 'conflict'],
  'key-reused': ['invalid_request_error', 'idempotency_key_reused'],
  'rate-limited': ['rate_limit_error', 'rate_limit_exceeded'],
  overloaded: ['server_error', 'overloaded'],
  timeout: ['server_error', 'gateway_timeout'],
  upstream: ['server_error', 'upstream_error'],
  'upstream-credential': ['server_error', 'upstream_error'],
  unavailable: ['server_error', 'unavailable'],
  internal: ['server_error', 'internal_error'],
};

/** The request id is in the header only: SDKs take exactly these four keys. */
export function renderError(error: LlmError): RenderedError {
  const [type, code] = words[error.kind];
  const param = error.param ?? (error.kind === 'model-not-found' ? 'model' : null);
  const body = { error: { message: error.message, type, param, code: error.code ?? code } };
  return { status: statusOf(error), body: JSON.stringify(body) };
}

/** In a stream that has begun: one frame, without a finish_reason and without `[DONE]` after it. */
export function renderStreamError(error: LlmError): string {
  return `data: ${renderError(error).body}\n\n`;
}

/** Whether a chunk or a body holds an error, at the top or in its first choice. */
export function errorIn(body: Fields): LlmError | undefined {
  if (isError(body.error) || body.object === 'error') return readErrorObject(body);
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined;
  return isFields(choice) && isError(choice.error) ? readErrorObject({ error: choice.error }) : undefined;
}

function isError(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : isFields(value);
}
