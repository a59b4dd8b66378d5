/** `/api/v1/providers`, `/upstreams` and `/vendors`: what operators can say, what is refused, and what is never shown. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import { Naming } from '../../src/naming.ts';
import { providers } from '../../src/providers/index.ts';
import { type TestApi, testApi } from '../api/harness.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { runSql } from '../postgres.ts';

const secret = 'sk-canary-of-the-providers-0123456789';
const home = mkdtempSync(join(tmpdir(), 'tollgate-providers-'));
let api: TestApi;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
  const text = `providers: { openai: { apiKey: sk-of-the-file-0123456789 }, local: { type: vllm, baseUrl: 'http://127.0.0.1:9/v1' } }`;
  const config = parseConfig(text, { cwd: home, env: {}, registry: [...providers.values()] });
  const secrets = new SecretBox(['the master key of these tests']);
  const naming = new Naming({
    config,
    registry: providers,
    secrets,
    clock: systemClock,
    mock: undefined,
    log: silentLog,
  });
  api = await testApi({ naming, secrets });
});
afterAll(async () => {
  await api.close();
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
});

const post = (path: string, body: object) => api.ask(`POST ${path}`, { body });
const patch = (path: string, body: object) => api.ask(`PATCH ${path}`, { body });

describe('a provider', () => {
  it('is made with its first credential, listed, changed and deleted; its key is never shown', async () => {
    const made = await post('/providers', { name: 'deepseek', apiKey: secret, dataCollection: 'deny' });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({
      name: 'deepseek',
      vendor: 'deepseek',
      source: 'api',
      enabled: true,
      address: providers.get('deepseek')?.baseUrl,
      dataCollection: 'deny',
      credentials: [{ hint: secret.slice(-4), hasKey: true, weight: 1, priority: 0 }],
    });
    const changed = await patch('/providers/deepseek', { enabled: false, models: ['deepseek-next'] });
    expect(changed.body).toMatchObject({
      enabled: false,
      isOn: false,
      models: ['deepseek-next'],
      dataCollection: 'deny',
    });
    await patch('/providers/deepseek', { enabled: true });
    const { body, text } = await api.ask('GET /providers');
    expect(body.data.map((each: { name: string }) => each.name)).toEqual(['deepseek', 'local', 'openai']);
    expect(body.data[0]).toMatchObject({ isOn: true });
    expect(body.data[0].modelCount).toBeGreaterThan(0);
    expect(text).not.toContain(secret);
    expect((await api.ask('DELETE /providers/deepseek')).status).toBe(204);
    expect((await api.ask('GET /providers/deepseek')).status).toBe(404);
    const again = await post('/providers', { name: 'deepseek' });
    expect(again.body).toMatchObject({ credentials: [], isOn: false });
    await api.ask('DELETE /providers/deepseek');
  });

  it('of the file is shown, and not changed; credentials may stand beside its own', async () => {
    expect((await patch('/providers/openai', { enabled: false })).status).toBe(409);
    expect((await api.ask('DELETE /providers/openai')).status).toBe(409);
    expect((await post('/providers', { name: 'openai', apiKey: secret })).status).toBe(409);
    expect((await post('/providers', { name: 'mock' })).status).toBe(409);
    const added = await post('/providers/openai/credentials', { apiKey: secret, weight: 5, name: 'second account' });
    expect(added.status).toBe(201);
    const { credentials, source } = (await api.ask('GET /providers/openai')).body;
    expect(source).toBe('file');
    expect(credentials).toMatchObject([
      { id: 'openai', source: 'file', hasKey: true, hint: null },
      { name: 'second account', source: 'api', weight: 5 },
    ]);
    await api.ask(`DELETE /providers/openai/credentials/${added.body.id}`);
  });

  it.each([
    [{ name: 'nobody' }, 'vendor'],
    [{ name: 'x', vendor: 'azure', apiKey: secret }, 'settings.resource'],
    [{ name: 'openrouter', apiKey: secret, settings: { region: 'eu' } }, 'settings.region'],
    [{ name: 'x', vendor: 'openai-compatible', apiKey: secret }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://169.254.169.254/latest' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://[::ffff:169.254.169.254]/v1' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://0xa9fea9fe/v1' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://metadata.google.internal/v1' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://[fe80::1]/v1' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'https://user:pass@example.com/v1' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'file:///etc/passwd' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://127.0.0.1/v1\u0000' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://one.example\\@two.example/v1' }, 'baseUrl'],
    [{ name: 'x', vendor: 'vllm', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'with space' }, 'apiKey'],
    [{ name: 'X' }, 'name'],
  ])('%j is refused at %s, without its key', async (body, path) => {
    const refused = await post('/providers', body);
    expect(refused.status).toBe(400);
    expect(refused.body.error.path).toBe(path);
    expect(refused.text).not.toContain(secret);
  });

  it('takes no other host while somebody’s key for this one is there', async () => {
    await post('/providers', { name: 'mine', vendor: 'vllm', baseUrl: 'https://one.example/v1', apiKey: secret });
    expect((await patch('/providers/mine', { baseUrl: 'https://one.example/v2' })).status).toBe(200);
    const stolen = await patch('/providers/mine', { baseUrl: 'https://two.example/v1' });
    expect(stolen.status).toBe(409);
    expect((await patch('/providers/mine', { vendor: 'ollama', baseUrl: null })).status).toBe(409);
    const { id } = (await api.ask('GET /providers/mine')).body.credentials[0];
    const elsewhere = { baseUrl: 'https://two.example/v1' };
    expect((await patch(`/providers/mine/credentials/${id}`, elsewhere)).body.error).toMatchObject({ path: 'apiKey' });
    expect((await patch(`/providers/mine/credentials/${id}`, { ...elsewhere, apiKey: secret })).status).toBe(200);
    // Back to that of the provider is a move too.
    expect((await patch(`/providers/mine/credentials/${id}`, { baseUrl: null })).status).toBe(400);
    await api.ask('DELETE /providers/mine');
  });

  it('stays while a route leads to it', async () => {
    await post('/providers', { name: 'kept', vendor: 'vllm', baseUrl: 'http://127.0.0.1:9/v1' });
    const targets = [{ strategy: 'weighted', targets: ['kept/a', 'local/b'] }, 'local/c'];
    const route = await post('/routes', { name: 'best', definition: { strategy: 'fallback', targets } });
    expect(route.status, route.text).toBe(201);
    const refused = await api.ask('DELETE /providers/kept');
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toContain('best');
    await api.ask('DELETE /routes/best');
    expect((await api.ask('DELETE /providers/kept')).status).toBe(204);
  });

  it('is the operators’ alone', async () => {
    const { key } = await api.tenant('acme');
    for (const what of ['GET /providers', 'GET /upstreams', 'GET /providers/openai', 'POST /providers/openai/test'])
      expect((await api.ask(what, { key })).status, what).toBe(403);
    expect((await api.ask('GET /vendors', { key })).status).toBe(200);
  });
});

describe('an upstream', () => {
  it('is a credential at an address: added with its provider, changed, deleted', async () => {
    const body = { provider: 'gpu', vendor: 'vllm', baseUrl: 'http://10.0.0.5:8000/v1', apiKey: secret, priority: 2 };
    const made = await post('/upstreams', body);
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ provider: 'gpu', vendor: 'vllm', priority: 2, address: body.baseUrl });
    const second = await post('/upstreams', { provider: 'gpu', baseUrl: 'http://10.0.0.6:8000/v1', priority: 1 });
    expect(second.body).toMatchObject({ address: 'http://10.0.0.6:8000/v1', hasKey: false });
    const { data } = (await api.ask('GET /upstreams')).body;
    expect(data.map((each: { id: string }) => each.id)).toEqual([second.body.id, made.body.id, 'local', 'openai']);
    expect((await patch(`/upstreams/${made.body.id}`, { priority: 0, enabled: false })).body).toMatchObject({
      priority: 0,
    });
    expect((await patch('/upstreams/openai', { priority: 3 })).status).toBe(409);
    expect((await api.ask('DELETE /upstreams/openai')).status).toBe(409);
    expect((await api.ask(`DELETE /upstreams/${made.body.id}`)).status).toBe(204);
    expect((await api.ask(`GET /upstreams/${made.body.id}`)).status).toBe(404);
    await api.ask('DELETE /providers/gpu');
  });
});

describe('a test of a connection', () => {
  const tried = (more: object) => post('/providers/test', { vendor: 'openai', apiKey: secret, ...more });

  it('says that it works, and how many models there are', async () => {
    upstream.once((_, reply) => reply.json(200, { data: [{ id: 'a' }, { id: 'b' }] }));
    expect((await tried({ baseUrl: `${upstream.url}/v1` })).body).toMatchObject({
      ok: true,
      verdict: 'ok',
      models: 2,
      status: 200,
    });
    expect(upstream.calls.at(-1)?.headers.authorization).toBe(`Bearer ${secret}`);
  });

  it.each([
    [401, { error: { message: `Incorrect API key provided: ${secret}` } }, 'wrong-key'],
    [400, { error: { status: 'INVALID_ARGUMENT', message: 'API key not valid.' } }, 'wrong-key'],
    [403, { error: { message: 'not allowed' } }, 'no-access'],
    [429, { error: { code: 'insufficient_quota', message: 'You exceeded your current quota' } }, 'no-quota'],
    [429, { error: { message: 'slow down' } }, 'rate-limited'],
    [402, {}, 'no-quota'],
    [404, {}, 'wrong-address'],
    [200, { hello: 'web page' }, 'wrong-address'],
    [503, {}, 'provider-error'],
  ])('of a provider that answers %d %j says so, without its words', async (status, body, verdict) => {
    upstream.once((_, reply) => reply.json(status, body));
    const answer = await tried({ baseUrl: `${upstream.url}/v1` });
    expect(answer.body).toMatchObject({ ok: false, verdict, status });
    expect(answer.body.remedy).not.toBe('');
    expect(answer.text).not.toContain(secret);
  });

  it('follows no redirect', async () => {
    const trap = await startUpstream();
    upstream.once((_, reply) => reply.json(307, {}, { location: `${trap.url}/v1/models` }));
    expect((await tried({ baseUrl: `${upstream.url}/v1` })).body).toMatchObject({
      verdict: 'wrong-address',
      status: 307,
    });
    expect(trap.calls).toEqual([]);
    await trap.close();
  });

  it.each([
    ['http://127.0.0.1:1/v1', 'unreachable'],
    ['http://no-such-host.invalid/v1', 'dns'],
  ])('of %s says %s', async (baseUrl, verdict) => {
    expect((await tried({ baseUrl })).body).toMatchObject({ ok: false, verdict, status: null });
  });

  it('of a server without TLS says tls', async () => {
    const { body } = await tried({ baseUrl: `${upstream.url.replace('http:', 'https:')}/v1` });
    expect(body).toMatchObject({ ok: false, verdict: 'tls' });
  });

  it('asks with each credential of a provider', async () => {
    await post('/providers', { name: 'two', vendor: 'vllm', baseUrl: `${upstream.url}/v1`, apiKey: secret });
    await post('/providers/two/credentials', { apiKey: `${secret}-2` });
    const off = await post('/providers/two/credentials', { apiKey: `${secret}-3`, enabled: false });
    upstream.on('', (_, reply) => reply.json(200, { data: [] }));
    const { body } = await api.ask('POST /providers/two/test');
    expect(body.ok).toBe(false);
    expect(body.data).toHaveLength(3);
    expect(body.data.filter((each: { ok: boolean }) => each.ok)).toHaveLength(2);
    expect(body.data.find((each: { credentialId: string }) => each.credentialId === off.body.id)).toMatchObject({
      verdict: 'not-set-up',
    });
    await api.ask('DELETE /providers/two');
  });

  it('of an organization’s own key is the organization’s to ask for, and nobody else’s', async () => {
    const { id, key } = await api.tenant('owner');
    const other = await api.tenant('other');
    const path = `/organizations/${id}/provider-keys/local`;
    // As the dashboard asks: repeated safely, and answered the same.
    const headers = { 'idempotency-key': 'once' };
    const set = await api.ask(`PUT ${path}`, { key, body: { apiKey: secret }, headers });
    expect(set.status, set.text).toBe(200);
    expect((await api.ask(`PUT ${path}`, { key, body: { apiKey: secret }, headers })).text).toBe(set.text);
    const { body } = await api.ask(`POST ${path}/test`, { key });
    expect(body).toMatchObject({ ok: false, verdict: 'unreachable' });
    expect((await api.ask(`POST ${path}/test`, { key: other.key })).status).toBe(404);
    expect((await api.ask(`POST /organizations/${id}/provider-keys/openai/test`, { key })).status).toBe(404);
  });
});

describe('vendors', () => {
  it('say what each needs, and nothing that is a secret', async () => {
    const { data } = (await api.ask('GET /vendors')).body;
    expect(data.length).toBeGreaterThan(30);
    const azure = data.find((each: { id: string }) => each.id === 'azure');
    expect(azure.settings[0]).toMatchObject({ name: 'resource', required: true, pattern: expect.any(String) });
    expect(data.find((each: { id: string }) => each.id === 'vllm')).toMatchObject({ keyless: true, selfHosted: true });
    expect(data.map((each: { id: string }) => each.id)).not.toContain('mock');
  });
});

describe('the database', () => {
  it('holds no key that was given', async () => {
    await post('/providers', { name: 'deepseek', apiKey: secret });
    const { url, schema } = api.database;
    const listed = `SELECT table_name FROM information_schema.tables WHERE table_schema = '${schema}'`;
    const tables = await runSql(url, listed);
    expect(tables.length).toBeGreaterThan(40);
    for (const { table_name: table } of tables) {
      const rows = await runSql(url, `SELECT * FROM "${schema}"."${table}"`);
      expect(JSON.stringify(rows), String(table)).not.toContain(secret);
    }
  });
});
