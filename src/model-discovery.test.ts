import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelDiscovery } from './model-discovery.ts';
import { providers } from './providers/index.ts';
import type { Credential } from './snapshot/snapshot.ts';

let server: Server;
let answer: { status: number; body: string } = { status: 200, body: '' };
let seen: string | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen = request.headers.authorization;
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

function discovery(port = (server.address() as AddressInfo).port) {
  const provider = providers.get('openai-compatible');
  if (provider === undefined) throw new Error('there is no openai-compatible');
  const credential: Credential = { id: 'local', provider, baseUrl: `http://127.0.0.1:${port}/v1`, secret: 'sk-canary' };
  return modelDiscovery(() => [credential]);
}

describe('what a provider says that it has', () => {
  it.each([
    ['{"data":[{"id":"b"},{"id":"a"},{"id":"a"}]}', ['a', 'b']],
    ['{"models":[{"name":"models/gemini-x"}]}', ['gemini-x']],
    ['{"modelSummaries":[{"modelId":"x.y:0"}]}', ['x.y:0']],
    ['[{"id":"t"},{"no":1},"plain",{"id":"with space"}]', ['plain', 't']],
  ])('is read however the vendor writes it: %s', async (body, names) => {
    answer = { status: 200, body };
    expect(await discovery().discover('local')).toEqual(names);
    expect(seen).toBe('Bearer sk-canary');
  });

  it.each([
    [{ status: 401, body: 'sk-canary is wrong' }, 'it answered 401'],
    [{ status: 200, body: '<html>' }, 'its answer is not JSON'],
    [{ status: 200, body: '{}' }, 'its answer has no list'],
  ])('is an error that never quotes it: %j', async (given, why) => {
    answer = given;
    const failure = discovery().discover('local');
    await expect(failure).rejects.toThrow(why);
    await expect(failure).rejects.not.toThrow('canary');
  });

  it('is asked of providers that are on', async () => {
    await expect(discovery().discover('other')).rejects.toThrow('not turned on');
    await expect(discovery(1).discover('local')).rejects.toThrow('cannot be reached');
  });
});
