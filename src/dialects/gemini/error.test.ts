import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../llm/error.ts';
import { errorKinds } from '../../llm/error.ts';
import { parseError, renderError, renderStreamError } from './error.ts';

const body = (code: number, status: string, message: string, ...details: object[]) =>
  JSON.stringify({ error: { code, message, status, details } });
const info = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });

describe("a provider's error", () => {
  it.each<[number, string, string, ErrorKind]>([
    [400, 'INVALID_ARGUMENT', 'Invalid value at contents', 'invalid-request'],
    [400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'upstream-credential'],
    [400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.', 'upstream-credential'],
    [
      400,
      'INVALID_ARGUMENT',
      'The input token count (12) exceeds the maximum number of tokens allowed (10).',
      'too-long',
    ],
    [400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.', 'body-too-large'],
    [401, 'UNAUTHENTICATED', 'x', 'upstream-credential'],
    [403, 'PERMISSION_DENIED', 'x', 'upstream-credential'],
    [404, 'NOT_FOUND', 'models/x is not found for API version v1beta', 'model-not-found'],
    [429, 'RESOURCE_EXHAUSTED', 'x', 'rate-limited'],
    [500, 'INTERNAL', 'x', 'upstream'],
    [500, 'INVALID_ARGUMENT', 'x', 'upstream'],
    [503, 'UNAVAILABLE', 'The model is overloaded.', 'overloaded'],
    [504, 'DEADLINE_EXCEEDED', 'x', 'timeout'],
  ])('%i %s %s is %s', (status, word, message, kind) => {
    expect(parseError(status, {}, body(status, word, message)).kind).toBe(kind);
    // In a stream the status stands in the body alone; in a list, where a list was asked for.
    expect(parseError(200, {}, body(status, word, message)).kind).toBe(kind);
    expect(parseError(status, {}, `[${body(status, word, message)}]`).kind).toBe(kind);
  });

  it('says when to come back, and which field is wrong', () => {
    const wait = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48.9s' };
    expect(parseError(429, {}, body(429, 'RESOURCE_EXHAUSTED', 'x', wait)).retryAfterMs).toBe(48_900);
    expect(parseError(429, { 'retry-after': '7' }, body(429, 'RESOURCE_EXHAUSTED', 'x', wait)).retryAfterMs).toBe(7000);
    const field = { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0]' }] };
    expect(parseError(400, {}, body(400, 'INVALID_ARGUMENT', 'x', field)).param).toBe('contents[0]');
  });

  it('never shows our key, and tells the operator what happened to it', () => {
    const error = parseError(
      400,
      {},
      body(400, 'INVALID_ARGUMENT', 'no AIzaSyA-0123456789abcdefghij', info('API_KEY_INVALID')),
    );
    expect(error.kind).toBe('upstream-credential');
    expect(error.message).not.toContain('AIza');
    expect(error.internal).toContain('API_KEY_INVALID');
  });

  it('of any quality is read', () => {
    for (const text of ['', '<html>', 'null', '[]', '{"error":"text"}', '{"error":{}}', 'x'.repeat(2_000_000)])
      expect(parseError(500, {}, text)).toMatchObject({ kind: 'upstream', message: expect.stringMatching(/./) });
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, text) => {
        expect(parseError(status, {}, text).message).not.toBe('');
      }),
    );
  });
});

describe('an error of ours', () => {
  it.each(Object.keys(errorKinds) as ErrorKind[])('%s has its status in number and word', (kind) => {
    const { status, body: text } = renderError({ kind, message: 'why', param: 'contents', code: 'a_b' }, 'req_1');
    const { error } = JSON.parse(text) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: status, message: 'why', status: expect.stringMatching(/^[A-Z_]+$/) });
    expect(parseError(status, {}, text).param ?? 'contents').toBe('contents');
    expect(renderStreamError({ kind, message: 'why' }, 'req_1')).toMatch(/^data: \{.*\}\r\n\r\n$/);
  });
});
