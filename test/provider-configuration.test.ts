/** From the file and the environment to the wire, through the real server: settings, deployments and headers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from './fakes/upstream.ts';
import { startGateway, type TestGateway } from './harness/gateway.ts';

const gateSecret = 'gate-secret-canary-4711';
let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({
    config: {
      providers: {
        azure: {
          baseUrl: upstream.url,
          apiVersion: '2024-10-21',
          deployments: { 'gpt-4o': 'prod-4o' },
          headers: { 'x-gate': '${GATE_SECRET}' },
        },
      },
    },
    env: { AZURE_OPENAI_API_KEY: 'azure-key-canary', GATE_SECRET: gateSecret, CLOUDFLARE_API_TOKEN: 'cf' },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

describe('a vendor with settings', () => {
  it('lists its deployments by the names of their models, and asks them by their own', async () => {
    const list = (await (await fetch(`${gateway.url}/v1/models`, { headers: gateway.headers })).json()) as {
      data: { id: string }[];
    };
    expect(list.data.map(({ id }) => id).filter((id) => id.startsWith('azure/'))).toEqual(['azure/gpt-4o']);
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: gateway.headers,
      body: JSON.stringify({ model: 'azure/gpt-4o', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-tollgate-model')).toBe('azure/gpt-4o');
    const call = upstream.chat;
    expect(`${call.path}?${call.query}`).toBe('/openai/deployments/prod-4o/chat/completions?api-version=2024-10-21');
    expect(call.headers).toMatchObject({ 'api-key': 'azure-key-canary', 'x-gate': gateSecret });
    const [row] = await gateway.waitForUsage(1);
    expect(row).toMatchObject({ served_model: 'azure/gpt-4o', provider: 'azure' });
    expect(String(row?.price_version)).toContain('openai/gpt-4o');
  });

  it('one whose key alone is in the environment is off, and the log says why', () => {
    expect(gateway.stderr).toContain('Cloudflare Workers AI stays off');
  });

  it('no header of the operator is in the log or in a usage row', async () => {
    const told = gateway.stderr + JSON.stringify(await gateway.usageRows());
    expect(told).not.toContain(gateSecret);
    expect(told).not.toContain('azure-key-canary');
  });
});
