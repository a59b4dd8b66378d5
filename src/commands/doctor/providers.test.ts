import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ActiveProvider } from '../../config/active-provider.ts';
import { providers } from '../../providers/index.ts';
import type { Provider } from '../../providers/provider.ts';
import { checkProvider } from './providers.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
}

async function listen(status: number): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    response.writeHead(status).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const active = (id: string, more: Partial<ActiveProvider>): ActiveProvider => ({
  id,
  provider: providers.get(id) as Provider,
  baseUrl: 'http://127.0.0.1:1',
  secret: 'sk-1',
  models: [],
  ...more,
});

describe('a provider is asked for its models', () => {
  it('with its settings in the path, its key and the headers of the operator', async () => {
    const { url, asked } = await listen(200);
    const settings = { resource: 'acme', apiVersion: '2024-10-21' };
    const { finding } = await checkProvider(
      active('azure', { baseUrl: url, settings, headers: { 'x-gate': 'g' } }),
      Date.now,
    );
    expect(finding.level).toBe('ok');
    expect(asked[0]?.path).toBe('/openai/models?api-version=2024-10-21');
    expect(asked[0]?.headers).toMatchObject({ 'api-key': 'sk-1', 'x-gate': 'g' });
  });

  it('and says so when it has no list, or refuses the key', async () => {
    const { url } = await listen(401);
    expect((await checkProvider(active('openai', { baseUrl: url }), Date.now)).finding).toMatchObject({
      level: 'fail',
      remedy: expect.stringContaining('OPENAI_API_KEY'),
    });
    expect((await checkProvider(active('zai', { baseUrl: url }), Date.now)).finding.level).toBe('warn');
  });

  it("and of one more account it names that account's key, not the vendor's variable", async () => {
    const { url } = await listen(401);
    const more = { id: 'openai-b', baseUrl: url, typed: true as const };
    const { remedy } = (await checkProvider(active('openai', more), Date.now)).finding;
    expect(remedy).toContain('providers.openai-b.apiKey');
    expect(remedy).not.toContain('OPENAI_API_KEY');
  });

  it('but not without a sign-in: the finding says what to do, and nothing of the account', async () => {
    const { url, asked } = await listen(200);
    const secret = '{"client_email":"a@b","private_key":"canary"}';
    const settings = { project: 'p1', location: 'global' };
    const { finding } = await checkProvider(active('vertex', { baseUrl: url, secret, settings }), Date.now);
    expect(finding).toMatchObject({ level: 'fail', remedy: expect.stringContaining('providers.vertex.apiKey') });
    expect(JSON.stringify(finding)).not.toContain('canary');
    expect(asked).toEqual([]);
  });
});
