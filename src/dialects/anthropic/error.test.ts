import { describe, expect, it } from 'vitest';
import { type ErrorKind, errorKinds } from '../../llm/error.ts';
import { anthropic } from './index.ts';

const body = (type: string, message = 'words') =>
  JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_x' });

describe("a provider's error is read", () => {
  it.each<[number, string, ErrorKind]>([
    [400, body('invalid_request_error'), 'invalid-request'],
    [401, body('authentication_error'), 'upstream-credential'],
    [402, body('billing_error'), 'upstream-credential'],
    [403, body('permission_error'), 'upstream-credential'],
    [404, body('not_found_error'), 'not-found'],
    [404, body('not_found_error', 'model: claude-9'), 'model-not-found'],
    [408, '', 'timeout'],
    [409, '', 'invalid-request'],
    [413, body('request_too_large'), 'body-too-large'],
    [422, '', 'invalid-request'],
    [429, body('rate_limit_error'), 'rate-limited'],
    [500, body('api_error'), 'upstream'],
    [502, '<html><h1>Bad gateway</h1></html>', 'upstream'],
    [503, '', 'overloaded'],
    [504, '', 'timeout'],
    [529, body('overloaded_error'), 'overloaded'],
    [200, body('overloaded_error'), 'overloaded'],
    [200, '{"error":"boom"}', 'upstream'],
    [302, '', 'upstream'],
    [400, body('invalid_request_error', 'prompt is too long: 250000 tokens > 200000 maximum'), 'too-long'],
    [400, body('invalid_request_error', 'input length and `max_tokens` exceed context limit: 1 + 2 > 2'), 'too-long'],
    [400, body('invalid_request_error', 'Your credit balance is too low to access the API.'), 'upstream-credential'],
    [400, '[{"error":{"message":"in an array"}}]', 'invalid-request'],
  ])('109: %i %s is %s', (status, text, kind) => {
    const error = anthropic.parseError(status, {}, text);
    expect(error).toMatchObject({ kind, upstreamStatus: status });
    expect(error.message).not.toBe('');
    if (kind === 'too-long') expect(error.code).toBe('context_length_exceeded');
  });

  it("9: the gateway's own credential is its own affair: no word of it for the caller", () => {
    const error = anthropic.parseError(401, {}, body('authentication_error', 'invalid x-api-key sk-ant-abcdef123456'));
    expect(error.message).not.toMatch(/sk-ant|invalid x-api-key/);
    expect(error.internal).toBe('401 authentication_error: invalid x-api-key [redacted]');
    expect(anthropic.renderError(error, 'req_1').status).toBe(502);
  });

  it.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['milliseconds', { 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 10:00:09 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, 9000],
    [
      'the reset of a used-up limit',
      {
        date: 'Sat, 21 Nov 2026 10:00:00 GMT',
        'anthropic-ratelimit-requests-remaining': '3',
        'anthropic-ratelimit-requests-reset': '2026-11-21T11:00:00Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-21T10:00:30Z',
      },
      30_000,
    ],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ])('110: waits as asked by %s', (_case, headers, waitMs) => {
    expect(anthropic.parseError(429, headers, body('rate_limit_error')).retryAfterMs).toBe(waitMs);
  });

  it.each<[string, string]>([
    ['5 MB', 'x'.repeat(5_000_000)],
    ['5 MB of JSON', body('api_error', 'x'.repeat(5_000_000))],
    ['NUL bytes', body('api_error', 'a\u0000b')],
    ['broken Unicode', body('api_error', 'a\ud83d')],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number for an error', '{"error":5}'],
    ['nested arrays', '['.repeat(100_000)],
  ])('117: of any quality: %s', (_case, text) => {
    const error = anthropic.parseError(500, {}, text);
    const { body: shown } = anthropic.renderError(error, 'req_1');
    expect(shown.length).toBeLessThan(4096);
    expect(shown).not.toContain('\\u0000');
    expect(JSON.parse(shown).error.message.isWellFormed()).toBe(true);
  });
});

describe('an error is written', () => {
  it('in the words of this API, each kind with its status (case 109)', () => {
    const table = Object.keys(errorKinds).map((kind) => {
      const { status, body: text } = anthropic.renderError({ kind: kind as ErrorKind, message: 'm' }, 'req_1');
      return [kind, status, JSON.parse(text).error.type];
    });
    expect(table).toEqual([
      ['invalid-request', 400, 'invalid_request_error'],
      ['too-long', 400, 'invalid_request_error'],
      ['body-too-large', 413, 'request_too_large'],
      ['request-timeout', 408, 'timeout_error'],
      ['unauthorized', 401, 'authentication_error'],
      ['payment-required', 402, 'billing_error'],
      ['forbidden', 403, 'permission_error'],
      ['not-found', 404, 'not_found_error'],
      ['model-not-found', 404, 'not_found_error'],
      ['method-not-allowed', 405, 'invalid_request_error'],
      ['conflict', 409, 'conflict_error'],
      ['key-reused', 422, 'invalid_request_error'],
      ['rate-limited', 429, 'rate_limit_error'],
      ['overloaded', 529, 'overloaded_error'],
      ['timeout', 504, 'timeout_error'],
      ['upstream', 502, 'api_error'],
      ['upstream-credential', 502, 'api_error'],
      ['unavailable', 503, 'api_error'],
      ['internal', 500, 'api_error'],
    ]);
  });

  it('with the request id, and the path of the field in the message', () => {
    const error = { kind: 'invalid-request', message: 'must be a string', param: 'messages[0].content' } as const;
    expect(JSON.parse(anthropic.renderError(error, 'req_1').body)).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'messages[0].content: must be a string' },
      request_id: 'req_1',
    });
    expect(anthropic.renderStreamError({ kind: 'upstream', message: 'm' }, 'req_1')).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"m"},"request_id":"req_1"}\n\n',
    );
  });
});

describe('a body with status 200 that is no answer is told apart (case 86)', () => {
  it.each<[Record<string, unknown>, ErrorKind]>([
    [{ type: 'error', error: { type: 'overloaded_error', message: 'm' } }, 'overloaded'],
    [{ error: { message: 'm' } }, 'upstream'],
    [{}, 'upstream'],
    [{ type: 'message', content: 'text' }, 'upstream'],
    [{ type: 'message', content: [5] }, 'upstream'],
    [{ choices: [] }, 'upstream'],
  ])('%j', (answer, kind) => {
    expect(anthropic.checkResponse(answer)?.kind).toBe(kind);
    expect(() => anthropic.parseResponse(answer, () => {})).toThrow();
  });

  it('an answer without blocks is one', () => {
    expect(anthropic.checkResponse({ type: 'message', content: [] })).toBeUndefined();
  });
});
