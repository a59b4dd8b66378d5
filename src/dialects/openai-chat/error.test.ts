import { describe, expect, it } from 'vitest';
import { type ErrorKind, errorKinds } from '../../llm/error.ts';
import { openaiChat } from './index.ts';

function kindOf(status: number, body: unknown, headers: Record<string, string> = {}): ErrorKind {
  return openaiChat.parseError(status, headers, typeof body === 'string' ? body : JSON.stringify(body)).kind;
}

describe('case 109: what a provider answers', () => {
  it.each([
    [400, 'invalid-request'],
    [401, 'upstream-credential'],
    [402, 'upstream-credential'],
    [403, 'upstream-credential'],
    [404, 'model-not-found'],
    [408, 'timeout'],
    [409, 'invalid-request'],
    [413, 'body-too-large'],
    [422, 'invalid-request'],
    [429, 'rate-limited'],
    [500, 'upstream'],
    [502, 'upstream'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [529, 'overloaded'],
  ])('status %i is %s', (status, kind) => {
    expect(kindOf(status, { error: { message: 'nothing in particular' } })).toBe(kind);
  });

  it.each([
    [400, { error: { message: 'x', code: 'context_length_exceeded', type: 'invalid_request_error' } }, 'too-long'],
    [400, { error: { message: "This model's maximum context length is 8192 tokens." } }, 'too-long'],
    [400, { object: 'error', message: 'The input is too long for the context window', code: 400 }, 'too-long'],
    [
      413,
      {
        error: { message: 'Request too large ... on tokens per minute (TPM): Limit 6000', code: 'rate_limit_exceeded' },
      },
      'rate-limited',
    ],
    [
      400,
      { code: 'invalid-argument', error: 'Incorrect API key provided: xa***9. You can obtain one at ...' },
      'upstream-credential',
    ],
    [400, { code: 'invalid-argument', error: 'temperature must be positive' }, 'invalid-request'],
    [429, { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } }, 'upstream-credential'],
    [400, { error: { message: 'The model `x` does not exist', code: 'model_not_found' } }, 'model-not-found'],
    [404, '', 'upstream'],
    // What a prompt says is not what is wrong with our key.
    [
      403,
      { error: { code: 403, message: 'flagged', metadata: { flagged_input: 'x', reasons: [] } } },
      'invalid-request',
    ],
    [500, [{ error: { message: 'The model is overloaded' } }], 'overloaded'],
  ])('status %i with %j is %s', (status, body, kind) => {
    expect(kindOf(status, body)).toBe(kind);
  });

  it('case 110: Retry-After is kept', () => {
    expect(openaiChat.parseError(429, { 'retry-after': '7' }, '{}').retryAfterMs).toBe(7000);
  });

  it('case 9: a refused credential says nothing of the key, nor of the refusal', () => {
    const body = JSON.stringify({
      error: { message: 'Incorrect API key provided: sk-abcdefgh12345678xyz', code: 'invalid_api_key' },
    });
    const error = openaiChat.parseError(401, {}, body);
    expect(openaiChat.renderError(error, 'req_1')).toMatchObject({ status: 502 });
    expect(openaiChat.renderError(error, 'req_1').body).not.toMatch(/sk-|api_key|Incorrect/);
    expect(error.internal).not.toContain('sk-abcdefgh12345678xyz');
  });

  it.each([
    ['HTML', '<html><body>502 Bad Gateway</body></html>'],
    ['nothing', ''],
    ['NUL and lone surrogates', '{"error":{"message":"bad \\u0000 \\ud83d end"}}'],
    ['five megabytes', `{"error":{"message":"${'x'.repeat(5_000_000)}"}}`],
    ['an array', '[1,2]'],
    ['a number', '7'],
    ['a prototype', '{"error":{"message":{"a":1},"code":{},"type":[]},"__proto__":{"x":1}}'],
  ])('case 117, FX12: %s makes a bounded, valid error', (_what, body) => {
    const error = openaiChat.parseError(500, {}, body);
    const rendered = openaiChat.renderError(error, 'req_1');
    expect(rendered.body.length).toBeLessThan(2500);
    expect(JSON.parse(rendered.body).error.message).toMatch(/\S/);
    expect(rendered.body).not.toMatch(/\\u0000|\\ud83d/);
    expect((error.internal ?? '').length).toBeLessThan(2500);
  });
});

describe('what a caller is told', () => {
  it('every kind has all four keys and the status of its kind', () => {
    for (const kind of Object.keys(errorKinds) as ErrorKind[]) {
      const { status, body } = openaiChat.renderError({ kind, message: 'm' }, 'req_1');
      const { error, ...rest } = JSON.parse(body);
      expect([status, rest, Object.keys(error)]).toEqual([
        errorKinds[kind].status,
        {},
        ['message', 'type', 'param', 'code'],
      ]);
    }
  });

  it.each([
    ['unauthorized', 401, 'authentication_error', 'invalid_api_key', null],
    ['model-not-found', 404, 'invalid_request_error', 'model_not_found', 'model'],
    ['too-long', 400, 'invalid_request_error', 'context_length_exceeded', null],
    ['rate-limited', 429, 'rate_limit_error', 'rate_limit_exceeded', null],
    ['overloaded', 503, 'server_error', 'overloaded', null],
    ['upstream', 502, 'server_error', 'upstream_error', null],
    ['upstream-credential', 502, 'server_error', 'upstream_error', null],
    ['timeout', 504, 'server_error', 'gateway_timeout', null],
  ] as const)('case 4, 10, 109, 116: %s is %i %s %s', (kind, status, type, code, param) => {
    const rendered = openaiChat.renderError({ kind, message: 'm' }, 'req_1');
    expect([rendered.status, JSON.parse(rendered.body)]).toEqual([
      status,
      { error: { message: 'm', type, param, code } },
    ]);
  });

  it('a field and a code of the error itself come first', () => {
    const { body } = openaiChat.renderError({ kind: 'invalid-request', message: 'm', param: 'n', code: 'c' }, 'req_1');
    expect(JSON.parse(body).error).toMatchObject({ param: 'n', code: 'c' });
  });

  it('case 86: a 200 that is no answer is told apart', () => {
    expect(openaiChat.checkResponse({ error: { message: 'x', code: 429 } })?.kind).toBe('rate-limited');
    expect(openaiChat.checkResponse({ choices: [] })?.kind).toBe('upstream');
    expect(openaiChat.checkResponse({ ok: true })?.kind).toBe('upstream');
    expect(openaiChat.checkResponse({ error: null, choices: [{ message: { content: 'x' } }] })).toBeUndefined();
  });
});
