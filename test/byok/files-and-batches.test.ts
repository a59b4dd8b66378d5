/** Files and batches by an organization's own key: they are at its account, and their answers cost its share alone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, call, jsonOf } from '../harness/sse-client.ts';
import { until } from '../until.ts';

const [platformKey, acmeKey] = ['sk-platform-0123456789', 'sk-acme-own-0123456789'];
const keyOf = (name: string): string => `tg-test-batches-of-${name}-0123456789`;

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({
    config: {
      providers: { openai: { apiKey: platformKey, baseUrl: `${upstream.url}/v1` } },
      models: { 'openai/gpt-5': { price: { input: 1, output: 2 } } },
      organizations: {
        acme: { providers: { openai: { apiKey: acmeKey, fallback: true } }, byokFeePercent: 10 },
        other: {},
      },
      keys: Object.fromEntries(['acme', 'other'].map((name) => [name, { key: keyOf(name), organization: name }])),
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

const answers = (body: object | string) =>
  upstream.once((_call, reply) =>
    typeof body === 'string'
      ? reply.send(200, { 'content-type': 'application/octet-stream' }, body)
      : reply.json(200, body),
  );

const asks = { custom_id: 'r0', method: 'POST', url: '/v1/chat/completions', body: { model: 'gpt-5', messages: [] } };

async function upload(organization: string, id: string): Promise<Answer> {
  answers({ id, object: 'file', bytes: 10, created_at: 1, filename: 'in.jsonl', purpose: 'batch' });
  const form = new FormData();
  form.set('purpose', 'batch');
  form.set('file', new Blob([JSON.stringify(asks)]), 'in.jsonl');
  const encoded = new Response(form);
  return call(`${gateway.url}/v1/files`, Buffer.from(await encoded.arrayBuffer()), {
    key: keyOf(organization),
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
  });
}

const keyUsed = () => upstream.calls.at(-1)?.headers.authorization?.slice(7);

it('are made, watched and read with the own key, and an answer costs half of the price, and of that its share', async () => {
  expect((await upload('other', 'file-theirs')).status).toBe(200);
  expect(keyUsed()).toBe(platformKey);
  // Of the two credentials for one provider nobody has to choose: the own one makes it.
  expect((await upload('acme', 'file-in')).status).toBe(200);
  expect(keyUsed()).toBe(acmeKey);

  const batch = { id: 'batch_1', object: 'batch', endpoint: '/v1/chat/completions', input_file_id: 'file-in' };
  answers({ ...batch, status: 'validating' });
  const wanted = { input_file_id: 'file-in', endpoint: '/v1/chat/completions', completion_window: '24h' };
  const made = await call(`${gateway.url}/v1/batches`, wanted, { key: keyOf('acme') });
  expect([made.status, jsonOf(made).id, keyUsed()]).toEqual([200, 'batch_1', acmeKey]);

  answers({ ...batch, status: 'completed', output_file_id: 'file-out' });
  const watched = await call(`${gateway.url}/v1/batches/batch_1`, undefined, { key: keyOf('acme') });
  expect([watched.status, keyUsed()]).toEqual([200, acmeKey]);
  expect((await call(`${gateway.url}/v1/batches/batch_1`, undefined, { key: keyOf('other') })).status).toBe(404);

  const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
  const response = { status_code: 200, body: { model: 'gpt-5', choices: [], usage } };
  answers(`${JSON.stringify({ id: 'x', custom_id: 'r0', response, error: null })}\n`);
  const read = await call(`${gateway.url}/v1/files/file-out/content`, undefined, { key: keyOf('acme') });
  expect([read.status, keyUsed()]).toEqual([200, acmeKey]);

  const rows = await until('the row of the answer', async () => {
    const found = (await gateway.usageRows()).filter(({ operation }) => operation === 'batch-item');
    return found.length > 0 ? found : undefined;
  });
  // 2,000,000 nano-dollars, halved, and a tenth of that.
  expect(rows).toMatchObject([
    { paid_by: 'organization', credential: 'acme:openai', provider: 'openai', served_model: 'openai/gpt-5' },
  ]);
  expect([rows[0]?.cost_nano_usd, rows[0]?.charge_nano_usd]).toEqual(['0', '100000']);
});
