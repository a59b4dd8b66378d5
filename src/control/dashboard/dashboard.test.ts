/** What browsers are given at /dashboard/, and what they are not. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDashboard } from './dashboard.ts';

const script = 'export const x = 1;';
let directory: string;
let server: Server;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'tollgate-dashboard-'));
  mkdirSync(path.join(directory, 'dist/assets'), { recursive: true });
  mkdirSync(path.join(directory, 'dist/.vite'));
  const write = (name: string, body: string | Buffer) => writeFileSync(path.join(directory, 'dist', name), body);
  write('index.html', '<!doctype html><title>Tollgate</title>');
  write('assets/a-1.js', script);
  write('assets/a-1.js.br', brotliCompressSync(script));
  write('assets/a-1.js.gz', gzipSync(script));
  write('.vite/manifest.json', '{}');
  writeFileSync(path.join(directory, 'secret.txt'), 'secret');
  server = await listen(path.join(directory, 'dist'));
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function listen(built: string): Promise<Server> {
  const dashboard = openDashboard(built);
  const made = createServer((asked, answer) => {
    if (!dashboard.handle(asked, answer)) answer.writeHead(418).end();
  });
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}

/** As it is written: `fetch` would tidy up the path. */
async function ask(target: string, headers: Record<string, string> = {}, method = 'GET', from = server) {
  const { port } = from.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }).end();
  const [answer] = await once(asked, 'response');
  return { status: answer.statusCode, headers: answer.headers, body: (await buffer(answer)).toString('latin1') };
}

describe('a page', () => {
  it.each(['/dashboard/', '/dashboard/wallet', '/dashboard/models/llama.cpp?x=1.js', '/dashboard/index.html'])(
    '%s is the same program, never kept, under a policy without exceptions',
    async (target) => {
      const { status, headers, body } = await ask(target);
      expect(status).toBe(200);
      expect(body).toContain('<title>Tollgate');
      expect(headers['cache-control']).toBe('no-cache');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    },
  );

  it('is 304 for whoever has it', async () => {
    const { headers } = await ask('/dashboard/');
    expect((await ask('/dashboard/', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  });

  it.each(['/', '/?org=org_1', '/dashboard', '/dashboard?x'])('%s leads to it', async (target) => {
    const { status, headers } = await ask(target);
    expect(status).toBe(302);
    expect(headers.location).toMatch(/^\/dashboard\/(\?.*)?$/);
  });
});

describe('a file of the build', () => {
  it('is kept for ever, and comes compressed as the browser can read it', async () => {
    const answer = async (accepted: string) =>
      (await ask('/dashboard/assets/a-1.js', { 'accept-encoding': accepted })).headers;
    expect((await answer('gzip, deflate, br'))['content-encoding']).toBe('br');
    expect((await answer('gzip, br;q=0'))['content-encoding']).toBe('gzip');
    expect((await answer('br;q=0.5'))['content-encoding']).toBe('br');
    const plain = await ask('/dashboard/assets/a-1.js');
    expect(plain.body).toBe(script);
    expect(plain.headers['cache-control']).toContain('immutable');
    expect(plain.headers['content-encoding']).toBeUndefined();
  });

  it.each([
    '/dashboard/assets/none.js',
    '/dashboard/../secret.txt',
    '/dashboard/secret.txt',
    '/dashboard/assets/../../../secret.txt',
    '/dashboard/.vite/manifest.json',
    '/dashboard/assets/a-1.js.br',
  ])('%s is none', async (target) => expect((await ask(target)).status).toBe(404));
});

it('takes nothing but GET and HEAD, and leaves other paths alone', async () => {
  expect((await ask('/dashboard/', {}, 'POST')).status).toBe(405);
  expect(await ask('/dashboard/assets/a-1.js', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  for (const target of ['/dashboards', '/v1/models', '/Dashboard/', '//dashboard/']) {
    expect((await ask(target)).status).toBe(418);
  }
});

it('that is not built says how to build it', async () => {
  const empty = await listen(path.join(directory, 'nowhere'));
  const { status, body } = await ask('/dashboard/', {}, 'GET', empty);
  empty.close();
  expect(status).toBe(503);
  expect(body).toContain('npm run dashboard:build');
});
