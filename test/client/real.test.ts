/** The client against the real server. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../../client/src/index.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { until } from '../until.ts';

const boss = 'tgm-of-the-client-0123456789abcdef';
let gateway: TestGateway;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway({ config: { keys: { boss: { key: boss } } } });
  client = createClient({ baseUrl: gateway.url, key: boss });
});

afterAll(async () => {
  await gateway.stop();
});

it('makes a key, lists it over several pages, and reads a file of it', async () => {
  const made = await client.call('POST /keys', { body: { name: 'one', limits: { requestsPerMinute: 60 } } });
  await client.call('POST /keys', { body: { name: 'two' } });
  expect(made.key).toMatch(/^tg-/);
  const names = [];
  for await (const { name } of client.paginate('GET /keys', { query: { limit: 1 } })) names.push(name);
  expect(names.slice(0, 2)).toEqual(['two', 'one']);
  expect(await client.call('GET /keys/{keyId}', { params: { keyId: made.id } })).toMatchObject({ name: 'one' });
});

it('the same Idempotency-Key makes one key', async () => {
  const input = { body: { name: 'once' }, idempotencyKey: 'the-same' };
  const [first, second] = [await client.call('POST /keys', input), await client.call('POST /keys', input)];
  expect(second).toEqual(first);
});

it('an error of the real server has all its members', async () => {
  await expect(client.call('POST /keys', { body: { name: '' } })).rejects.toMatchObject({
    status: 400,
    code: 'invalid_request',
    path: 'name',
    remedy: expect.stringContaining('reference'),
    requestId: expect.stringMatching(/^req_/),
  });
  const nobody = createClient({ baseUrl: gateway.url, key: 'tgm-none' });
  await expect(nobody.call('GET /keys')).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
});

it('the example of the README runs', async () => {
  await fetch(`${gateway.url}/v1/models`, { headers: gateway.headers });
  const example = path.resolve(import.meta.dirname, '../../examples/management-client.ts');
  const env = { ...process.env, TOLLGATE_URL: gateway.url, TOLLGATE_MANAGEMENT_KEY: boss };
  const { stdout } = await until('the example', () => promisify(execFile)(process.execPath, [example], { env }));
  expect(stdout).toMatch(/^key_\S+ tg-/);
  expect(stdout).toContain('not_found There is no key "key_none".');
});
