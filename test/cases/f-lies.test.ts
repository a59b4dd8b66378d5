/** Case 86: a provider that says 200 and does not answer, or answers in a wrapping that nobody asked for. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatJson } from '../fakes/chat-wire.ts';
import { messagesJson } from '../fakes/messages-wire.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, dialectOf, readStream, roads, type UpstreamName } from './stream-reader.ts';

let rig: Rig;
let elsewhere: Upstream;
beforeAll(async () => {
  rig = await startRig();
  elsewhere = await startUpstream();
});
afterAll(async () => {
  await rig.close();
  await elsewhere.close();
});
beforeEach(() => rig.forget());

const json = { 'content-type': 'application/json' };
const good = (upstream: UpstreamName) =>
  upstream === 'oa' ? chatJson({ text: 'fine' }) : messagesJson({ text: 'fine' });
const error = { message: 'The server had an error', type: 'server_error', param: null, code: null };

const lies: [string, (upstream: UpstreamName) => string, Record<string, string>][] = [
  ['an error object', () => JSON.stringify({ type: 'error', error }), json],
  ['a page', () => '<html><body>502 Bad Gateway</body></html>', { 'content-type': 'text/html' }],
  ['half an answer', (upstream) => good(upstream).slice(0, 80), json],
  ['nothing', () => '', json],
  ['blanks', () => '  \n', json],
  ['an empty object', () => '{}', json],
  ['a list', () => '[]', json],
  ['a text', () => '"hello"', json],
  ['an answer without content', (upstream) => (upstream === 'oa' ? '{"choices":[]}' : '{"content":null}'), json],
  ['an answer of another shape', () => '{"output":"x","candidates":[]}', json],
];

describe('case 86: a 200 that is no answer', () => {
  const cases = roads.flatMap((road) => lies.map((lie) => [...road, ...lie] as const));

  it.each(cases)(
    '%s over %s: %s is 502 in the caller’s shape, and costs nothing',
    async (door, upstream, _name, body, headers) => {
      rig.upstream.on('lie', (_call, reply) => reply.send(200, headers, body(upstream)));
      const answer = await ask(rig, door, `${upstream}/lie`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      expect(await rig.row()).toMatchObject({
        status: 'failed',
        httpStatus: 502,
        costNanoUsd: '0',
        usage: { output: 0 },
      });
    },
  );

  it.each(roads)('%s over %s: the next request is asked anew, nothing is remembered', async (door, upstream) => {
    rig.upstream.on('lie', (_call, reply) => reply.send(200, json, '{}'));
    await ask(rig, door, `${upstream}/lie`);
    const asked = rig.upstream.chats.length;
    rig.upstream.on('lie', (_call, reply) => reply.send(200, json, good(upstream)));
    const answer = await ask(rig, door, `${upstream}/lie`);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('fine');
    expect(rig.upstream.chats.length).toBe(asked + 1);
  });
});

describe('case 86: an answer in another wrapping', () => {
  const wrappings: [string, (bytes: string) => Buffer][] = [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ];
  const cases = roads.flatMap((road) => wrappings.map((wrapping) => [...road, ...wrapping] as const));

  it.each(cases)('%s over %s: %s is unwrapped', async (door, upstream, encoding, wrap) => {
    const bytes = wrap(good(upstream));
    rig.upstream.on('lie', (_call, reply) => reply.send(200, { ...json, 'content-encoding': encoding }, bytes));
    const answer = await ask(rig, door, `${upstream}/lie`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(JSON.stringify(answer.json())).toContain('fine');
    expect(await rig.row()).toMatchObject({ status: 'completed', estimated: false, usage: { input: 10, output: 1 } });
  });

  it.each(roads)('%s over %s: one that nobody knows, or that is broken, is 502', async (door, upstream) => {
    for (const encoding of ['zstd', 'gzip, gzip', 'gzip']) {
      rig.forget();
      rig.upstream.on('lie', (_call, reply) =>
        reply.send(200, { ...json, 'content-encoding': encoding }, good(upstream)),
      );
      const answer = await ask(rig, door, `${upstream}/lie`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      expect(await rig.row()).toMatchObject({ status: 'failed', costNanoUsd: '0' });
    }
  });

  it.each(roads)('%s over %s: a wrong content type does not hide an answer', async (door, upstream) => {
    for (const type of ['text/plain', 'application/octet-stream', 'text/html', 'text/event-stream']) {
      rig.forget();
      rig.upstream.on('lie', (_call, reply) => reply.send(200, { 'content-type': type }, good(upstream)));
      const answer = await ask(rig, door, `${upstream}/lie`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
      expect(answer.body).toContain('fine');
    }
  });
});

describe('case 86: another status than 200', () => {
  it.each(roads)('%s over %s: any 2xx with an answer is an answer', async (door, upstream) => {
    for (const status of [201, 202]) {
      rig.forget();
      rig.upstream.on('lie', (_call, reply) => reply.send(status, json, good(upstream)));
      const answer = await ask(rig, door, `${upstream}/lie`);
      expect([answer.status, answer.body.includes('fine')]).toEqual([200, true]);
      expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 10, output: 1 } });
    }
  });

  it.each(roads)('%s over %s: a redirect is not followed, and the key goes nowhere', async (door, upstream) => {
    for (const status of [301, 302, 303, 307, 308, 304]) {
      rig.forget();
      const headers = { location: `${elsewhere.url}/v1/chat/completions` };
      rig.upstream.on('lie', (_call, reply) => reply.send(status, headers, ''));
      for (const answer of [await ask(rig, door, `${upstream}/lie`), await askStream(rig, door, `${upstream}/lie`)]) {
        expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
        expect(JSON.stringify(answer.headers)).not.toContain(elsewhere.url);
      }
      for (const row of await rig.rows(2)) expect(row).toMatchObject({ status: 'failed', costNanoUsd: '0' });
    }
    expect(elsewhere.calls).toEqual([]);
  });
});

describe('case 86: a stream that was compressed', () => {
  it.each(roads)('%s over %s: is unwrapped too', async (door, upstream) => {
    rig.upstream.once((call, reply) => {
      expect(call.headers['accept-encoding'] ?? 'identity').toBe('identity');
      const wire = upstream === 'oa' ? sseOf(good('oa')) : good('an');
      return reply.gzip(200, { 'content-type': upstream === 'oa' ? 'text/event-stream' : 'application/json' }, wire);
    });
    const answer = await askStream(rig, door, `${upstream}/lie-not`);
    expect(readStream(door, answer.body).text).toBe('fine');
  });
});

/** A stream of one chunk that says everything. */
function sseOf(body: string): string {
  const { choices, ...rest } = JSON.parse(body) as { choices: { message: object; finish_reason: string }[] };
  const [choice] = choices;
  const chunk = { ...rest, choices: [{ index: 0, delta: choice?.message, finish_reason: choice?.finish_reason }] };
  return `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
}
