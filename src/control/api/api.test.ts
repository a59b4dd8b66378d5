import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { RawClient } from '../../../test/harness/raw-client.ts';
import { LedgerRefusal } from '../../ledger/refusal.ts';
import { StoreError } from '../../store/error.ts';
import { access } from './access.ts';
import { type ApiRoute, downloadRoute, rawRoute, route } from './route.ts';

let api: TestApi;

const named = { tag: 'x', summary: 'x' } as const;
let failure: unknown;
const routes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/organizations',
    tag: 'x',
    summary: 'x',
    async handle() {
      throw failure;
    },
  }),
  route({
    method: 'POST',
    path: '/organizations',
    tag: 'x',
    summary: 'x',
    body: z.strictObject({ text: z.string() }),
    answer: z.object({ text: z.string() }),
    handle: async ({ body }) => ({ ...body, hidden: 'never shown' }),
  }),
  route({
    method: 'POST',
    path: '/projects',
    tag: 'x',
    summary: 'x',
    body: z.strictObject({ text: z.string().optional() }).optional(),
    answer: z.object({ had: z.boolean() }),
    handle: async ({ body }) => ({ had: body !== undefined }),
  }),
  downloadRoute({
    method: 'GET',
    path: '/keys',
    tag: 'x',
    summary: 'x',
    produces: 'text/csv; charset=utf-8',
    handle: async () => ({ body: 'a,b\n', filename: 'x"\r\ny.csv' }),
  }),
  rawRoute({
    ...named,
    method: 'POST',
    path: '/signed',
    receive: async ({ body, headers, requestId }) => ({
      hex: body.toString('hex'),
      signature: headers['x-signature'],
      requestId,
    }),
  }),
];
const rules = { ...access, 'POST /signed': { auth: 'none', why: 'the test signs it' } } as const;

beforeAll(async () => {
  api = await testApi({ routes, rules, requestsPerMinute: 200 });
});

afterAll(() => api.close());

describe('who calls', () => {
  const ask = (headers: Readonly<Record<string, string>>) =>
    api.ask('POST /organizations', { key: '', headers, body: { text: 'x' } });

  it('sends its management key in one of two headers', async () => {
    expect((await ask({ authorization: `Bearer ${api.operator}` })).status).toBe(200);
    expect((await ask({ 'x-api-key': api.operator })).status).toBe(200);
  });

  it('is told the same of a wrong, an expired, a revoked and a calling key, with what to do', async () => {
    const expired = await api.makeKey({ name: 'old', kind: 'management' });
    const revoked = await api.makeKey({ name: 'gone', kind: 'management' });
    const call = await api.makeKey({ name: 'call' });
    const past = new Date(Date.now() - 1000);
    await api.store.db.updateTable('keys').set({ expires_at: past }).where('id', '=', expired.id).execute();
    await api.store.db.updateTable('keys').set({ revoked_at: past }).where('id', '=', revoked.id).execute();
    await api.makeKey({ name: 'refreshes' });
    const told = new Set<string>();
    for (const key of [expired.key, revoked.key, call.key, 'tgm-none', `${api.operator}x`, 'x'.repeat(300)]) {
      const answer = await ask({ authorization: `Bearer ${key}` });
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(answer.text).not.toContain(key);
      told.add(JSON.stringify({ ...answer.body.error, requestId: '' }));
    }
    expect([...told]).toHaveLength(1);
    expect([...told][0]).toContain('tollgate keys create NAME --management');
  });

  it('is refused with two credentials, the same one twice, or none', async () => {
    const bearer = `Bearer ${api.operator}`;
    expect((await ask({ authorization: bearer, 'x-api-key': api.operator })).status).toBe(401);
    expect((await ask({ authorization: bearer, 'x-api-key': '' })).status).toBe(401);
    expect((await ask({ authorization: `Basic ${btoa(api.operator)}` })).status).toBe(401);
    expect((await ask({ authorization: `${bearer} x` })).status).toBe(401);
    expect((await ask({})).status).toBe(401);
  });

  it('is refused while its organization is disabled', async () => {
    const tenant = await api.tenant('disabled');
    await api.store.db.updateTable('organizations').set({ disabled: true }).where('id', '=', tenant.id).execute();
    await api.makeKey({ name: 'refreshes' });
    expect((await ask({ authorization: `Bearer ${tenant.key}` })).status).toBe(401);
  });
});

describe('an error', () => {
  const failing = async (thrown: unknown) => {
    failure = thrown;
    return api.ask('GET /organizations');
  };

  it('has one shape and the request id of its headers', async () => {
    const { status, body, headers } = await api.ask('POST /organizations', { body: { text: 7 } });
    expect(status).toBe(400);
    expect(body).toEqual({
      error: {
        code: 'invalid_request',
        message: expect.stringContaining('text'),
        remedy: expect.any(String),
        path: 'text',
        requestId: headers['x-request-id'],
      },
    });
    expect(headers['request-id']).toBe(headers['x-request-id']);
  });

  it('that nobody foresaw says nothing of the inside', async () => {
    const sql = Object.assign(new Error('relation "secrets" does not exist'), { code: '42P01' });
    for (const thrown of [sql, new TypeError('x is undefined'), 'a text', undefined]) {
      const { status, text } = await failing(thrown);
      expect([status, JSON.parse(text).error.code]).toEqual([500, 'internal']);
      expect(text).not.toMatch(/secrets|undefined|relation|at \w+ \(|a text/);
    }
  });

  it.each([
    new StoreError('unreachable', 'Postgres at 10.0.0.1 is away.', 'x'),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    Object.assign(new Error('read'), { code: 'ECONNRESET' }),
    new Error('Connection terminated unexpectedly'),
    Object.assign(new Error('canceling statement'), { code: '57014' }),
    Object.assign(new Error('deadlock detected'), { code: '40P01' }),
  ])('of a database that is away is 503 with Retry-After: %s', async (thrown) => {
    const { status, headers, text } = await failing(thrown);
    expect([status, headers['retry-after']]).toEqual([503, '2']);
    expect(text).not.toContain('10.0.0.1');
  });

  it.each([
    ['insufficient', 409, 'conflict'],
    ['conflict', 409, 'conflict'],
    ['no-organization', 404, 'not_found'],
    ['amount', 400, 'invalid_request'],
  ] as const)('of the ledger says what it said: %s', async (reason, status, code) => {
    const answer = await failing(new LedgerRefusal(reason, 'The wallet has $1.00.', 'Top it up.'));
    expect([answer.status, answer.body.error]).toEqual([
      status,
      expect.objectContaining({ code, message: 'The wallet has $1.00.', remedy: 'Top it up.' }),
    ]);
  });

  it('of a constraint is a conflict that does not name it', async () => {
    const thrown = Object.assign(new Error('duplicate key value violates "organizations_name_key"'), { code: '23505' });
    const { status, text } = await failing(thrown);
    expect([status, text.includes('organizations_name_key')]).toEqual([409, false]);
  });
});

describe('a request', () => {
  const post = (payload: string, headers: Readonly<Record<string, string>>, url = '/api/v1/organizations') =>
    api.api.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${api.operator}`, ...headers },
      payload,
    });
  const json = { 'content-type': 'application/json' };

  it('gets what its answer names, and nothing more', async () => {
    expect((await api.ask('POST /organizations', { body: { text: 'x' } })).text).toBe('{"text":"x"}');
  });

  it('is refused with the right status for its body', async () => {
    expect((await post('{"text":', json)).statusCode).toBe(400);
    expect((await post('{"__proto__":{"a":1},"text":"x"}', json)).statusCode).toBe(400);
    expect((await post('[]', json)).statusCode).toBe(400);
    expect((await post('', json)).statusCode).toBe(400);
    expect((await post('null', json)).statusCode).toBe(400);
    expect((await post('text=x', { 'content-type': 'application/x-www-form-urlencoded' })).statusCode).toBe(415);
    expect((await post('{"text":"x"}', { 'content-type': 'text/plain' })).statusCode).toBe(415);
    expect((await post('{"text":"x"}', { ...json, 'content-encoding': 'gzip' })).statusCode).toBe(415);
    expect((await post(JSON.stringify({ text: 'x'.repeat(1024 * 1024) }), json)).statusCode).toBe(413);
    expect((await post('{"text":"x"}', { 'content-type': 'application/json; charset=utf-8' })).statusCode).toBe(200);
  });

  it('may leave a body out that is not asked for, and not send nothing as one', async () => {
    expect((await api.ask('POST /projects')).body).toEqual({ had: false });
    expect((await api.ask('POST /projects', { body: {} })).body).toEqual({ had: true });
    expect((await post('null', json, '/api/v1/projects')).statusCode).toBe(400);
  });

  it('without a key is refused before its body is read', async () => {
    const big = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    expect((await post(big, { ...json, authorization: 'Bearer tgm-none' })).statusCode).toBe(401);
  });

  it('to nowhere gets 404, and 405 where another method would do', async () => {
    expect((await api.ask('GET /nowhere')).status).toBe(404);
    expect((await api.ask('GET /organizations/')).status).toBe(404);
    expect((await api.ask('GET /Organizations')).status).toBe(404);
    expect((await api.ask('GET /%zz')).status).toBe(400);
    const wrong = await api.ask('DELETE /organizations');
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    for (const method of ['OPTIONS', 'QUERY', 'PROPFIND', 'TRACE']) {
      expect((await api.ask(`${method} /organizations`)).status).toBe(405);
    }
    const big = await post('x'.repeat(2 * 1024 * 1024), { 'content-type': 'text/odd' }, '/api/v1/nowhere');
    expect(big.statusCode).toBe(404);
  });

  it('of HEAD is a GET without a body', async () => {
    const { status, text, headers } = await api.ask('HEAD /keys');
    expect([status, text, headers['content-type']]).toEqual([200, '', 'text/csv; charset=utf-8']);
  });

  it('may be answered with a file, under a harmless name', async () => {
    const { text, headers } = await api.ask('GET /keys');
    expect([text, headers['content-disposition']]).toEqual(['a,b\n', 'attachment; filename="x---y.csv"']);
  });

  it('is never cached', async () => {
    const { headers } = await api.ask('GET /keys');
    expect([headers['cache-control'], headers['x-content-type-options']]).toEqual(['no-store', 'nosniff']);
  });

  it('above the limit of its key gets 429 and when to come back; other keys go on', async () => {
    const tenant = await api.tenant('busy');
    const many = await Promise.all(Array.from({ length: 210 }, () => api.ask('GET /keys', { key: tenant.key })));
    const statuses = many.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(200);
    const refused = many.find(({ status }) => status === 429);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await api.ask('GET /keys')).status).toBe(200);
  });
});

describe('a raw route', () => {
  const send = (payload: Buffer, headers: Readonly<Record<string, string>>) =>
    api.api.inject({ method: 'POST', url: '/api/v1/signed', headers, payload });

  it.each<Readonly<Record<string, string>>>([
    { 'content-type': 'application/json' },
    { 'content-type': 'application/octet-stream' },
    {},
  ])('gets the body byte for byte, without a key: %j', async (headers) => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x0d, 0x0a, 0x7d]);
    const { statusCode, body } = await send(bytes, { ...headers, 'x-signature': 's' });
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ hex: bytes.toString('hex'), signature: 's' });
  });

  it('has the same limit on bodies', async () => {
    expect((await send(Buffer.alloc(1024 * 1024 + 1), {})).statusCode).toBe(413);
  });
});

describe('a body that trickles in', () => {
  it('is cut with 408 when its time is over, before or after an answer', async () => {
    const slow = await testApi({ routes, rules, bodyTimeoutMs: 100 });
    const server = createServer((request, response) => slow.api.handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const head = (key: string) =>
      `POST /api/v1/organizations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
      'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"text"';
    const waiting = await RawClient.connect(url);
    waiting.send(head(slow.operator));
    await waiting.until(() => waiting.ended, 'the end of the connection');
    expect(waiting.answer.status).toBe(408);
    expect(JSON.parse(waiting.answer.body.toString())).toMatchObject({ error: { code: 'request_timeout' } });
    const refused = await RawClient.connect(url);
    refused.send(head('tgm-none'));
    await refused.until(() => refused.ended, 'the end of the connection');
    expect(refused.answer.status).toBe(401);
    await new Promise((resolve) => server.close(resolve));
    await slow.close();
  });
});

describe('an instance that shuts down', () => {
  it('refuses what is new, and says when to come back', async () => {
    const ending = await testApi({ routes, rules });
    ending.api.beginDrain();
    const { status, headers, body } = await ending.ask('GET /keys');
    expect([status, headers['retry-after'], body.error.code]).toEqual([503, '1', 'unavailable']);
    await ending.close();
  });
});
