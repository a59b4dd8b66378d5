import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LlmFailure } from '../../llm/error.ts';
import { provider } from '../../providers/provider.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import { awsSigv4 } from './aws-sigv4.ts';

const vendor = provider({
  id: 'v',
  name: 'V',
  baseUrl: '',
  docs: '',
  auth: { headers: () => ({}), signer: 'aws-sigv4', signedFor: 'service' },
  keyEnv: [],
  speaks: {},
});

const credential: Credential = {
  id: 'v',
  provider: vendor,
  baseUrl: 'https://example.amazonaws.com',
  secret: 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  settings: { region: 'us-east-1' },
};

const sign = awsSigv4({ nowMs: () => Date.UTC(2015, 7, 30, 12, 36, 0) });

/** `post-x-www-form-urlencoded` of AWS's own test suite for signers. */
const request = {
  method: 'POST' as const,
  url: 'https://example.amazonaws.com/',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from('Param1=value1'),
};

/** By the rules of AWS's page, of `request` with a body of this hash. */
function signatureOver(bodyHash: string): string {
  const scope = '20150830/us-east-1/service/aws4_request';
  const names = 'content-type;host;x-amz-date';
  const signed = `content-type:${request.headers['content-type']}\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n`;
  const canonical = createHash('sha256').update(`POST\n/\n\n${signed}\n${names}\n${bodyHash}`).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const secret = credential.secret?.split(':')[1] ?? '';
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${canonical}`).toString('hex');
}

describe('an AWS signature', () => {
  it("is the one of AWS's own test suite", async () => {
    expect(await sign(request, credential)).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    });
  });

  it('lets others have their turn while it covers a large body', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, 'a');
    let turns = 0;
    let isSigned = false;
    const count = () => {
      turns++;
      if (!isSigned) setImmediate(count);
    };
    setImmediate(count);
    const headers = await sign({ ...request, body }, credential);
    isSigned = true;
    expect(turns).toBeGreaterThanOrEqual(4);
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(headers.authorization).toContain(`Signature=${signatureOver(sha256)}`);
  });

  it('covers path, query, body, host and content type', async () => {
    const signed = async (more: Partial<typeof request>) =>
      (await sign({ ...request, ...more }, credential)).authorization;
    const all = await Promise.all([
      signed({}),
      signed({ body: Buffer.from('Param1=value2') }),
      signed({ url: 'https://example.amazonaws.com/model/a%3A0/converse' }),
      signed({ url: 'https://example.amazonaws.com/model/a:0/converse' }),
      signed({ url: 'https://example.amazonaws.com/?a=1' }),
      signed({ url: 'https://other.amazonaws.com/' }),
      signed({ headers: { 'content-type': 'application/json' } }),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('carries the token of a session', async () => {
    const headers = await sign(request, { ...credential, secret: `${credential.secret}:session/token==` });
    expect(headers['x-amz-security-token']).toBe('session/token==');
    expect(headers.authorization).toContain('SignedHeaders=content-type;host;x-amz-date;x-amz-security-token');
  });

  it('is not made where a bearer key goes along already', async () => {
    const headers = { ...request.headers, authorization: 'Bearer ABSK' };
    expect(await sign({ ...request, headers }, { ...credential, secret: 'ABSK' })).toEqual({});
  });

  it.each<[string, Partial<Credential>]>([
    ['no access key', { secret: undefined }],
    ['no region', { settings: {} }],
    ['no service', { provider: { ...vendor, auth: { headers: () => ({}) } } }],
  ])('cannot be made with %s, and only the log says so', async (what, less) => {
    const failure = await sign(request, { ...credential, ...less }).catch((error: LlmFailure) => error.error);
    expect(failure).toMatchObject({ kind: 'upstream-credential', internal: `providers.v has ${what} to sign with` });
  });
});
