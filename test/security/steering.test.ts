/**
 * Holes S1, S2, S3, S23: nothing that a caller or a provider says chooses whom the gateway connects to, or at which
 * path. A trap listens beside the provider; the only test that it must pass is to stay alone.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Rig, rigKey, startRig } from '../cases/rig.ts';
import { bodyOf } from '../cases/stream-reader.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { addressForms } from './addresses.ts';
import { answerWell } from './answers.ts';
import { overrideFields, overrideHeaders, overrideObjects } from './overrides.ts';
import { startTrap, type Trap } from './trap.ts';

type Tree = Record<string, unknown>;

let rig: Rig;
let trap: Trap;
beforeAll(async () => {
  trap = await startTrap();
  rig = await startRig({ upstream: { script: answerWell } });
});
afterEach(() => {
  expect(trap.caught).toEqual([]);
  expect(trap.connections).toBe(0);
  rig.forget();
});
afterAll(async () => {
  await rig.close();
  await trap.close();
});

const doors = [
  ['/v1/chat/completions', 'chat'],
  ['/chat/completions', 'chat'],
  ['/v1/messages', 'messages'],
  ['/messages', 'messages'],
  ['/v1/messages/count_tokens', 'messages'],
] as const;
const upstreams = ['oa', 'an'] as const;
const roads = doors.flatMap(([path, kind]) => upstreams.map((upstream) => [path, kind, upstream] as const));
const upstreamPaths = ['/v1/chat/completions', '/v1/messages', '/v1/messages/count_tokens'];

/** Whoever was asked since `forget` was the configured provider, at a path of its template. */
function expectConfigured(): void {
  for (const call of rig.upstream.calls) {
    expect(call.headers.host).toBe(new URL(rig.upstream.url).host);
    expect(upstreamPaths).toContain(call.path);
    expect(call.query).not.toContain(trap.host);
    for (const [name, value] of Object.entries(call.headers)) expect(`${name}: ${value}`).not.toContain(trap.host);
  }
}

function expectSane(answer: Pick<Answer, 'status' | 'body'>, what: string): void {
  expect([200, 400, 404], `${what}: ${answer.body.slice(0, 200)}`).toContain(answer.status);
}

describe('S1: no field or header of a caller chooses the upstream', () => {
  it('knows at least 60 ways', () => {
    expect(new Set([...overrideFields, ...overrideObjects, ...overrideHeaders]).size).toBeGreaterThan(100);
  });

  it.each(roads)('%s (%s) to %s: fields at the top, one at a time', async (path, kind, upstream) => {
    for (const field of overrideFields) {
      for (const stream of [false, true]) {
        const body = { ...bodyOf(kind, `${upstream}/echo`), stream, [field]: trap.url };
        expectSane(await rig.post(path, JSON.stringify(body)), field);
      }
    }
    expectConfigured();
  });

  it.each(roads)('%s (%s) to %s: all fields inside every object that is one', async (path, kind, upstream) => {
    const all = Object.fromEntries(overrideFields.map((field) => [field, trap.url]));
    for (const holder of overrideObjects) {
      for (const value of [all, [all], { params: all }, JSON.stringify(all)]) {
        const body = { ...bodyOf(kind, `${upstream}/echo`), [holder]: value };
        expectSane(await rig.post(path, JSON.stringify(body)), holder);
      }
    }
    const message = { role: 'user', content: 'hi' };
    expectSane(
      await rig.post(path, JSON.stringify({ ...bodyOf(kind, `${upstream}/echo`), messages: [{ ...message, ...all }] })),
      'inside a message',
    );
    expectConfigured();
  });

  it.each(roads)('%s (%s) to %s: headers, one at a time, as address and as host', async (path, kind, upstream) => {
    const body = JSON.stringify(bodyOf(kind, `${upstream}/echo`));
    for (const header of overrideHeaders) {
      for (const value of [
        trap.url,
        trap.host,
        `host=${trap.host};proto=http`,
        JSON.stringify({ base_url: trap.url }),
      ]) {
        const answer = await rig.post(path, body, { [header]: value });
        expect(answer.status, `${header}: ${value} -> ${answer.body.slice(0, 200)}`).toBe(200);
      }
    }
    for (const call of rig.upstream.calls) {
      for (const header of overrideHeaders) expect(call.headers[header], header).toBeUndefined();
    }
    expectConfigured();
  });

  it.each(roads)('%s (%s) to %s: the query', async (path, kind, upstream) => {
    const body = JSON.stringify(bodyOf(kind, `${upstream}/echo`));
    for (const field of [...overrideFields, ...overrideHeaders]) {
      const answer = await rig.post(`${path}?${field}=${encodeURIComponent(trap.url)}`, body);
      expect(answer.status, field).toBe(200);
    }
    expectConfigured();
    for (const call of rig.upstream.calls) expect(call.query).toBe('');
  });

  it.each(doors)('%s: names of fields as model names, and addresses as models', async (path, kind) => {
    for (const name of [trap.url, trap.host, `${trap.url}/v1`, `//${trap.host}/x`, `http:${trap.host}`]) {
      const answer = await rig.post(path, JSON.stringify(bodyOf(kind, name)));
      expect(answer.status, name).toBe(404);
    }
    expect(rig.upstream.calls).toEqual([]);
  });

  it('a request line with a whole address is no proxy request', async () => {
    const body = JSON.stringify(bodyOf('chat', 'oa/echo'));
    const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
    for (const target of [`${trap.url}/v1/chat/completions`, `${trap.host}`, `//${trap.host}/v1/chat/completions`]) {
      const answer = await rawRequest(rig.url, rawRequestText(target, headers, body));
      expect([400, 404, 405], target).toContain(answer.status);
    }
    const connect = await rawRequest(rig.url, `CONNECT ${trap.host} HTTP/1.1\r\nhost: ${trap.host}\r\n\r\n`);
    expect(connect.status).not.toBe(200);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('a proxy of the environment is not asked', async () => {
    const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'];
    const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    for (const name of names) process.env[name] = trap.url;
    const other = await startRig();
    try {
      expect((await other.chat(bodyOf('chat', 'oa/echo'))).status).toBe(200);
      expect(other.upstream.chats).toHaveLength(1);
    } finally {
      for (const name of names) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      await other.close();
    }
  });
});

describe('S2: no address in a request is ever fetched (also case 30)', () => {
  const forms = () => addressForms(trap.port);
  const chatParts = (url: string): Tree[] => [
    { type: 'image_url', image_url: { url } },
    { type: 'file', file: { filename: 'a.pdf', file_data: url } },
    { type: 'input_audio', input_audio: { format: 'wav', data: url } },
    { type: 'video_url', video_url: { url } },
  ];
  const messagesParts = (url: string): Tree[] => [
    { type: 'image', source: { type: 'url', url } },
    { type: 'document', source: { type: 'url', url } },
    { type: 'container_upload', file_id: url },
  ];

  it('there are more than 40 forms of an internal address', () => {
    expect(new Set(forms()).size).toBeGreaterThan(40);
  });

  it.each(roads)('%s (%s) to %s: images and files', async (path, kind, upstream) => {
    let handedOn = 0;
    for (const url of forms()) {
      for (const part of kind === 'chat' ? chatParts(url) : messagesParts(url)) {
        const body = { ...bodyOf(kind, `${upstream}/echo`), messages: [{ role: 'user', content: [part] }] };
        const answer = await rig.post(path, JSON.stringify(body));
        expectSane(answer, url);
        if (answer.status === 200) handedOn++;
      }
    }
    expect(handedOn).toBeGreaterThan(0);
    expectConfigured();
  });

  it.each(roads)('%s (%s) to %s: tools, results and servers of tools', async (path, kind, upstream) => {
    for (const url of forms().slice(0, 12)) {
      for (const extra of [
        { mcp_servers: [{ type: 'url', url, name: 'm' }] },
        { tools: [{ type: 'mcp', server_url: url, server_label: 'm' }] },
        { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch', allowed_domains: [url] }] },
        { web_search_options: { user_location: url } },
        { response_format: { type: 'json_schema', json_schema: { name: 's', schema: { $ref: url } } } },
        { tools: [{ name: 'f', input_schema: { $schema: url, $ref: url, type: 'object' } }] },
      ]) {
        expectSane(await rig.post(path, JSON.stringify({ ...bodyOf(kind, `${upstream}/echo`), ...extra })), url);
      }
    }
    expectConfigured();
  });

  it('an address in an answer is text', async () => {
    for (const [path, kind, upstream] of roads.filter(([each]) => !each.includes('count'))) {
      for (const stream of [false, true]) {
        const markdown = `![x](${trap.url}/x.png) <img src="${trap.url}"> ${trap.url}`;
        const body = { ...bodyOf(kind, `${upstream}/echo`), stream, messages: [{ role: 'user', content: markdown }] };
        expect((await rig.post(path, JSON.stringify(body))).status).toBe(200);
      }
    }
  });
});

describe('S3: a redirect of a provider is not followed', () => {
  const statuses = [300, 301, 302, 303, 304, 305, 307, 308, 399];
  const locations = () => [trap.url, `//${trap.host}/x`, `${trap.url}/v1/chat/completions`, '/elsewhere', ''];

  it.each(roads)('%s (%s) to %s: 502 for every status, form and stream', async (path, kind, upstream) => {
    for (const status of statuses) {
      for (const location of locations()) {
        for (const stream of [false, true]) {
          rig.upstream.on('away', (_call, reply) =>
            reply.send(status, { location, 'content-location': location, refresh: `0;url=${location}` }, ''),
          );
          const answer = await rig.post(path, JSON.stringify({ ...bodyOf(kind, `${upstream}/away`), stream }));
          // A count that the provider does not give is our own estimate.
          expect(answer.status, `${status} ${location}`).toBe(path.endsWith('count_tokens') ? 200 : 502);
          expect(JSON.stringify(answer.headers) + answer.body).not.toContain(trap.host);
        }
      }
    }
    expect(rig.upstream.calls.filter((call) => call.path.includes('elsewhere'))).toEqual([]);
    expectConfigured();
  });

  it('neither an Alt-Svc nor an upgrade leads anywhere else', async () => {
    const leads: Record<string, string>[] = [
      { 'alt-svc': `h2="${trap.host}"; ma=60` },
      { upgrade: 'h2c', connection: 'upgrade' },
    ];
    for (const headers of leads) {
      for (let i = 0; i < 2; i++) {
        rig.upstream.once((_call, reply) => reply.json(500, { error: { message: 'x' } }, headers));
        await rig.chat(bodyOf('chat', 'oa/echo'));
      }
    }
    expectConfigured();
  });
});

describe('S23: no model name changes the path at the provider', () => {
  const names = [
    '..',
    '../..',
    '../../admin',
    '%2e%2e/%2e%2e/admin',
    '%2e%2e%2fadmin',
    '..%2f..%2fadmin',
    '..\\..\\admin',
    'm?x=1',
    'm#x',
    'm%3Fx=1',
    'm%23x',
    'm;x=1',
    'm&x=1',
    'm//x',
    '/m',
    './m',
    'm\r\nx: y',
    'm%0d%0ax: y',
    'm\u0000x',
    'm%00',
    'm x',
    '@evil.example/m',
    ':8080/m',
    'http://evil.example/m',
    'm/../../v1/files',
    'ｍ．．／',
    '\u2024\u2024/x',
  ];
  it.each(roads)('%s (%s) to %s: it travels in the body alone', async (path, kind, upstream) => {
    for (const name of names) {
      for (const stream of [false, true]) {
        const model = `${upstream}/${name}`;
        const answer = await rig.post(path, JSON.stringify({ ...bodyOf(kind, model), stream }));
        expectSane(answer, model);
      }
    }
    for (const call of rig.upstream.calls) {
      expect(upstreamPaths, call.path).toContain(call.path);
      expect(call.query).toBe('');
      expect(call.model === '' || names.includes(call.model), call.model).toBe(true);
    }
  });

  it('the one parameter of a query that travels is encoded', async () => {
    const body = JSON.stringify(bodyOf('messages', 'an/echo'));
    for (const value of ['true%23', 'true%26x%3D1', '..%2F..', 'a%20b%3Fc', '%0d%0ax']) {
      rig.forget();
      expect((await rig.post(`/v1/messages?beta=${value}&x=1`, body)).status).toBe(200);
      expect(rig.upstream.chat.path).toBe('/v1/messages');
      expect([...new URLSearchParams(rig.upstream.chat.query).keys()]).toEqual(['beta']);
    }
  });
});
