/** Against a token endpoint on this machine, which checks what it is sent. */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { LlmFailure } from '../../llm/error.ts';
import { providers } from '../../providers/index.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import { type GoogleOauthOptions, googleOauth } from './google-oauth.ts';
import type { UnsignedRequest } from './signer.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const account = JSON.stringify({
  type: 'service_account',
  project_id: 'p1',
  private_key_id: 'k1',
  private_key: privateKey,
  client_email: 'tollgate@p1.iam.gserviceaccount.com',
});
const request: UnsignedRequest = { method: 'POST', url: 'https://h/v1', headers: {}, body: Buffer.from('{}') };
const directory = mkdtempSync(path.join(tmpdir(), 'google-oauth-'));

let server: Server;
let asked: URLSearchParams[] = [];
let refuse = false;

beforeAll(async () => {
  server = createServer(async (call, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk as Buffer);
    asked.push(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
    const body = refuse
      ? { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }
      : { access_token: `ya29.token-${asked.length}`, expires_in: 3600, token_type: 'Bearer' };
    answer.writeHead(refuse ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  asked = [];
  refuse = false;
});

/** What the library would ask of Google goes to the server above. */
function local(): NonNullable<GoogleOauthOptions['transporterOptions']> {
  const { port } = server.address() as AddressInfo;
  const toLocal = (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input);
    expect(url.href).toBe('https://oauth2.googleapis.com/token');
    return fetch(`http://127.0.0.1:${port}${url.pathname}`, init);
  };
  return { fetchImplementation: toLocal as typeof fetch, retry: false };
}

function credential(secret: string | undefined): Credential {
  return { id: 'vertex', provider: providers.get('vertex') as Provider, baseUrl: 'https://h', secret };
}

async function failureOf(promise: Promise<unknown>): Promise<LlmFailure> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LlmFailure);
  return error as LlmFailure;
}

describe('a service account', () => {
  it('signs in by its own key, and the token goes into the header', async () => {
    const sign = googleOauth({ transporterOptions: local() });
    expect(await sign(request, credential(account))).toEqual({ authorization: 'Bearer ya29.token-1' });
    const assertion = asked[0]?.get('assertion') ?? '';
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    const verified = createVerify('RSA-SHA256').update(`${head}.${claims}`);
    expect(verified.verify(publicKey, signature, 'base64url')).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'tollgate@p1.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
  });

  it('may stand in a file', async () => {
    const file = path.join(directory, 'account.json');
    writeFileSync(file, account);
    const sign = googleOauth({ transporterOptions: local() });
    expect(await sign(request, credential(file))).toEqual({ authorization: 'Bearer ya29.token-1' });
  });

  it('is asked for one token, however many requests there are', async () => {
    const sign = googleOauth({ transporterOptions: local() });
    const own = credential(account);
    const headers = await Promise.all(Array.from({ length: 20 }, () => sign(request, own)));
    expect(new Set(headers.map((each) => each.authorization))).toEqual(new Set(['Bearer ya29.token-1']));
    await sign(request, own);
    expect(asked).toHaveLength(1);
  });

  it('gets a new token before the old one ends, while requests still go with the old one', async () => {
    let ahead = 0;
    const nowMs = () => Date.now() + ahead;
    const sign = googleOauth({ nowMs, transporterOptions: local() });
    const own = credential(account);
    await sign(request, own);
    ahead = 49 * 60_000;
    await sign(request, own);
    expect(asked).toHaveLength(1);
    ahead = 51 * 60_000;
    expect(await sign(request, own)).toEqual({ authorization: 'Bearer ya29.token-1' });
    // The library dates tokens by the machine's clock.
    ahead = 0;
    await until('requests to go with it', async () => (await sign(request, own)).authorization?.endsWith('-2'));
    expect(asked).toHaveLength(2);
  });

  it('waits for a new token when the old one is over', async () => {
    let ahead = 0;
    const sign = googleOauth({ nowMs: () => Date.now() + ahead, transporterOptions: local() });
    const own = credential(account);
    await sign(request, own);
    ahead = 59.5 * 60_000;
    expect(await sign(request, own)).toEqual({ authorization: 'Bearer ya29.token-2' });
  });

  it('shares its token with no other credential', async () => {
    const sign = googleOauth({ transporterOptions: local() });
    const [a, b] = [await sign(request, credential(account)), await sign(request, credential(account))];
    expect(a).not.toEqual(b);
  });
});

describe('what cannot sign in', () => {
  it('says what its operator has to do, and nothing of the account', async () => {
    refuse = true;
    const sign = googleOauth({ transporterOptions: local() });
    const own = credential(account);
    const { error } = await failureOf(sign(request, own));
    expect(error.kind).toBe('upstream-credential');
    expect(error.message).toContain('providers.vertex.apiKey');
    expect(error.internal).toContain('invalid_grant');
    expect(JSON.stringify(error)).not.toMatch(/PRIVATE KEY|gserviceaccount/);
    refuse = false;
    expect(await sign(request, own)).toEqual({ authorization: 'Bearer ya29.token-2' });
  });

  it.each([
    ['no JSON', '{ "private_key": "canary-key'],
    ['an unknown kind of account', '{"type":"canary-key"}'],
    ['a file that is not there', path.join(directory, 'missing.json')],
  ])('%s is told without its text', async (_, secret) => {
    const sign = googleOauth({ transporterOptions: local() });
    const { error } = await failureOf(sign(request, credential(secret)));
    expect(error.kind).toBe('upstream-credential');
    expect(error.message).not.toContain('canary-key');
    expect(error.internal).not.toContain('canary-key');
    expect(asked).toHaveLength(0);
  });
});
