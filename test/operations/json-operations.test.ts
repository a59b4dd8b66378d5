/** Operations with JSON bodies: bytes pass, counts are read, exactly one row, and what fails is told in the caller's words. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRecordings, recording, recordingsExist } from '../fakes/recording.ts';
import { type OperationsRig, startOperationsRig, upstreamSecret, vendorWith } from './operations-rig.ts';

let rig: OperationsRig;
beforeEach(async () => {
  rig = await startOperationsRig();
});
afterEach(() => rig.close());

const embedding = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }], model: 'm' };

describe('embeddings', () => {
  it('pass byte for byte but for the model, and cost what the provider counted', async () => {
    const answer = JSON.stringify({ ...embedding, usage: { prompt_tokens: 8, total_tokens: 8 } });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, answer));
    const sent = '{"input": ["a","\\u00e9"],  "big":12345678901234567890, "model":"up/m", "encoding_format":"base64"}';
    const got = await rig.send('POST', '/v1/embeddings', sent, { 'content-type': 'application/json' });
    expect(got.status).toBe(200);
    expect(got.text).toBe(answer);
    expect(rig.upstream.calls[0]?.body.toString()).toBe(sent.replace('"up/m"', '"m"'));
    expect(rig.upstream.calls[0]?.path).toBe('/v1/embeddings');
    expect(rig.upstream.calls[0]?.headers.authorization).toBe(`Bearer ${upstreamSecret}`);
    expect(rig.upstream.calls[0]?.headers['transfer-encoding']).toBeUndefined();
    expect(got.headers['x-tollgate-cost-usd']).toBe('0.000008');
    expect(got.headers['x-tollgate-model']).toBe('up/m');
    expect(got.headers['x-request-id']).toMatch(/^req_/);
    const row = await rig.row();
    expect(row).toMatchObject({
      operation: 'embeddings',
      status: 'completed',
      clientDialect: 'openai-embeddings',
      upstreamDialect: 'openai-embeddings',
      requestedModel: 'up/m',
      servedModel: 'up/m',
      organizationId: 'org_ours',
      costNanoUsd: '8000',
      estimated: false,
      flags: [],
    });
    expect(row.usage.input).toBe(8);
    expect(rig.records.map(({ type }) => type)).toEqual(['intent', 'attempt', 'settlement']);
  });

  it('of token numbers without a count from the provider are counted here, and flagged', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, embedding));
    await rig.call('/v1/embeddings', {
      model: 'up/m',
      input: [
        [1, 2, 3],
        [4, 5],
      ],
    });
    expect(await rig.row()).toMatchObject({ estimated: true, flags: ['usage-missing'], costNanoUsd: '5000' });
  });

  it.runIf(recordingsExist)('of every recorded provider are relayed and counted', async () => {
    const kept = listRecordings('openai-embeddings', 'json');
    expect(kept.length).toBeGreaterThan(5);
    for (const each of kept) {
      rig.forget();
      rig.upstream.once(recording(each.id));
      const got = await rig.call('/v1/embeddings', { ...each.request, model: `up/${each.request?.model}` });
      expect(got.bytes.equals(each.response), each.id).toBe(true);
      const { usage } = JSON.parse(each.response.toString()) as { usage: Record<string, number> };
      const row = await rig.row();
      expect(row.usage.input, each.id).toBe(usage.prompt_tokens ?? usage.total_tokens);
      expect(row.flags, each.id).toEqual([]);
    }
  });
});

describe('what is refused', () => {
  it('an unknown key, a model that is not on the list, a model that nobody knows: each in the words of OpenAI', async () => {
    const body = { model: 'up/m', input: 'x' };
    const wrong = await rig.call('/v1/embeddings', body, { authorization: 'Bearer tg-wrong' });
    expect([wrong.status, (wrong.json().error as { type: string }).type]).toEqual([401, 'authentication_error']);
    const missing = await rig.call('/v1/embeddings', { model: 'no/where/', input: 'x' });
    expect(missing.status).toBe(404);
    const bound = await startOperationsRig({ key: { models: ['up/ok'] } });
    const forbidden = await bound.call('/v1/embeddings', body);
    expect([forbidden.status, (forbidden.json().error as { code: string }).code]).toEqual([403, 'model_not_allowed']);
    expect(bound.upstream.calls).toEqual([]);
    await bound.close();
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
  });

  it('a model without a price, never free', async () => {
    const bare = await startOperationsRig({ price: null });
    const got = await bare.call('/v1/embeddings', { model: 'up/m', input: 'x' });
    expect([got.status, (got.json().error as { code: string }).code]).toEqual([503, 'model_without_price']);
    expect(bare.upstream.calls).toEqual([]);
    expect(await bare.row()).toMatchObject({ status: 'failed', costNanoUsd: '0' });
    await bare.close();
  });

  it('a provider that does not serve it, with what it serves; a route goes on to one that does', async () => {
    const picky = await startOperationsRig({
      vendor: vendorWith({ 'jina-rerank': { path: '/rerank' } }),
      routes: { both: ['up/m', 'other/n'] },
    });
    const got = await picky.call('/v1/embeddings', { model: 'up/m', input: 'x' });
    expect(got.status).toBe(400);
    expect(got.json().error).toMatchObject({ code: 'operation_not_served', param: 'model' });
    expect(got.text).toContain('jina-rerank');
    picky.other.once((_call, reply) => reply.json(200, { ...embedding, usage: { prompt_tokens: 1 } }));
    const both = await picky.call('/v1/embeddings', { model: 'both', input: 'x' });
    expect([both.status, both.headers['x-tollgate-model']]).toEqual([200, 'other/n']);
    await picky.close();
  });

  it("the provider's 401 is not the caller's, and our key is in nothing that is said of it", async () => {
    rig.upstream.once((_call, reply) =>
      reply.json(401, { error: { message: `Incorrect API key provided: ${upstreamSecret}`, type: 'x', code: 'y' } }),
    );
    const got = await rig.call('/v1/embeddings', { model: 'up/m', input: 'x' });
    expect(got.status).toBe(502);
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'failed', errorKind: 'upstream-credential', costNanoUsd: '0' });
    expect([got.text, JSON.stringify(row), ...rig.logged].join()).not.toContain(upstreamSecret);
  });

  it('too many requests: 429 with the limit, no second row', async () => {
    const tight = await startOperationsRig({ limits: { requestsPerMinute: 1 } });
    tight.upstream.once((_call, reply) => reply.json(200, embedding));
    expect((await tight.call('/v1/embeddings', { model: 'up/m', input: 'x' })).status).toBe(200);
    const second = await tight.call('/v1/embeddings', { model: 'up/m', input: 'x' });
    expect(second.status).toBe(429);
    expect(second.headers['retry-after']).toBeDefined();
    expect(await tight.rows(1)).toHaveLength(1);
    await tight.close();
  });

  it('a journal that cannot be written: 503, and no provider is asked', async () => {
    rig.journal.writable = false;
    expect((await rig.call('/v1/embeddings', { model: 'up/m', input: 'x' })).status).toBe(503);
    expect(rig.upstream.calls).toEqual([]);
  });

  it.each(['GET', 'DELETE'] as const)('%s where only POST is served: 405', async (method) => {
    const got = await rig.send(method, '/v1/embeddings');
    expect([got.status, got.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('fallback', () => {
  it('a provider that fails before it answered is followed by the next; one row, with both attempts', async () => {
    const two = await startOperationsRig({ routes: { both: ['up/m', 'other/n'] } });
    two.upstream.once((_call, reply) => reply.json(500, { error: { message: 'down' } }));
    two.other.once((_call, reply) => reply.json(200, { ...embedding, usage: { prompt_tokens: 2 } }));
    const got = await two.call('/v1/embeddings', { model: 'both', input: 'x' });
    expect(got.status).toBe(200);
    const row = await two.row();
    expect(row.attempts.map(({ target, status }) => [target, status])).toEqual([
      ['up/m', 500],
      ['other/n', 200],
    ]);
    expect(row.costNanoUsd).toBe('2000');
    await two.close();
  });

  it('a page, an answer without what every answer has, and half an answer are no answers', async () => {
    const bad: ((reply: Parameters<Parameters<typeof rig.upstream.once>[0]>[1]) => void | Promise<void>)[] = [
      (reply) => reply.send(200, { 'content-type': 'text/html' }, '<html>'),
      (reply) => reply.json(200, { error: { message: 'x' } }),
      (reply) => reply.json(200, {}),
      (reply) => reply.send(200, { 'content-type': 'application/json' }, '{"data":['),
      (reply) => reply.wrongLength(200, { 'content-type': 'application/json' }, '{"data":[', 500),
    ];
    for (const script of bad) {
      rig.forget();
      rig.upstream.once((_call, reply) => script(reply)).once((_call, reply) => script(reply));
      const got = await rig.call('/v1/embeddings', { model: 'up/m', input: 'x' });
      expect(got.status).toBe(502);
      expect((await rig.row()).status).toBe('failed');
    }
  });
});
