/** Operations other than chats under an `Idempotency-Key`: where the body is held they run once, uploads take none. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openaiCompatible } from '../../src/providers/openai-compatible.ts';
import { provider } from '../../src/providers/provider.ts';
import { storedIdempotency } from '../../src/store/idempotency.ts';
import type { Script } from '../fakes/upstream.ts';
import { type OperationsRig, startOperationsRig } from '../operations/operations-rig.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';

let database: TestDatabase;
let rig: OperationsRig;
beforeAll(async () => {
  database = await testDatabase();
  const vendor = provider({
    ...openaiCompatible,
    serves: {
      ...openaiCompatible.serves,
      'cohere-rerank': { path: '/v2/rerank' },
      'anthropic-batches': { path: '/messages/batches' },
    },
  });
  rig = await startOperationsRig({ vendor, idempotency: storedIdempotency(await database.open()) });
});
beforeEach(() => rig.forget());
afterAll(async () => {
  await rig.close();
  await database.close();
});

const json = { 'content-type': 'application/json' };
const send = (path: string, body: object | string, key: string, headers: Record<string, string> = json) =>
  rig.send('POST', path, typeof body === 'string' ? body : JSON.stringify(body), {
    ...headers,
    'idempotency-key': key,
  });

/** The first one's answer may be there before it is kept. */
async function again(path: string, body: object, key: string) {
  return until('the kept answer', async () => {
    const got = await send(path, body, key);
    return got.status === 409 ? undefined : got;
  });
}

const embeddings: Script = (_call, reply) =>
  reply.json(200, { object: 'list', data: [{ embedding: [1], index: 0 }], usage: { prompt_tokens: 3 } });
const sound: Script = (_call, reply) =>
  reply.send(200, { 'content-type': 'audio/mpeg' }, Buffer.from([0xff, 0xfb, 0, 10, 255]));
const events: Script = (_call, reply) => {
  const frames = [
    { type: 'speech.audio.delta', audio: 'AA==' },
    { type: 'speech.audio.done', usage: {} },
  ];
  const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
  return reply.send(200, { 'content-type': 'text/event-stream' }, text);
};
const rerank: Script = (_call, reply) => reply.json(200, { results: [], meta: { billed_units: { search_units: 1 } } });
const batch: Script = (_call, reply) =>
  reply.json(200, { id: 'msgbatch_1', type: 'message_batch', processing_status: 'in_progress' });

const speech = { model: 'up/m', input: 'hello', voice: 'alloy' };
const calls: readonly (readonly [string, string, object, Script])[] = [
  ['an embedding', '/v1/embeddings', { model: 'up/m', input: 'a' }, embeddings],
  ['speech as bytes', '/v1/audio/speech', speech, sound],
  ['speech as events', '/v1/audio/speech', { ...speech, stream_format: 'sse' }, events],
  ['a ranking', '/v2/rerank', { model: 'up/m', query: 'q', documents: ['d'] }, rerank],
  [
    'a batch of messages',
    '/v1/messages/batches',
    { requests: [{ custom_id: 'a', params: { model: 'up/m', max_tokens: 1, messages: [] } }] },
    batch,
  ],
];

it.each(calls)('%s is made once, and given again byte for byte', async (what, path, body, script) => {
  rig.upstream.once(script);
  const first = await send(path, body, what);
  expect(first.status, first.text).toBe(200);
  const second = await again(path, body, what);
  expect(second.bytes).toEqual(first.bytes);
  expect(second.headers['content-type']).toBe(first.headers['content-type']);
  expect(second.headers['x-tollgate-original-request-id']).toBe(first.headers['x-request-id']);
  expect(rig.upstream.calls).toHaveLength(1);
  expect(await rig.row()).toMatchObject({ requestId: first.headers['x-request-id'], status: 'completed' });
  const other = await send(path, { ...body, more: 1 }, what);
  expect(other.status).toBe(422);
  expect(other.text).toContain('Send a new Idempotency-Key');
});

it('sound that breaks off is not made a second time', async () => {
  rig.upstream.once(async (_call, reply) => {
    reply.head(200, { 'content-type': 'audio/mpeg', 'content-length': 100 });
    await reply.write(Buffer.alloc(50, 1));
    await reply.reset();
  });
  await expect(send('/v1/audio/speech', speech, 'broken sound')).rejects.toThrow();
  await rig.rows(1);
  const refused = await until('the end', async () => {
    const got = await send('/v1/audio/speech', speech, 'broken sound');
    return got.text.includes('idempotent_request_interrupted') ? got : undefined;
  });
  expect(refused.status).toBe(409);
  expect(rig.upstream.calls).toHaveLength(1);
});

const form = '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nup/m\r\n--b--\r\n';

it.each(['/v1/audio/transcriptions', '/v1/images/edits', '/v1/files'])(
  'an upload to %s takes no key, and says so',
  async (path) => {
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    const got = await send(path, form, 'upload', type);
    expect(got.status).toBe(400);
    expect(got.json()).toMatchObject({ error: { code: 'idempotency_key_not_supported' } });
    expect(got.text).toContain('multipart/form-data');
    expect(rig.upstream.calls).toHaveLength(0);
  },
);

it('reading and deleting ignore the key: they may be repeated by themselves', async () => {
  for (let i = 0; i < 2; i++) {
    const got = await rig.send('GET', '/v1/files', undefined, { 'idempotency-key': 'list' });
    expect(got.status, got.text).toBe(200);
    expect(got.headers['x-tollgate-idempotent-replay']).toBeUndefined();
  }
});
