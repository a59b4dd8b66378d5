/** Behind a proxy that ends TLS: cookies that no other host and no plain connection gets. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as forward } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { owner, password } from './browser.ts';

let gateway: TestGateway;
let terminator: Server;
let certificate: string;
let publicUrl: string;

/** As nginx does it by default: everything goes on as it came, with the client's address. */
async function startTerminator(target: () => string): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-tls-'));
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', keyFile, '-out', certFile];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'ignore' });
  certificate = readFileSync(certFile, 'utf8');
  const server = createServer({ key: readFileSync(keyFile), cert: certificate }, (from, to) => {
    const { method, url, headers } = from;
    const onward = { ...headers, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    const asked = forward(`${target()}${url}`, { method, headers: onward }, (answered) => {
      to.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(to);
    });
    asked.once('error', () => to.destroy());
    from.pipe(asked);
  });
  rmSync(directory, { recursive: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  terminator = await startTerminator(() => gateway.url);
  publicUrl = `https://localhost:${(terminator.address() as AddressInfo).port}`;
  const signIn = { publicUrls: [publicUrl], trustedProxies: ['127.0.0.1'] };
  gateway = await startGateway({ config: { signIn } });
  await owner(gateway);
});

afterAll(async () => {
  terminator.closeAllConnections();
  terminator.close();
  await gateway.stop();
});

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: string;
}

/** Over TLS, with the certificate checked. */
async function ask(method: string, path: string, sent: Record<string, string>, body?: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...sent };
  const asked = request(`${publicUrl}/api/v1${path}`, { method, headers, ca: certificate, agent: false });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [answered] = await once(asked, 'response');
  let text = '';
  for await (const bytes of answered) text += String(bytes);
  return { status: answered.statusCode, cookies: answered.headers['set-cookie'] ?? [], body: text };
}

const own = () => ({ origin: publicUrl, 'sec-fetch-site': 'same-origin' });
const signIn = () => ask('POST', '/auth/sign-in/email', own(), { email: 'ada@example.com', password });
const pairOf = ([line = '']: readonly string[]) => line.split(';')[0] ?? '';

describe('over https', () => {
  it('a session is for this host alone, over TLS alone, and read by no script', async () => {
    const { status, cookies } = await signIn();
    expect([status, cookies.length]).toEqual([200, 1]);
    const [pair = '', ...attributes] = (cookies[0] ?? '').split('; ');
    expect(pair).toMatch(/^__Host-tollgate\.session_token=./);
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']));
    expect(attributes.some((each) => /^domain=/i.test(each))).toBe(false);
  });

  it('it is a session there: to read, to write from its own pages, and to end', async () => {
    const cookie = pairOf((await signIn()).cookies);
    const me = await ask('GET', '/me', { cookie });
    expect([me.status, JSON.parse(me.body).user.email]).toEqual([200, 'ada@example.com']);
    const made = await ask('POST', '/keys', { ...own(), cookie }, { name: 'over-tls' });
    expect(made.status).toBe(201);
    for (const origin of ['https://localhost', publicUrl.replace('https', 'http'), 'https://evil.example', 'null'])
      expect((await ask('POST', '/keys', { origin, cookie }, { name: 'x' })).status, origin).toBe(403);
    expect((await ask('POST', '/auth/sign-out', { ...own(), cookie }, {})).status).toBe(200);
    expect((await ask('GET', '/me', { cookie })).status).toBe(401);
  });

  it('a cookie without the prefix, as plain HTTP could plant it, is no session', async () => {
    const cookie = pairOf((await signIn()).cookies);
    const planted = cookie.replace('__Host-', '');
    expect((await ask('GET', '/me', { cookie: planted })).status).toBe(401);
    expect((await ask('GET', '/me', { cookie: cookie.replace('__Host-', '__Secure-') })).status).toBe(401);
  });

  it('the address in the audit log is that of the client, by the proxy that is trusted', async () => {
    const cookie = pairOf((await signIn()).cookies);
    const { body } = await ask('GET', '/audit?action=sign-in&limit=1', { cookie });
    expect(JSON.parse(body).data[0].ip).toBe('203.0.113.7');
  });
});
