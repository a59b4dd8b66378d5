/** `tollgate connect` as people use it: a real process, a real gateway, the built-in provider. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients } from '../src/commands/connect/clients.ts';
import { startGateway, type TestGateway } from './harness/gateway.ts';
import { GatewayProcess } from './harness/gateway-process.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-connect-'));
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.stop();
  rmSync(home, { recursive: true, force: true });
});

async function connect(args: readonly string[], env: Record<string, string> = {}) {
  const child = new GatewayProcess(['connect', ...args], env);
  const { code } = await child.ended;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

const here = () => ['--url', gateway.url, '--home', home, '--model', 'mock/echo'];

describe('--check', () => {
  it.each([...clients.keys()])('%s: says what the model answered to a request as this client sends it', async (id) => {
    const result = await connect([id, '--check', ...here(), '--json'], { TOLLGATE_KEY: gateway.key });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({
      check: { ok: true, status: 200, model: 'mock/echo', message: expect.stringContaining('PONG') },
    });
  });

  it('a client that was pointed here is tried with the key and the model in its own files', async () => {
    const own = mkdtempSync(path.join(tmpdir(), 'tollgate-connect-'));
    const at = ['--url', gateway.url, '--home', own];
    await connect(['opencode', '--write', '--model', 'mock/echo', '--key', gateway.key, ...at]);
    const result = await connect(['opencode', '--check', ...at], { TOLLGATE_KEY: 'tg-another' });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('model mock/echo, 200') });
    rmSync(own, { recursive: true });
  });

  it('a key in its files that is for another place is not sent here', async () => {
    const own = mkdtempSync(path.join(tmpdir(), 'tollgate-connect-'));
    await connect([
      'qwen',
      '--write',
      '--model',
      'm',
      '--key',
      gateway.key,
      '--url',
      'http://h.example',
      '--home',
      own,
    ]);
    const result = await connect(['qwen', '--check', '--model', 'm', '--url', gateway.url, '--home', own]);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no key') });
    rmSync(own, { recursive: true });
  });

  const failures: readonly [string, (args: string[]) => string[], RegExp][] = [
    ['a wrong key', (args) => [...args, '--key', 'tg-wrong'], /tollgate keys create claude/],
    ['a model that is not there', (args) => [...args, '--model', 'mock/nothing'], /"tollgate models" lists/],
    ['a port where nothing listens', (args) => [...args, '--url', 'http://127.0.0.1:9'], /nothing listens there/],
    ['https:// where there is no TLS', (args) => [...args, '--url', gateway.url.replace('http', 'https')], /http:\/\//],
    ['a path in front that is not there', (args) => [...args, '--url', `${gateway.url}/x`], /Is it really Tollgate/],
  ];
  it.each(failures)('%s fails with exit code 1 and what to do', async (_, argsOf, words) => {
    const result = await connect(argsOf(['claude', '--check', '--key', gateway.key, ...here()]));
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^POST http[\s\S]*\nfail {2}/);
    expect(result.stdout).toMatch(words);
    expect(result.stdout).not.toContain(gateway.key);
  });

  it.each([
    [404, 'text/html', '<h1>Not here</h1>', /it is not Tollgate/],
    [200, 'text/html', '<h1>Welcome</h1>', /where a stream was due/],
    [200, 'text/event-stream', '', /fail/],
  ] as const)('another server that answers %i %s is not taken for Tollgate', async (status, type, body, words) => {
    const other = createServer((_, response) => response.writeHead(status, { 'content-type': type }).end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      const result = await connect(['claude', '--check', '--url', url, '--key', 'tg-any']);
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(words);
    } finally {
      other.close();
    }
  });
});

describe('printing and writing', () => {
  it.each([...clients.keys()])('%s: prints the settings and touches nothing', async (id) => {
    const { code, stdout } = await connect([id, '--key', 'tg-shown', ...here()]);
    expect(code).toBe(0);
    for (const words of ['tg-shown', gateway.url]) expect(stdout).toContain(words);
    expect(readdirSync(home)).toEqual([]);
  });

  it('writes what it says, and does not show the key', async () => {
    const result = await connect(['codex', '--write', '--key', 'tg-written', ...here()]);
    const file = path.join(home, '.codex', 'config.toml');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(`${file} is written. To undo: rm `);
    expect(result.stdout).not.toContain('tg-written');
    expect(readFileSync(file, 'utf8')).toContain('tg-written');
  });

  it('the address comes from the configuration, and one with /v1 is understood', async () => {
    const env = { TOLLGATE_SERVER_HOST: '0.0.0.0', TOLLGATE_SERVER_PORT: '7171', TOLLGATE_KEY: 'tg-any' };
    const configured = await connect(['claude', '--json'], env);
    expect(JSON.parse(configured.stdout)).toMatchObject({ url: 'http://127.0.0.1:7171' });
    const given = await connect(['codex', '--json', '--model', 'm', '--url', 'https://llm.example.com/v1/'], env);
    expect(JSON.parse(given.stdout)).toMatchObject({ url: 'https://llm.example.com' });
  });

  const misuses: readonly [string, readonly string[], RegExp][] = [
    ['an unknown client', ['cluade'], /Did you mean claude\?/],
    ['no key to write', ['claude', '--write', '--home', home], /tollgate keys create claude/],
    ['no model', ['codex', '--key', 'tg-a'], /--model/],
    ['an address that is none', ['claude', '--url', 'localhost:7070'], /http:\/\/host:port/],
    ['a key that would need quotes', ['claude', '--key', "a'b"], /--key has a character/],
    ['writing for a client without files', ['cursor', '--write', '--key', 'tg-a', '--model', 'm'], /prints the steps/],
  ];
  it.each(misuses)('%s is refused with exit code 2 and what to do', async (_, args, words) => {
    const result = await connect(args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(words);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});
