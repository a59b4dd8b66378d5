/** Where Gemini's callers knock: every spelling of the address, every place of the key, lists of models, idle streams. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { Gate } from '../fakes/gate.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { geminiStreamViolations } from '../validators/gemini-stream.ts';
import { askAt, geminiPath, plain } from './corpus.ts';
import { googleSdk } from './sdk.ts';

const answer = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 1, totalTokenCount: 5 },
  modelVersion: 'm',
};
const saysHi: Script = (call, reply) =>
  call.path.includes('stream')
    ? reply.send(200, sseHeaders, Buffer.from(`data: ${JSON.stringify(answer)}\r\n\r\n`))
    : reply.json(200, answer);

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ upstream: { script: saysHi }, settings: { keepaliveMs: 30 }, tickMs: 10 });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

describe('the address', () => {
  it.each([
    ['/v1beta/models/ge/m', 'ge/m'],
    ['/v1beta/models/ge%2Fm', 'ge/m'],
    ['/v1/models/ge/m', 'ge/m'],
    ['/v1alpha/models/ge/m:tuned', 'ge/m:tuned'],
    ['/v1beta1/publishers/google/models/ge/m', 'ge/m'],
    ['/v1/publishers/google/models/ge%2Fa%2Fb', 'ge/a/b'],
    ['/v1/projects/p-1/locations/europe-west4/publishers/google/models/ge/m', 'ge/m'],
    ['/v1beta1/projects/p-1/locations/global/publishers/google/models/ge%2Fm', 'ge/m'],
    ['/v1beta1/publishers/ge/models/m', 'ge/m'],
  ])('%s names the model %s', async (path, model) => {
    for (const method of ['generateContent', 'streamGenerateContent?alt=sse']) {
      const { status } = await askAt(rig, `${path}:${method}`, plain);
      expect(status).toBe(200);
    }
    const rows = await rig.rows(2);
    expect(rows.map((row) => row.requestedModel)).toEqual([model, model]);
  });

  it('what is no address gets 404 in this dialect, and what is no method 405', async () => {
    const wrong = await askAt(rig, '/v1beta/nothing', plain);
    expect([wrong.status, wrong.json().error]).toMatchObject([404, { code: 404, status: 'NOT_FOUND' }]);
    const got = await fetch(`${rig.url}/v1beta/models/ge/m:generateContent`);
    expect([got.status, ((await got.json()) as { error: object }).error]).toMatchObject([405, { code: 405 }]);
  });

  it('a stream in the form of a list is refused, and says what to ask for', async () => {
    const { status, text } = await askAt(rig, '/v1beta/models/ge/m:streamGenerateContent', plain);
    expect(status).toBe(400);
    expect(text()).toContain('?alt=sse');
    expect(rig.upstream.calls).toEqual([]);
  });

  it('a model that is unknown is a 404 in this dialect', async () => {
    const { status, json } = await askAt(rig, geminiPath('ge/missing', 'generateContent'), plain);
    expect([status, json().error]).toMatchObject([404, { code: 404, status: 'NOT_FOUND' }]);
  });
});

describe('the key', () => {
  it.each<[string, string, Record<string, string>]>([
    ['in its own header', '', { 'x-goog-api-key': rigKey }],
    ['as a bearer', '', { authorization: `Bearer ${rigKey}` }],
    ['in the query', `?key=${rigKey}`, {}],
  ])('is taken %s, and goes nowhere', async (_where, query, headers) => {
    const { status } = await askAt(rig, `${geminiPath('ge/m', 'generateContent')}${query}`, plain, headers);
    expect(status).toBe(200);
    const [call] = rig.upstream.calls;
    expect(JSON.stringify([call?.query, call?.headers])).not.toContain(rigKey);
    expect(rig.logged.join('\n')).not.toContain(rigKey);
  });

  it('a wrong one is 401 UNAUTHENTICATED', async () => {
    const { status, json } = await askAt(rig, geminiPath('ge/m', 'generateContent'), plain, {
      'x-goog-api-key': 'tg-no',
    });
    expect([status, json().error]).toMatchObject([401, { code: 401, status: 'UNAUTHENTICATED' }]);
  });
});

describe('models', () => {
  it('the SDK lists them, page by page, and gets one', async () => {
    const names: unknown[] = [];
    for await (const model of await googleSdk(rig).models.list({ config: { pageSize: 1 } })) names.push(model.name);
    expect(names).toEqual(['models/oa/listed', 'models/an/listed']);
    const one = await googleSdk(rig).models.get({ model: 'oa/listed' });
    expect(one).toMatchObject({ name: 'models/oa/listed', supportedActions: ['generateContent', 'countTokens'] });
  });

  it('under /v1 the key’s header tells whose list is meant', async () => {
    const list = async (headers: Record<string, string>) =>
      Object.keys((await (await fetch(`${rig.url}/v1/models`, { headers })).json()) as object);
    expect(await list({ 'x-goog-api-key': rigKey })).toEqual(['models']);
    expect(await list({ authorization: `Bearer ${rigKey}` })).toEqual(['object', 'data']);
  });

  it('a bad page is refused', async () => {
    for (const query of ['pageSize=-1', 'pageToken=bm93aGVyZQ']) {
      const got = await fetch(`${rig.url}/v1beta/models?${query}`, { headers: { 'x-goog-api-key': rigKey } });
      expect(got.status).toBe(400);
    }
  });
});

describe('counting', () => {
  it('the SDK counts with any model', async () => {
    const { totalTokens } = await googleSdk(rig).models.countTokens({ model: 'oa/m', contents: 'Hello there' });
    expect(totalTokens).toBeGreaterThan(0);
  });
});

describe('silence', () => {
  it('is filled with blank lines, which every SDK skips', async () => {
    const filled = new Gate();
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, sseHeaders);
      const piece = (text: string, more = {}) =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text }, ...more }] })}\n\n`;
      await reply.write(Buffer.from(piece('Hel')));
      await reply.flushed();
      await filled.pass();
      await reply.write(Buffer.from(piece('lo', { finish_reason: 'stop' })));
      reply.end();
    });
    const path = geminiPath('oa/m', 'streamGenerateContent');
    const headers = { 'x-goog-api-key': rigKey };
    const { body } = await fetch(rig.url + path, { method: 'POST', headers, body: JSON.stringify(plain) });
    let text = '';
    for await (const piece of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes('\r\n\r\n\r\n\r\n')) filled.release();
    }
    expect(geminiStreamViolations(text, { outcome: 'whole' })).toEqual([]);
  });
});
