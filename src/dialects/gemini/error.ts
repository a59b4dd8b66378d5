/** Errors both ways. https://ai.google.dev/gemini-api/docs/troubleshooting · https://google.aip.dev/193 */
import { type ErrorKind, type LlmError, statusOf } from '../../llm/error.ts';
import { errorLabel } from '../../llm/error-label.ts';
import { redact } from '../../llm/redact.ts';
import { type ResponseHeaders, readRetryAfterMs, retryAfterMsMax } from '../../llm/retry-after.ts';
import type { JsonObject, RenderedError } from '../dialect.ts';
import { isObject, objectIn, type WireObject } from '../wire-object.ts';

/** Reads a provider's error answer of any quality. Never throws. */
export function parseError(status: number, headers: ResponseHeaders, body: string): LlmError {
  const error = readErrorObject(bodyOf(body), status);
  const retryAfterMs = readRetryAfterMs(headers) ?? error.retryAfterMs;
  return { ...error, upstreamStatus: status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Where a stream was asked for in the other form, an error stands in a list. */
function bodyOf(body: string): unknown {
  if (body.length > 1_000_000) return undefined;
  if (!body.trimStart().startsWith('[')) return objectIn(body);
  return (objectIn(`{"list":${body}}`)?.list as unknown[] | undefined)?.[0];
}

interface FoundError {
  readonly message: string;
  /** `INVALID_ARGUMENT`, `RESOURCE_EXHAUSTED` … */
  readonly word: string;
  /** Of `ErrorInfo`: `API_KEY_INVALID` … */
  readonly reason: string;
  readonly field: string;
  readonly retryAfterMs: number | undefined;
}

/** `{"error":{code,message,status,details}}`, of an HTTP error or in the middle of a stream. */
export function readErrorObject(value: unknown, httpStatus?: number): LlmError {
  const error = isObject(value) && isObject(value.error) ? value.error : isObject(value) ? value : {};
  const found = findError(error);
  const code = typeof error.code === 'number' ? error.code : undefined;
  const status = httpStatus !== undefined && httpStatus >= 400 ? httpStatus : code;
  const kind = kindOf(found, status);
  const shown = kind === 'upstream-credential' ? '' : redact(found.message);
  const isOurs = kind === 'invalid-request' || kind === 'too-long';
  const label = errorLabel(status, found.word, found.reason);
  return {
    kind,
    message: shown === '' ? fallbackMessage(kind) : shown,
    ...(isOurs && found.field !== '' && { param: redact(found.field).slice(0, 200) }),
    ...(kind === 'too-long' && { code: 'context_length_exceeded' }),
    ...(found.retryAfterMs !== undefined && { retryAfterMs: found.retryAfterMs }),
    // A refused credential is refused before a prompt is read.
    internal: kind === 'upstream-credential' ? redact(`${label}: ${found.message}`) : label,
  };
}

function findError(error: JsonObject): FoundError {
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : [];
  const detail = (type: string) => details.find((item) => String(item['@type'] ?? '').endsWith(type)) ?? {};
  const violations = detail('BadRequest').fieldViolations;
  const violation: unknown = Array.isArray(violations) ? violations[0] : undefined;
  return {
    message: textOf(error.message),
    word: textOf(error.status),
    reason: textOf(detail('ErrorInfo').reason),
    field: isObject(violation) ? textOf(violation.field) : '',
    retryAfterMs: spanMs(textOf(detail('RetryInfo').retryDelay)),
  };
}

/** A duration of protobuf in JSON: `48s`, `48.939935699s`. */
function spanMs(text: string): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  if (seconds === undefined) return undefined;
  const ms = Math.ceil(Number(seconds) * 1000);
  return ms <= retryAfterMsMax ? ms : undefined;
}

const kindsByWord: Readonly<Record<string, ErrorKind>> = {
  INVALID_ARGUMENT: 'invalid-request',
  FAILED_PRECONDITION: 'invalid-request',
  OUT_OF_RANGE: 'invalid-request',
  UNAUTHENTICATED: 'upstream-credential',
  PERMISSION_DENIED: 'upstream-credential',
  NOT_FOUND: 'model-not-found',
  RESOURCE_EXHAUSTED: 'rate-limited',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'timeout',
};

const kindsByStatus: Readonly<Record<number, ErrorKind>> = {
  401: 'upstream-credential',
  402: 'upstream-credential',
  403: 'upstream-credential',
  404: 'model-not-found',
  408: 'timeout',
  413: 'body-too-large',
  429: 'rate-limited',
  499: 'upstream',
  503: 'overloaded',
  504: 'timeout',
  524: 'timeout',
  529: 'overloaded',
};

function kindOf({ word, reason, message }: FoundError, status: number | undefined): ErrorKind {
  const byWord = kindsByWord[word];
  // A 404 without a word is a wrong address, not a wrong model.
  const byStatus = status === 404 && word === '' && message === '' ? 'upstream' : kindsByStatus[status ?? 0];
  const isServers = status !== undefined && status >= 500;
  const guess = status !== undefined && status >= 400 && status < 500 ? 'invalid-request' : 'upstream';
  const kind = byStatus ?? (isServers && byWord === 'invalid-request' ? 'upstream' : byWord) ?? guess;
  return kind === 'invalid-request' ? refined(reason, message) : kind;
}

/** The API says `INVALID_ARGUMENT` of much: of a wrong key, of a place it does not serve, of a prompt that is too long. */
function refined(reason: string, message: string): ErrorKind {
  if (/^API_KEY|^CONSUMER_|^SERVICE_DISABLED|^BILLING/.test(reason)) return 'upstream-credential';
  if (/api key (not valid|expired|not found)|user location is not supported|enable billing/i.test(message))
    return 'upstream-credential';
  if (/payload size exceeds/i.test(message)) return 'body-too-large';
  return /token count.{0,40}exceeds|exceeds the (maximum|limit|model).{0,40}(tokens|context)|context (length|window|size)|too (many tokens|long)/i.test(
    message,
  )
    ? 'too-long'
    : 'invalid-request';
}

function fallbackMessage(kind: ErrorKind): string {
  if (kind === 'upstream-credential')
    return "The provider refused the gateway's own credential. The operator of the gateway has to look at it.";
  if (kind === 'rate-limited') return 'The provider is limiting the rate of requests. Try again later.';
  if (kind === 'overloaded') return 'The provider is overloaded. Try again later.';
  if (kind === 'timeout') return 'The provider did not answer in time.';
  if (kind === 'model-not-found') return 'The provider does not know this model.';
  return kind === 'upstream' ? 'The provider failed. Try again later.' : 'The provider refused the request.';
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const words: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'INVALID_ARGUMENT',
  'too-long': 'INVALID_ARGUMENT',
  'body-too-large': 'INVALID_ARGUMENT',
  'request-timeout': 'DEADLINE_EXCEEDED',
  unauthorized: 'UNAUTHENTICATED',
  'payment-required': 'FAILED_PRECONDITION',
  forbidden: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  'model-not-found': 'NOT_FOUND',
  'method-not-allowed': 'UNIMPLEMENTED',
  conflict: 'ABORTED',
  'key-reused': 'INVALID_ARGUMENT',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  overloaded: 'UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  upstream: 'INTERNAL',
  'upstream-credential': 'INTERNAL',
  unavailable: 'UNAVAILABLE',
  internal: 'INTERNAL',
};

export function renderError(error: LlmError, requestId: string): RenderedError {
  return { status: statusOf(error), body: JSON.stringify({ error: errorObject(error, requestId) }) };
}

/** SDKs throw at an event that holds an error with a status; nothing follows it. */
export function renderStreamError(error: LlmError, requestId: string): string {
  return `data: ${renderError(error, requestId).body}\r\n\r\n`;
}

/** What this API has no field for (code, field, wait, id) stands in the details, under their own types. */
function errorObject(error: LlmError, requestId: string): WireObject {
  const { param, code, retryAfterMs, message } = error;
  const type = (name: string) => `type.googleapis.com/google.rpc.${name}`;
  const details: WireObject[] = [{ '@type': type('RequestInfo'), requestId }];
  if (code !== undefined) details.push({ '@type': type('ErrorInfo'), reason: code.toUpperCase(), domain: 'tollgate' });
  if (param !== undefined)
    details.push({ '@type': type('BadRequest'), fieldViolations: [{ field: param, description: message }] });
  if (retryAfterMs !== undefined)
    details.push({ '@type': type('RetryInfo'), retryDelay: `${Math.ceil(retryAfterMs / 100) / 10}s` });
  return { code: statusOf(error), message, status: words[error.kind], details };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
