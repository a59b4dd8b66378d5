/**
 * Errors, both ways: `{"message"}`, and the exception's name in a header (or, inside a stream, on its message).
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html and the page of each operation.
 */
import { type ErrorKind, type LlmError, statusOf } from '../../llm/error.ts';
import { type ResponseHeaders, readRetryAfterMs } from '../../llm/retry-after.ts';
import type { RenderedError } from '../dialect.ts';
import { providerError } from '../provider-error.ts';
import { objectIn } from '../wire-object.ts';
import { exceptionMessage, exceptionPrefix } from './framing.ts';

/** Bodies are examined this far: an error that matters says so at its beginning. */
const bodyCharactersMax = 64 * 1024;

export function parseError(status: number, headers: ResponseHeaders, body: string): LlmError {
  return explain(status, nameIn(headers), body, readRetryAfterMs(headers));
}

/** An exception inside a stream. */
export function parseException(event: string, data: string): LlmError {
  return explain(200, capitalized(event.slice(exceptionPrefix.length)), data, undefined);
}

function explain(status: number, header: string, body: string, retryAfterMs: number | undefined): LlmError {
  const { name: inBody, message } = readBody(body);
  const name = header === '' ? inBody : header;
  return providerError({ kind: kindOf(status, name, message), status, name, message, retryAfterMs });
}

/** `ValidationException:http://internal.amazon.com/…` */
function nameIn(headers: ResponseHeaders): string {
  const value = headers['x-amzn-errortype'];
  return shortName((Array.isArray(value) ? value[0] : value) ?? '');
}

/** `com.amazon.coral.service#UnrecognizedClientException` is called by its last part. */
function shortName(text: string): string {
  return (text.split(':', 1)[0] ?? '').split('#').at(-1)?.trim().slice(0, 80) ?? '';
}

function readBody(body: string): { name: string; message: string } {
  const value = body.length > bodyCharactersMax ? undefined : objectIn(body);
  if (value === undefined) return { name: '', message: '' };
  const message = [value.message, value.Message, value.originalMessage].find((text) => typeof text === 'string');
  const name = [value.__type, value.code].find((text) => typeof text === 'string');
  return { name: shortName(String(name ?? '')), message: String(message ?? '') };
}

const kindsByName: Readonly<Record<string, ErrorKind>> = {
  ValidationException: 'invalid-request',
  ModelErrorException: 'upstream',
  ModelStreamErrorException: 'upstream',
  InternalServerException: 'upstream',
  InternalFailure: 'upstream',
  ModelTimeoutException: 'timeout',
  ModelNotReadyException: 'overloaded',
  ServiceUnavailableException: 'overloaded',
  ServiceUnavailable: 'overloaded',
  ThrottlingException: 'rate-limited',
  TooManyRequestsException: 'rate-limited',
  ServiceQuotaExceededException: 'rate-limited',
  AccessDeniedException: 'upstream-credential',
  UnrecognizedClientException: 'upstream-credential',
  InvalidSignatureException: 'upstream-credential',
  IncompleteSignature: 'upstream-credential',
  MissingAuthenticationToken: 'upstream-credential',
  ExpiredTokenException: 'upstream-credential',
  ResourceNotFoundException: 'model-not-found',
};

const kindsByStatus: Readonly<Record<number, ErrorKind>> = {
  401: 'upstream-credential',
  402: 'upstream-credential',
  403: 'upstream-credential',
  404: 'not-found',
  408: 'timeout',
  413: 'body-too-large',
  424: 'upstream',
  429: 'rate-limited',
  503: 'overloaded',
  504: 'timeout',
  // Not this API's own: proxies before it say so.
  529: 'overloaded',
};

function kindOf(status: number, name: string, message: string): ErrorKind {
  const byName = Object.hasOwn(kindsByName, name) ? kindsByName[name] : undefined;
  const byStatus = kindsByStatus[status] ?? (status >= 400 && status < 500 ? 'invalid-request' : 'upstream');
  // A refused credential is one whatever the body calls it, and a 5xx is never the caller's fault.
  const decided = [401, 402, 403, 413].includes(status) || (status >= 500 && byName === 'invalid-request');
  const kind = decided ? byStatus : (byName ?? byStatus);
  if (kind === 'not-found' && /\bmodel\b/i.test(message)) return 'model-not-found';
  if (kind !== 'invalid-request') return kind;
  if (/model identifier is invalid|model ID .*isn.t supported|unknown model/i.test(message)) return 'model-not-found';
  return isTooLong(message) ? 'too-long' : kind;
}

function isTooLong(message: string): boolean {
  return /too long|too many (?:input )?tokens|exceeds? (?:the )?(?:model'?s )?(?:maximum )?(?:context|input|token)|context (?:window|length|limit)|input length and `?max_tokens`? exceed|maximum (?:context|number of (?:input )?tokens)/i.test(
    message,
  );
}

/** What each kind is called in this API. */
const names: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'ValidationException',
  'too-long': 'ValidationException',
  'body-too-large': 'ValidationException',
  'request-timeout': 'ModelTimeoutException',
  unauthorized: 'AccessDeniedException',
  'payment-required': 'ServiceQuotaExceededException',
  forbidden: 'AccessDeniedException',
  'not-found': 'ResourceNotFoundException',
  'model-not-found': 'ResourceNotFoundException',
  'method-not-allowed': 'ValidationException',
  conflict: 'ConflictException',
  'key-reused': 'ValidationException',
  'rate-limited': 'ThrottlingException',
  overloaded: 'ServiceUnavailableException',
  timeout: 'ModelTimeoutException',
  upstream: 'InternalServerException',
  'upstream-credential': 'InternalServerException',
  unavailable: 'ServiceUnavailableException',
  internal: 'InternalServerException',
};

/** This API knows a bad key as 403; its SDKs go by the exception's name. */
const ownStatus: Partial<Record<ErrorKind, number>> = { unauthorized: 403 };

export function renderError(error: LlmError, requestId: string): RenderedError {
  return {
    status: ownStatus[error.kind] ?? statusOf(error),
    body: errorBody(error),
    headers: { 'x-amzn-errortype': names[error.kind], 'x-amzn-requestid': requestId },
  };
}

/** The exceptions that a stream can hold. */
const streamNames: Partial<Record<ErrorKind, string>> = {
  'invalid-request': 'validationException',
  'too-long': 'validationException',
  'rate-limited': 'throttlingException',
  overloaded: 'serviceUnavailableException',
  unavailable: 'serviceUnavailableException',
  upstream: 'modelStreamErrorException',
  timeout: 'modelStreamErrorException',
};

export function renderStreamError(error: LlmError): Buffer {
  return exceptionMessage(streamNames[error.kind] ?? 'internalServerException', errorBody(error));
}

/** This API has no `param`: the path stands in the message. */
function errorBody({ param, message }: LlmError): string {
  return JSON.stringify({ message: param === undefined || message.includes(param) ? message : `${param}: ${message}` });
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
