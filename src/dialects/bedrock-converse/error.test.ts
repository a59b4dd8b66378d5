import { describe, expect, it } from 'vitest';
import { errorKinds, type LlmError } from '../../llm/error.ts';
import { parseError, renderError } from './error.ts';
import { bedrockConverse } from './index.ts';

const json = (message: string) => JSON.stringify({ message });
const named = (name: string) => ({
  'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
});

describe('an error of Bedrock', () => {
  it.each<[number, string, string, LlmError['kind']]>([
    [400, 'ValidationException', 'The value at messages.0 is wrong', 'invalid-request'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'model-not-found'],
    [400, 'ValidationException', 'Input is too long for requested model.', 'too-long'],
    [400, 'ValidationException', 'prompt is too long: 211000 tokens > 200000 maximum', 'too-long'],
    [400, 'ThrottlingException', 'Too many requests, please wait', 'rate-limited'],
    [403, 'AccessDeniedException', "You don't have access to the model", 'upstream-credential'],
    [403, 'UnrecognizedClientException', 'The security token is invalid.', 'upstream-credential'],
    [404, 'ResourceNotFoundException', 'Could not resolve the foundation model', 'model-not-found'],
    [408, 'ModelTimeoutException', 'took too long', 'timeout'],
    [424, 'ModelErrorException', 'the model failed', 'upstream'],
    [429, 'ModelNotReadyException', 'not ready', 'overloaded'],
    [429, 'ThrottlingException', 'Too many tokens', 'rate-limited'],
    [500, 'InternalServerException', 'oops', 'upstream'],
    [503, 'ServiceUnavailableException', 'busy', 'overloaded'],
    [500, 'ValidationException', 'ours', 'upstream'],
  ])('%i %s: %s', (status, name, message, kind) => {
    expect(parseError(status, named(name), json(message)).kind).toBe(kind);
  });

  it.each(['', '<html>no</html>', '[]', 'null', '{"message":5}', 'x'.repeat(5_000_000)])(
    'of any quality is one: %#',
    (body) => {
      for (const status of [200, 400, 403, 404, 429, 500, 599])
        expect(parseError(status, {}, body)).toMatchObject({ kind: expect.any(String), upstreamStatus: status });
    },
  );

  it('is read from the body where no header names it', () => {
    const body = '{"__type":"com.amazon.coral.service#UnrecognizedClientException","Message":"x"}';
    expect(parseError(400, {}, body)).toMatchObject({ kind: 'upstream-credential' });
  });

  it('says nothing of our own account to the caller', () => {
    const message = 'User: arn:aws:iam::123456789012:user/gateway is not authorized';
    const error = parseError(403, named('AccessDeniedException'), json(message));
    expect(error.message).not.toContain('arn:aws');
  });

  it('is rendered with its exception, and its id, for every kind', () => {
    for (const kind of Object.keys(errorKinds) as LlmError['kind'][]) {
      const { status, body, headers } = renderError({ kind, message: 'no', param: 'messages[0]' }, 'req_1');
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.parse(body)).toEqual({ message: 'messages[0]: no' });
      expect(headers).toEqual({ 'x-amzn-errortype': expect.stringMatching(/Exception$/), 'x-amzn-requestid': 'req_1' });
      const stream = bedrockConverse.renderStreamError({ kind, message: 'no' }, 'req_1');
      expect(stream.toString()).toMatch(/:exception-type.*Exception/s);
    }
  });
});
