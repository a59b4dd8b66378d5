/** What the client sends, repeats and throws, against a pretended server. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ApiError, type ClientOptions, createClient } from '../../client/src/index.ts';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
  readonly credentials: string | undefined;
}

/** Answers in turn; the last one again and again. */
function pretend(answers: readonly (() => Response | Promise<never>)[], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const client = createClient({
    baseUrl: 'https://gateway.example/',
    key: 'tgm-1',
    fetch: async (url, init = {}) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push({
        url: String(url),
        method: init.method ?? '',
        headers: new Headers(init.headers),
        body: init.body,
        credentials: init.credentials,
      });
      return answer?.() ?? new Response();
    },
    wait: async (ms) => void waits.push(ms),
    ...options,
  });
  return { client, sent, waits };
}

const ok = (body: unknown) => () => Response.json(body);
const failed =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    Response.json(
      { error: { code: 'some_code', message: 'm', remedy: 'r', path: 'limits.x', requestId: 'req_1' } },
      { status, headers },
    );

describe('a call', () => {
  it('fills the path, leaves absent members of the query out, and carries the key', async () => {
    const { client, sent } = pretend([ok({ data: [], next: null })]);
    await client.call('GET /keys', { query: { limit: 2, after: undefined, includeRevoked: true } });
    await client.call('GET /keys/{keyId}', { params: { keyId: 'a/b?c' } });
    expect(sent.map(({ url }) => url)).toEqual([
      'https://gateway.example/api/v1/keys?limit=2&includeRevoked=true',
      'https://gateway.example/api/v1/keys/a%2Fb%3Fc',
    ]);
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer tgm-1');
    expect(sent[0]?.headers.get('idempotency-key')).toBe(null);
    expect(sent[0]?.credentials).toBe('omit');
  });

  it('without a key it goes with the session of the browser, about the organization of that moment', async () => {
    let organization = 'org_1';
    const { client, sent } = pretend([ok({})], { key: undefined, baseUrl: '', organization: () => organization });
    await client.call('GET /keys/{keyId}', { params: { keyId: 'k' } });
    organization = 'org_2';
    await client.call('GET /keys/{keyId}', { params: { keyId: 'k' } });
    await client.call('GET /keys/{keyId}', { params: { keyId: 'k' }, organization: 'org_3' });
    expect(sent.map(({ headers }) => headers.get('x-tollgate-organization'))).toEqual(['org_1', 'org_2', 'org_3']);
    expect(sent[0]).toMatchObject({ url: '/api/v1/keys/k', credentials: 'same-origin' });
    expect(sent[0]?.headers.has('authorization')).toBe(false);
  });
});

describe('what fails', () => {
  it.each([429, 503])('%d is tried again after Retry-After; a write with the same Idempotency-Key', async (status) => {
    const { client, sent, waits } = pretend([
      failed(status, { 'retry-after': '3' }),
      failed(status),
      ok({ id: 'key_1' }),
    ]);
    await client.call('POST /keys', { body: { name: 'x' } });
    expect(waits).toEqual([3_000, 1_000]);
    const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys[0]).toMatch(/^[\x21-\x7e]{8,255}$/);
    expect(new Set(keys).size).toBe(1);
    expect(sent.map(({ body }) => body)).toEqual(Array(3).fill('{"name":"x"}'));
  });

  it('two writes have two keys', async () => {
    const { client, sent } = pretend([ok({})]);
    await client.call('POST /keys', { body: { name: 'x' } });
    await client.call('POST /keys', { body: { name: 'x' } });
    expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(2);
  });

  it('is not tried again where that is no use, or where it would take too long', async () => {
    for (const answer of [failed(400), failed(409), failed(500), failed(429, { 'retry-after': '60' })]) {
      const { client, sent } = pretend([answer]);
      await expect(client.call('GET /keys')).rejects.toBeInstanceOf(ApiError);
      expect(sent).toHaveLength(1);
    }
  });

  it('is told with code, message, remedy, path and request id', async () => {
    const { client } = pretend([failed(404)]);
    const error = await client.call('GET /keys').catch((thrown) => thrown);
    expect(error).toMatchObject({
      status: 404,
      code: 'some_code',
      message: 'm',
      remedy: 'r',
      path: 'limits.x',
      requestId: 'req_1',
    });
  });

  it('is told where no answer came, and where something else answered', async () => {
    const silent = pretend([() => Promise.reject(new TypeError('fetch failed'))]);
    await expect(silent.client.call('GET /keys')).rejects.toMatchObject({ status: 0, code: 'unreachable' });
    expect(silent.sent).toHaveLength(3);
    const proxy = pretend([() => new Response('<html>', { status: 502 })]);
    await expect(proxy.client.call('GET /keys')).rejects.toMatchObject({ status: 502, code: 'unreadable' });
  });

  it('ends with its signal, while it waits too', async () => {
    const stop = new AbortController();
    const { client } = pretend([failed(503, { 'retry-after': '15' })], { wait: undefined });
    const call = client.call('GET /keys', { signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(call).rejects.toThrow('enough');
  });
});

it('a list is read page by page, and no further than it is read', async () => {
  const pages = [ok({ data: [1, 2], next: 'c/1' }), ok({ data: [3], next: null })];
  const whole = pretend(pages);
  const rows = [];
  for await (const row of whole.client.paginate('GET /keys', { query: { limit: 2 } })) rows.push(row);
  expect(rows).toEqual([1, 2, 3]);
  expect(whole.sent[1]?.url).toMatch(/limit=2&after=c%2F1$/);
  const part = pretend(pages);
  for await (const _ of part.client.paginate('GET /keys')) break;
  expect(part.sent).toHaveLength(1);
});

it('weighs less than 3 kB', () => {
  const source = path.resolve(import.meta.dirname, '../../client/src');
  const code = readdirSync(source)
    .filter((file) => file !== 'api.ts')
    .map((file) => stripTypeScriptTypes(readFileSync(path.join(source, file), 'utf8'), { mode: 'strip' }))
    .map((text) => text.replaceAll(/\/\*\*[\s\S]*?\*\/|^\s+|\s+$/gm, ''));
  expect(gzipSync(code.join('\n')).length).toBeLessThan(3_000);
});
