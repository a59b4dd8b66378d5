/**
 * Holes S4, S5, S6, S15, S26: a caller's credential stays here, is looked up whole, and nothing else in a request says
 * who is asking or where.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/gateway/authenticate.ts';
import { LlmFailure } from '../../src/llm/error.ts';
import type { Key, Snapshot } from '../../src/snapshot/snapshot.ts';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { bodyOf } from '../cases/stream-reader.ts';
import type { UpstreamCall } from '../fakes/call.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { answerWell } from './answers.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ upstream: { script: answerWell } });
});
beforeEach(() => rig.forget());
afterAll(() => rig.close());

const doors = [
  ['/v1/chat/completions', 'chat'],
  ['/v1/messages', 'messages'],
  ['/v1/messages/count_tokens', 'messages'],
] as const;
const roads = doors.flatMap(([path, kind]) =>
  ['oa', 'an'].flatMap((upstream) => [false, true].map((stream) => [path, kind, upstream, stream] as const)),
);

const everything = (call: UpstreamCall): string =>
  [call.method, call.path, call.query, ...call.rawHeaders, call.body.toString()].join('\n');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('S4: the key of a caller never reaches a provider', () => {
  /** Ways in which clients of one vendor or another send a key, beside the two that count here. */
  const carriers: Readonly<Record<string, { headers?: Record<string, string>; query?: string }>> = {
    'authorization alone': {},
    'x-api-key': { headers: { 'x-api-key': rigKey } },
    'api-key': { headers: { 'api-key': rigKey } },
    'x-goog-api-key': { headers: { 'x-goog-api-key': rigKey } },
    'xi-api-key': { headers: { 'xi-api-key': rigKey } },
    'proxy-authorization': { headers: { 'proxy-authorization': `Bearer ${rigKey}` } },
    'basic, to a proxy': { headers: { 'proxy-authorization': `Basic ${base64(`user:${rigKey}`)}` } },
    'x-auth-token and friends': {
      headers: { 'x-auth-token': rigKey, 'x-access-token': rigKey, 'ocp-apim-subscription-key': rigKey },
    },
    cookie: { headers: { cookie: `session=${rigKey}; key=${rigKey}` } },
    'websocket subprotocol': { headers: { 'sec-websocket-protocol': `realtime, openai-insecure-api-key.${rigKey}` } },
    'headers of other gateways': {
      headers: { 'x-portkey-api-key': rigKey, 'helicone-auth': `Bearer ${rigKey}`, 'cf-aig-authorization': rigKey },
    },
    'names of the caller': { headers: { 'user-agent': rigKey, 'x-request-id': rigKey, 'x-tollgate-session': rigKey } },
    'query: key': { query: `?key=${rigKey}` },
    'query: api_key, access_token, token': { query: `?api_key=${rigKey}&access_token=${rigKey}&token=${rigKey}` },
  };

  it.each(roads)('%s (%s) to %s, stream %s: 0 canaries in any carrier', async (path, kind, upstream, stream) => {
    const body = JSON.stringify({ ...bodyOf(kind, `${upstream}/m`), stream });
    for (const [name, { headers = {}, query = '' }] of Object.entries(carriers)) {
      const answer = await rig.post(path + query, body, headers);
      expect(answer.status, `${name}: ${answer.body}`).toBe(200);
    }
    for (const call of rig.upstream.calls) {
      for (const form of [rigKey, base64(rigKey).slice(0, -4), encodeURIComponent(rigKey), sha256(rigKey)]) {
        expect(everything(call)).not.toContain(form);
      }
    }
  });

  it('and x-api-key alone is no exception', async () => {
    const body = JSON.stringify(bodyOf('messages', 'an/m'));
    const answer = await rawRequest(rig.url, rawRequestText('/v1/messages', { 'x-api-key': rigKey }, body));
    expect(answer.status).toBe(200);
    expect(everything(rig.upstream.chat)).not.toContain(rigKey);
  });

  it('the provider sees exactly the headers of the list', async () => {
    const odd = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-odd-${i}`, rigKey]));
    for (const [path, kind, upstream, stream] of roads) {
      await rig.post(path, JSON.stringify({ ...bodyOf(kind, `${upstream}/m`), stream }), odd);
    }
    const known = [
      ...['host', 'connection', 'content-length', 'content-type', 'accept', 'accept-encoding', 'user-agent'],
      ...['x-client-request-id', 'anthropic-version', 'authorization', 'x-api-key'],
    ];
    for (const call of rig.upstream.calls) {
      expect(Object.keys(call.headers).filter((name) => !known.includes(name))).toEqual([]);
    }
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('S5: a key is looked up whole', () => {
  it('10,000 keys that share their first 40 characters: each finds itself, and no other text finds one', () => {
    const prefix = `tg-${'a'.repeat(37)}`;
    const names = Array.from({ length: 10_000 }, (_, i) => `${prefix}${i.toString(36).padStart(6, '0')}`);
    const organization = { id: 'o', name: 'o', disabled: false };
    const keys = new Map<string, Key>(
      names.map((text) => [sha256(text), { id: text, name: text, kind: 'call', organization }]),
    );
    const snapshot = snapshotOf(keys);
    for (const text of names) expect(authenticate(bearer(text), snapshot, 0).id).toBe(text);
    let hits = 0;
    for (const text of names) {
      for (const near of [`${text}x`, text.slice(0, -1), text.toUpperCase(), text.slice(0, 40)]) {
        try {
          authenticate(bearer(near), snapshot, 0);
          hits++;
        } catch (error) {
          expect(error).toBeInstanceOf(LlmFailure);
        }
      }
    }
    expect(hits).toBe(0);
  });

  it('S26: the only question that is asked of the keys is the hash of the whole text', () => {
    const asked: string[] = [];
    class Watched extends Map<string, Key> {
      override get(name: string): Key | undefined {
        asked.push(name);
        return undefined;
      }
      override forEach(): void {
        asked.push('all of them');
      }
      override [Symbol.iterator](): MapIterator<[string, Key]> {
        asked.push('all of them');
        return super[Symbol.iterator]();
      }
    }
    const texts = [rigKey, `${rigKey}x`, '__proto__', 'constructor', sha256(rigKey), "' OR 1=1"];
    for (const text of texts) {
      expect(() => authenticate(bearer(text), snapshotOf(new Watched()), 0)).toThrow(LlmFailure);
    }
    expect(asked).toEqual(texts.filter((text) => !text.includes(' ')).map(sha256));
  });

  it('S26: the stored hash opens nothing', async () => {
    for (const text of [sha256(rigKey), sha256(rigKey).toUpperCase(), `sha256:${sha256(rigKey)}`]) {
      const answer = await rig.chat(bodyOf('chat', 'oa/m'), { authorization: `Bearer ${text}` });
      expect(answer.status).toBe(401);
    }
    expect(rig.upstream.calls).toEqual([]);
  });
});

function snapshotOf(keys: ReadonlyMap<string, Key>): Snapshot {
  return { version: 1, keys, resolve: () => ({ missing: true }), listModels: () => [], listRoutes: () => [] };
}

function bearer(text: string): IncomingMessage {
  const headers = { authorization: `Bearer ${text}` };
  return { headers, rawHeaders: ['Authorization', headers.authorization] } as unknown as IncomingMessage;
}

describe('S6, S15: neither Host nor a header of identity changes anything', () => {
  const hosts = [
    'localhost',
    '127.0.0.1',
    'localhost:4000/#@x',
    'a/#@evil',
    'admin.internal',
    'evil.example:80',
    '[::1]',
    '..',
    '%00',
    'x'.repeat(300),
  ];
  const identity: Record<string, string> = {
    'x-tenant-id': 'org_other',
    'x-organization-id': 'org_other',
    'openai-organization': 'org_other',
    'openai-project': 'proj_other',
    'x-user-id': 'admin',
    'x-user-role': 'admin',
    'x-user-email': 'admin@tollgate.example',
    'x-remote-user': 'admin',
    'remote-user': 'admin',
    'x-forwarded-user': 'admin',
    'x-forwarded-for': '127.0.0.1',
    'x-real-ip': '127.0.0.1',
    'x-forwarded-client-cert': 'By=admin',
    'x-auth-request-user': 'admin',
    'x-key-id': 'key_other',
    x_tenant_id: 'org_other',
    x_api_key: 'tg-other',
    'x-tollgate-key': 'key_other',
    'x-tollgate-organization': 'org_other',
    'x-http-method-override': 'GET',
    'x-method-override': 'DELETE',
    'x-original-url': '/health',
    'x-rewrite-url': '/ready',
  };
  const body = JSON.stringify(bodyOf('chat', 'oa/m'));
  const send = (headers: Record<string, string>, path = '/v1/chat/completions', method = 'POST') =>
    rawRequest(rig.url, rawRequestText(path, { 'content-type': 'application/json', ...headers }, body, method));

  it('without a key nobody is let in, whatever they say', async () => {
    for (const host of hosts) expect((await send({ host, ...identity })).status, host).toBe(401);
    for (const [name, value] of Object.entries(identity))
      expect((await send({ [name]: value })).status, name).toBe(401);
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
  });

  it('with a key the row is that key’s, and the provider sees neither', async () => {
    const key = { authorization: `Bearer ${rigKey}` };
    for (const host of hosts) expect((await send({ ...key, host })).status, host).toBe(200);
    for (const [name, value] of Object.entries(identity)) {
      expect((await send({ ...key, [name]: value })).status, name).toBe(200);
    }
    const count = hosts.length + Object.keys(identity).length;
    for (const row of await rig.rows(count)) expect(row).toMatchObject({ keyId: 'key_rig', organizationId: 'org_rig' });
    for (const call of rig.upstream.calls) {
      expect(call.headers.host).toBe(new URL(rig.upstream.url).host);
      expect(Object.keys(call.headers).filter((name) => name in identity)).toEqual([]);
    }
  });

  it('a path that only looks like a door is none', async () => {
    const key = { authorization: `Bearer ${rigKey}` };
    const paths = [
      ...['//v1/chat/completions', '/V1/chat/completions', '/v1/chat/completions/', '/v1/./chat/completions'],
      ...['/v1/chat/completions%20', '/v1/chat/completions;x', '/v1/chat%2fcompletions', '/health/../v1/messages'],
      ...['/v1/messages/../chat/completions', '/v1\\messages', '/admin', '/v1/../admin', '/v1/chat/completions%00'],
    ];
    for (const path of paths) expect((await send(key, path)).status, path).toBe(404);
    expect((await send(key, '/v1/chat/completions', 'PUT')).status).toBe(405);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('S8: a key for managing calls nothing and lists nothing', async () => {
    const managing = await startRig({ key: { kind: 'management' } });
    try {
      for (const [path, kind, upstream, stream] of roads) {
        const answer = await managing.post(path, JSON.stringify({ ...bodyOf(kind, `${upstream}/m`), stream }));
        expect(answer.status).toBe(403);
      }
      const list = rawRequestText('/v1/models', { authorization: `Bearer ${rigKey}` }, '', 'GET');
      expect((await rawRequest(managing.url, list)).status).toBe(403);
      expect(managing.upstream.calls).toEqual([]);
    } finally {
      await managing.close();
    }
  });

  it('two credentials that differ, or one that stands twice, are refused (also case 10)', async () => {
    const other = `tg-other${'0'.repeat(40)}`;
    const both = await send({ authorization: `Bearer ${rigKey}`, 'x-api-key': other });
    expect(both.status).toBe(401);
    const text = rawRequestText(
      '/v1/messages',
      { authorization: `Bearer ${rigKey}`, Authorization: `Bearer ${other}` },
      body,
    );
    expect((await rawRequest(rig.url, text)).status).toBe(400);
    const underscore = await send({ authorization: `Bearer ${other}`, x_api_key: rigKey });
    expect(underscore.status).toBe(401);
    expect(rig.upstream.calls).toEqual([]);
  });
});
