/**
 * The error validator: an HTTP error in the caller's own dialect, and the same request id in body and header. Returns
 * what is wrong, in words; [] is a pass.
 */
import { asObject, readObject } from './sse-events.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ErrorRules {
  readonly dialect: 'openai-chat' | 'anthropic';
  readonly status?: number;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

const errorBytesMax = 8 * 1024;
/** What must never be shown: keys of providers and of our own, and traces of code. */
const secrets = [
  /\bsk-[A-Za-z0-9_-]{6,}/,
  /\btgm?-[A-Za-z0-9_-]{8,}/,
  /Bearer\s+(?!\[redacted\])\S{8,}/,
  /\n\s+at .+:\d+:\d+/,
];

export function errorViolations(answer: ErrorAnswer, rules: ErrorRules): string[] {
  const violations: string[] = [];
  const body = readObject(answer.body);
  const error = asObject(body?.error);
  if (rules.status !== undefined && answer.status !== rules.status)
    violations.push(`status ${answer.status} where ${rules.status} was due`);
  if (answer.status < 400) violations.push(`status ${answer.status} is no error`);
  if (!String(answer.headers['content-type']).startsWith('application/json'))
    violations.push(`content-type ${String(answer.headers['content-type'])}`);
  if (body === undefined || error === undefined)
    return [...violations, `no error object: ${answer.body.slice(0, 200)}`];
  if (typeof error.message !== 'string' || error.message === '') violations.push('no message');
  if (typeof error.type !== 'string' || error.type === '') violations.push('no type');
  violations.push(...(rules.dialect === 'openai-chat' ? chatShape(error, rules) : messagesShape(body, error)));
  if (rules.type !== undefined && error.type !== rules.type)
    violations.push(`type ${String(error.type)} where ${rules.type} was due`);
  return [...violations, ...requestId(answer, body), ...leaks(answer.body)];
}

function chatShape(error: Record<string, unknown>, rules: ErrorRules): string[] {
  const violations = ['message', 'type', 'param', 'code']
    .filter((field) => !(field in error))
    .map((field) => `no field ${field}`);
  for (const field of ['param', 'code'] as const) {
    const value = error[field];
    if (value !== null && typeof value !== 'string') violations.push(`${field} is ${typeof value}`);
    if (rules[field] !== undefined && value !== rules[field])
      violations.push(`${field} ${String(value)} where ${rules[field]} was due`);
  }
  return violations;
}

function messagesShape(body: Record<string, unknown>, error: Record<string, unknown>): string[] {
  const violations = body.type === 'error' ? [] : [`type ${String(body.type)} where error was due`];
  if (typeof body.request_id !== 'string') violations.push('no request_id');
  if ('code' in error && 'param' in error) violations.push('the error has the shape of the other dialect');
  return violations;
}

function requestId(answer: ErrorAnswer, body: Record<string, unknown>): string[] {
  const header = answer.headers['x-request-id'] ?? answer.headers['request-id'];
  if (typeof header !== 'string' || !header.startsWith('req_')) return [`request id header is ${String(header)}`];
  const same = body.request_id === undefined || body.request_id === header;
  return same ? [] : [`request_id ${String(body.request_id)} in the body, ${header} in the header`];
}

function leaks(body: string): string[] {
  const violations = secrets.filter((secret) => secret.test(body)).map((secret) => `the body shows ${secret.source}`);
  if (Buffer.byteLength(body) > errorBytesMax) violations.push(`the body is larger than ${errorBytesMax} bytes`);
  // An escaped NUL in a string; `\\\\u0000` is its harmless spelling in a text that quotes it.
  if (body.includes('\u0000') || /(?<!\\)(?:\\\\)*\\u0000/.test(body)) violations.push('the body has a NUL');
  if (body.includes('\ufffd\ufffd')) violations.push('the body is not valid UTF-8');
  return violations;
}
