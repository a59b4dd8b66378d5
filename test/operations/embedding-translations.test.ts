/** Embeddings across wire formats, over sockets: the same vectors, in the caller's own form. */
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64 } from '../../src/operations/embedding-translations.ts';
import { recording, recordingsExist } from '../fakes/recording.ts';
import { type OperationsRig, ourKey, startOperationsRig, vendorWith } from './operations-rig.ts';

let rig: OperationsRig;
afterEach(() => rig.close());

const geminiVendor = vendorWith({
  'gemini-embed-content': { path: ({ model }) => `/models/${model}:embedContent` },
  'gemini-embeddings': { path: ({ model }) => `/models/${model}:batchEmbedContents` },
});
const openaiVendor = vendorWith({ 'openai-embeddings': { path: '/embeddings' } });
const cohereVendor = vendorWith({ 'cohere-embeddings': { path: '/v2/embed' } });
const vectors = [
  [0.5, -0.25, 1],
  [1, 2, 3],
];

describe('OpenAI to Gemini', () => {
  beforeEach(async () => {
    rig = await startOperationsRig({ vendor: geminiVendor });
  });

  it("OpenAI's SDK reads the numbers of Gemini, through base64 made here", async () => {
    const answer = {
      embeddings: vectors.map((values) => ({ values })),
      usageMetadata: { promptTokenCount: 9 },
    };
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const openai = new OpenAI({ apiKey: ourKey, baseURL: `${rig.url}/v1`, maxRetries: 0 });
    const got = await openai.embeddings.create({ model: 'up/gemini-embedding-001', input: ['a', 'b'], dimensions: 3 });
    expect(got.data.map(({ embedding }) => embedding)).toEqual(vectors);
    expect(got.usage.prompt_tokens).toBe(9);
    expect(rig.upstream.calls[0]?.path).toBe('/v1/models/gemini-embedding-001:batchEmbedContents');
    expect(rig.upstream.calls[0]?.json).toEqual({
      requests: ['a', 'b'].map((text) => ({
        model: 'models/gemini-embedding-001',
        content: { parts: [{ text }] },
        outputDimensionality: 3,
      })),
    });
    const row = await rig.row();
    expect(row).toMatchObject({ clientDialect: 'openai-embeddings', upstreamDialect: 'gemini-embeddings' });
    expect(row.usage.input).toBe(9);
  });

  it('token numbers are refused, a lost hint is noted, and refused when fidelity is strict', async () => {
    const tokens = await rig.call('/v1/embeddings', { model: 'up/m', input: [1, 2] });
    expect([tokens.status, (tokens.json().error as { param: string }).param]).toEqual([400, 'input']);
    rig.upstream.once((_call, reply) => reply.json(200, { embeddings: [{ values: [1] }] }));
    const noted = await rig.call('/v1/embeddings', { model: 'up/m', input: 'x', user: 'u' });
    expect([noted.status, noted.headers['x-tollgate-dropped']]).toEqual([200, 'user']);
    const strict = await rig.call(
      '/v1/embeddings',
      { model: 'up/m', input: 'x', user: 'u' },
      { 'x-tollgate-fidelity': 'strict' },
    );
    expect([strict.status, (strict.json().error as { code: string }).code]).toEqual([400, 'translation_lossy']);
  });

  it('fewer vectors than texts are no answer', async () => {
    for (let i = 0; i < 2; i++) rig.upstream.once((_call, reply) => reply.json(200, { embeddings: [{ values: [1] }] }));
    const got = await rig.call('/v1/embeddings', { model: 'up/m', input: ['a', 'b'] });
    expect(got.status).toBe(502);
  });
});

describe('Gemini to OpenAI', () => {
  beforeEach(async () => {
    rig = await startOperationsRig({ vendor: openaiVendor });
  });

  it(':batchEmbedContents', async () => {
    const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding: toBase64(embedding) }));
    rig.upstream.once((_call, reply) => reply.json(200, { data: data.reverse(), usage: { prompt_tokens: 4 } }));
    const requests = ['a', 'b'].map((text) => ({ content: { parts: [{ text }] }, taskType: 'RETRIEVAL_QUERY' }));
    const got = await rig.call(
      '/v1beta/models/up%2Ftext-embedding-3-small:batchEmbedContents',
      { requests },
      { authorization: '', 'x-goog-api-key': ourKey },
    );
    expect(got.json()).toEqual({
      embeddings: vectors.map((values) => ({ values })),
      usageMetadata: { promptTokenCount: 4 },
    });
    expect(rig.upstream.calls[0]?.json).toEqual({
      model: 'text-embedding-3-small',
      input: ['a', 'b'],
      encoding_format: 'float',
    });
    expect(got.headers['x-tollgate-dropped']).toContain('taskType');
  });

  it(':embedContent, and errors in the words of Gemini', async () => {
    rig.upstream.once((_call, reply) =>
      reply.json(200, { data: [{ embedding: [1, 2] }], usage: { prompt_tokens: 1 } }),
    );
    const path = '/v1beta/models/m:embedContent';
    const got = await rig.call(path, { content: { parts: [{ text: 'a' }] }, outputDimensionality: 2 });
    expect(got.json()).toEqual({ embedding: { values: [1, 2] }, usageMetadata: { promptTokenCount: 1 } });
    const image = await rig.call(path, { content: { parts: [{ inlineData: {} }] } });
    expect(image.status).toBe(400);
    expect(image.json().error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    const wrong = await rig.call(path, {}, { authorization: 'Bearer tg-wrong' });
    expect(wrong.json().error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' });
  });
});

describe.runIf(recordingsExist)('recorded answers', () => {
  it("Gemini's own callers get Gemini's bytes; pictures are counted apart", async () => {
    rig = await startOperationsRig({ vendor: geminiVendor });
    rig.upstream.once(
      recording(
        'gemini-batchEmbedContents/gemini/json--embedding-multimodal-embeddings-gemini-gemini-embedding-2-embeds',
      ),
    );
    const got = await rig.call('/v1beta/models/gemini-embedding-2:batchEmbedContents', { requests: [] });
    expect(got.status).toBe(200);
    // 3 tokens of text and 258 of a picture at $1 and $3 a million.
    expect(await rig.row()).toMatchObject({ usage: { input: 261, imageInput: 258 }, costNanoUsd: '777000' });
  });

  it("Cohere's are read by OpenAI's callers", async () => {
    rig = await startOperationsRig({ vendor: cohereVendor });
    const id = 'cohere-v2-embed/cohere/json--embedding-basic-functionality-cohere-embed-v4-0-can-handle-a-sin';
    rig.upstream.once(recording(id));
    const got = await rig.call('/v1/embeddings', { model: 'up/embed-v4.0', input: 'Ruby', dimensions: 1024 });
    const { data } = got.json() as { data: { embedding: number[] }[] };
    expect(data[0]?.embedding).toHaveLength(1024);
    expect(rig.upstream.calls[0]?.json).toMatchObject({ output_dimension: 1024, embedding_types: ['float'] });
    expect((await rig.row()).usage.input).toBe(7);
  });

  it('reranks of Cohere, Together and OpenRouter cost their searches or their tokens', async () => {
    rig = await startOperationsRig({
      vendor: vendorWith({ 'cohere-rerank': { path: '/v2/rerank' }, 'jina-rerank': { path: '/rerank' } }),
      price: { id: 'rig:3', input: { base: 1_000_000n }, perSearch: 2_000_000_000n },
    });
    const cases = [
      [
        '/v2/rerank',
        'cohere-v2-rerank/cohere/json--rerank-reranking-with-cohere-rerank-v3-5-limits-results-with-top',
        '2000000',
      ],
      ['/v1/rerank', 'cohere-v1-rerank/cohere/json--cohere-rerank-legacy', '2000000'],
      ['/v1/rerank', 'rerank/together/json--togetherai-reranking-1', '2966000'],
      ['/rerank', 'rerank/openrouter/json--rerank-reranking-with-openrouter-voyageai-rerank-2-5-lite-orders', '17000'],
    ] as const;
    for (const [path, id, cost] of cases) {
      rig.forget();
      rig.upstream.once(recording(id));
      const got = await rig.call(path, { model: 'up/rerank', query: 'a', documents: ['b', 'c'] });
      expect(got.status, id).toBe(200);
      expect(await rig.row(), id).toMatchObject({ operation: 'rerank', costNanoUsd: cost, flags: [] });
    }
  });

  it("reranks of Jina's callers at Cohere, with the documents when they are asked for, and the other way round", async () => {
    rig = await startOperationsRig({
      vendor: vendorWith({ 'cohere-rerank': { path: '/v2/rerank' } }),
      price: { id: 'rig:3', perSearch: 2_000_000_000n },
    });
    const id = 'cohere-v2-rerank/cohere/json--rerank-reranking-with-cohere-rerank-v3-5-limits-results-with-top';
    rig.upstream.once(recording(id));
    const documents = ['Ruby is a programming language', { text: 'Paris is in France' }, 'Rails is a Ruby framework'];
    const got = await rig.call('/v1/rerank', {
      model: 'up/m',
      query: 'ruby',
      documents,
      top_n: 2,
      return_documents: true,
    });
    expect(got.json().results).toEqual([
      { index: 0, relevance_score: 0.75809944, document: { text: 'Ruby is a programming language' } },
      { index: 2, relevance_score: 0.5515985, document: { text: 'Rails is a Ruby framework' } },
    ]);
    expect(rig.upstream.calls[0]?.path).toBe('/v1/v2/rerank');
    expect(await rig.row()).toMatchObject({ costNanoUsd: '2000000', usage: { searches: 1 } });
    await rig.close();
    rig = await startOperationsRig({ vendor: vendorWith({ 'jina-rerank': { path: '/rerank' } }) });
    const answer = { results: [{ index: 1, relevance_score: 0.9 }], usage: { total_tokens: 17 } };
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const back = await rig.call('/v2/rerank', { model: 'up/m', query: 'a', documents: ['b', 'c'] });
    expect(back.json()).toMatchObject({ results: answer.results, meta: { billed_units: { input_tokens: 17 } } });
    for (let i = 0; i < 2; i++)
      rig.upstream.once((_call, reply) => reply.json(200, { results: [{ index: 7, relevance_score: 1 }] }));
    expect((await rig.call('/v2/rerank', { model: 'up/m', query: 'a', documents: ['b'] })).status).toBe(502);
  });

  it('errors of Cohere come in its words', async () => {
    rig = await startOperationsRig({ vendor: cohereVendor });
    rig.upstream.once(recording('cohere-v2-embed/cohere/error--testcohere-test-embed-error'));
    const got = await rig.call('/v2/embed', { model: 'up/nonexistent', texts: ['x'] });
    expect(got.status).toBe(404);
    expect(Object.keys(got.json())).toEqual(['id', 'message']);
  });
});
