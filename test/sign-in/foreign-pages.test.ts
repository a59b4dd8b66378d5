/** What a page of somebody else may make a browser ask of us with our cookie: nothing. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { Browser, owner, password } from './browser.ts';
import { foreignOrigins } from './foreign-origins.ts';

let gateway: TestGateway;
let ada: Browser;

beforeAll(async () => {
  gateway = await startGateway();
  ada = await owner(gateway);
});
afterAll(() => gateway.stop());

const write = (headers: Record<string, string | undefined>) => ada.ask('POST /organizations', { name: 'x' }, headers);

describe('a write with a cookie', () => {
  it('is refused from every one of 300 other origins, and no answer lets them read', async () => {
    const origins = foreignOrigins(gateway.url);
    expect(origins.length).toBeGreaterThanOrEqual(300);
    for (const origin of origins) {
      const written = await write({ origin, 'sec-fetch-site': undefined });
      expect(written.status, origin).toBe(403);
      const signedIn = await ada.ask('POST /auth/sign-in/email', { email: 'a@b.c', password }, { origin });
      expect(signedIn.status, origin).toBe(403);
      const read = await ada.ask('GET /me', undefined, { origin });
      for (const { headers } of [written, signedIn, read]) {
        expect(headers.get('access-control-allow-origin'), origin).toBeNull();
        expect(headers.get('access-control-allow-credentials'), origin).toBeNull();
      }
    }
    expect((await ada.ask('GET /organizations')).body.data).toHaveLength(1);
  });

  it('is refused by what the browser says of the site, and where nothing is said', async () => {
    for (const site of ['cross-site', 'same-site', 'none', 'SAME-ORIGIN', 'same-origin, same-origin', '']) {
      expect((await write({ 'sec-fetch-site': site })).status, site).toBe(403);
    }
    expect((await write({ origin: undefined, 'sec-fetch-site': undefined })).status).toBe(403);
    expect((await write({ origin: undefined, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const tried = await ada.ask(`${method} /me/sessions/ses_x`, undefined, { origin: 'https://evil.example' });
      expect([403, 405], method).toContain(tried.status);
    }
  });

  it('is taken from our own page, as JSON alone', async () => {
    expect((await write({ 'sec-fetch-site': undefined })).status).toBe(201);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const tried = await ada.ask('POST /organizations', '{"name":"y"}', { 'content-type': type });
      expect(tried.status, type).toBe(415);
      const signIn = await ada.ask('POST /auth/sign-in/email', '{"email":"a@b.c"}', { 'content-type': type });
      expect(signIn.status, type).toBe(415);
    }
  });

  it('is not answered as a preflight either', async () => {
    const asked = await ada.ask('OPTIONS /organizations', undefined, {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(asked.status).toBeGreaterThanOrEqual(400);
  });
});

describe('who somebody is', () => {
  it('is told by one credential: a key beside a session is refused', async () => {
    const { body } = await ada.ask('POST /keys', { name: 'm', kind: 'management' });
    expect(
      (await new Browser(gateway.url).ask('GET /me', undefined, { authorization: `Bearer ${body.key}` })).status,
    ).toBe(200);
    for (const headers of [
      { authorization: `Bearer ${body.key}` },
      { 'x-api-key': body.key },
      { authorization: 'x' },
    ]) {
      const both = await ada.ask('GET /me', undefined, headers);
      expect(both.status).toBe(401);
      expect(both.body.error.message).toMatch(/key and a session/);
    }
  });

  it('is never told by headers that say it, nor by twins of ours', async () => {
    const { cookie } = ada;
    const id = (await ada.ask('GET /me')).body.user.id;
    const claims = [
      'x-user-id',
      'x-user-email',
      'x-tenant-id',
      'x-forwarded-user',
      'x-auth-request-email',
      'remote-user',
    ];
    for (const claim of [...claims, ...claims.map((name) => name.replaceAll('-', '_'))]) {
      expect((await new Browser(gateway.url).ask('GET /me', undefined, { [claim]: id })).status, claim).toBe(401);
    }
    const twins = ['Cookie', cookie, 'X-Tollgate-Organization', 'org_a', 'X-Tollgate-Organization', 'org_b'];
    expect(await rawStatus('/api/v1/me', twins)).toBe(404);
    const underscore = ['Cookie', cookie, 'x_tollgate_organization', 'org_nothing'];
    expect(await rawStatus('/api/v1/me', underscore)).toBe(200);
  });

  it('is asked at the address of the installation alone, where one is configured', async () => {
    const named = await startGateway({ config: { signIn: { publicUrls: ['https://gateway.example.com'] } } });
    try {
      const status = (host: string, origin: string) =>
        rawStatus(
          '/api/v1/auth/sign-out',
          ['Host', host, 'Origin', origin, 'Cookie', 'x=y', 'Content-Type', 'application/json'],
          named.url,
          'POST',
        );
      expect(await status('gateway.example.com', 'https://gateway.example.com')).toBe(200);
      expect(await status('gateway.example.com', 'http://gateway.example.com')).toBe(403);
      expect(await status('evil.example', 'http://evil.example')).toBe(403);
      expect(await status('gateway.example.com.evil.example', 'https://gateway.example.com')).toBe(403);
    } finally {
      await named.stop();
    }
  });
});

/** With headers exactly as given. */
function rawStatus(path: string, headers: string[], url = gateway.url, method = 'GET'): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = headers.includes('Host') ? headers : ['Host', `${hostname}:${port}`, ...headers];
    request({ hostname, port, path, method, headers: sent }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
