/** Two accounts of one vendor: from the file to the wire and to the usage rows, through the real server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from './fakes/upstream.ts';
import { startGateway, type TestGateway } from './harness/gateway.ts';

const model = { price: { input: 1, output: 2 } };
let here: Upstream;
let there: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  here = await startUpstream();
  there = await startUpstream();
  gateway = await startGateway({
    config: {
      providers: {
        azure: { baseUrl: here.url, deployments: { 'gpt-4o': 'error-429' } },
        'azure-eu': {
          type: 'azure',
          baseUrl: there.url,
          apiKey: '${EU_KEY}',
          apiVersion: '2024-10-21',
          deployments: { 'gpt-4o': 'eu-4o' },
        },
      },
      models: { 'azure/echo': model, 'azure-eu/echo': model },
      routes: { near: { targets: ['azure/gpt-4o', 'azure-eu/gpt-4o'] } },
    },
    env: { AZURE_OPENAI_API_KEY: 'key-of-here', EU_KEY: 'key-of-there' },
  });
});
afterEach(() => {
  here.calls.length = 0;
  there.calls.length = 0;
});
afterAll(async () => {
  await gateway.stop();
  await here.close();
  await there.close();
});

const ask = (name: string) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: gateway.headers,
    body: JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hi' }] }),
  });

describe('two accounts of one vendor', () => {
  it('are asked each at its own address, with its own key and its own settings', async () => {
    expect((await ask('azure/echo')).status).toBe(200);
    expect((await ask('azure-eu/echo')).status).toBe(200);
    expect(here.chats.map(({ path }) => path)).toEqual(['/openai/v1/chat/completions']);
    expect(here.chat.headers['api-key']).toBe('key-of-here');
    expect(`${there.chat.path}?${there.chat.query}`).toBe(
      '/openai/deployments/echo/chat/completions?api-version=2024-10-21',
    );
    expect(there.chat.headers['api-key']).toBe('key-of-there');
    const rows = await gateway.waitForUsage(2);
    expect(rows.map(({ provider, served_model }) => [provider, served_model])).toEqual([
      ['azure', 'azure/echo'],
      ['azure-eu', 'azure-eu/echo'],
    ]);
  });

  it('stand in one route: where the first is at its limit, the second answers, and the row names it', async () => {
    const answer = await ask('near');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-tollgate-model')).toBe('azure-eu/gpt-4o');
    expect(here.chats.length).toBeGreaterThan(0);
    expect(there.chat.path).toContain('/eu-4o/');
    const rows = await gateway.waitForUsage(3);
    const row = rows.find(({ served_model }) => served_model === 'azure-eu/gpt-4o');
    expect(row).toMatchObject({ provider: 'azure-eu', status: 'completed' });
    expect(String(row?.price_version)).toContain('gpt-4o');
  });

  it('share the names of their models: a bare one is refused, with both that it may mean', async () => {
    const answer = await ask('gpt-4o');
    expect([400, 404]).toContain(answer.status);
    const told = await answer.text();
    for (const name of ['azure/gpt-4o', 'azure-eu/gpt-4o']) expect(told).toContain(name);
    expect([...here.chats, ...there.chats]).toEqual([]);
  });
});
