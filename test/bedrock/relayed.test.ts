/** Every recording of Converse, served by a provider and asked for by a caller of the same API: the bytes as they were. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { listRecordings, recording, recordingsExist } from '../fakes/recording.ts';
import { answers, askBytes, conversePath, hello, named, streams } from './ask.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const usageOf = (kept: { expect: Record<string, unknown> | undefined }) => {
  const usage = (kept.expect?.usage ?? {}) as Record<string, number | null>;
  return {
    input: usage.input ?? 0,
    output: usage.output ?? 0,
    cacheRead: usage.cache_read ?? 0,
    cacheWrite5m: usage.cache_write ?? 0,
  };
};

describe.skipIf(!recordingsExist)('Converse, relayed', () => {
  it('there are recordings to prove it on', () => {
    expect(streams.length).toBeGreaterThanOrEqual(5);
    expect(answers.length).toBeGreaterThanOrEqual(6);
  });

  it.each(answers.map(named))('%s: an answer passes byte for byte, and its request too', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const body = JSON.stringify(kept.request);
    const answer = await askBytes(rig, conversePath('be/us.model-v1:0', false), body);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(kept.response)).toBe(true);
    expect(rig.upstream.calls[0]?.path).toBe('/model/us.model-v1%3A0/converse');
    expect(rig.upstream.calls[0]?.body.toString()).toBe(body);
    expect((await rig.row()).usage).toMatchObject(usageOf(kept));
  });

  it.each(streams.map(named))('%s: a stream passes byte for byte', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await askBytes(rig, conversePath('be/m', true), kept.request ?? hello);
    expect(answer.headers['content-type']).toBe('application/vnd.amazon.eventstream');
    expect(answer.body.equals(kept.response)).toBe(true);
    expect(rig.upstream.calls[0]?.path).toBe('/model/m/converse-stream');
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'completed', estimated: false, usage: usageOf(kept) });
  });

  it.each(streams.map(named))('%s: a stream passes a byte at a time', async (_name, kept) => {
    const bytes = kept.response.length;
    rig.upstream.once(
      recording(
        kept.id,
        Array.from({ length: Math.min(bytes - 1, 600) }, (_, i) => i + 1),
      ),
    );
    const answer = await askBytes(rig, conversePath('be/m', true), hello);
    expect(answer.body.equals(kept.response)).toBe(true);
  });

  it('an error arrives with its exception, and a model that does not exist is one', async () => {
    const [kept] = listRecordings('bedrock-converse', 'error');
    if (kept === undefined) throw new Error('no recorded error');
    rig.upstream.once(recording(kept.id));
    const answer = await askBytes(rig, conversePath('be/m', false), hello);
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([404, 'ResourceNotFoundException']);
    expect(JSON.parse(answer.body.toString())).toEqual({ message: 'The provided model identifier is invalid.' });
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'model-not-found', costNanoUsd: '0' });
    rig.upstream.once(recording(kept.id));
    const body = { model: 'be/m', max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }] };
    const chat = await rig.chat(body);
    expect([chat.status, chat.json()]).toMatchObject([404, { error: { code: 'model_not_found' } }]);
    rig.upstream.once(recording(kept.id));
    const messages = await rig.messages(body);
    expect([messages.status, messages.json()]).toMatchObject([404, { error: { type: 'not_found_error' } }]);
  });

  it('counts tokens by the provider where it counts, and by an estimate where not', async () => {
    const [kept] = listRecordings('bedrock-count-tokens');
    if (kept === undefined) throw new Error('no recorded count');
    const answer = await askBytes(rig, '/model/be%2Fm/count-tokens', kept.request);
    const { inputTokens } = JSON.parse(answer.body.toString()) as { inputTokens: number };
    expect([answer.status, answer.headers['x-tollgate-estimated'], inputTokens > 0]).toEqual([200, 'true', true]);
    const invoked = { anthropic_version: 'bedrock-2023-05-31', messages: [{ role: 'user', content: 'Hello there' }] };
    const body = Buffer.from(JSON.stringify(invoked)).toString('base64');
    const counted = await askBytes(rig, '/model/be%2Fm/count-tokens', { input: { invokeModel: { body } } });
    expect([counted.status, JSON.parse(counted.body.toString()).inputTokens > 0]).toEqual([200, true]);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('takes names with slashes and ARNs, encoded or not', async () => {
    for (const path of ['/model/be/m/converse', '/model/be%2Fm/converse']) {
      rig.upstream.once((_call, reply) => reply.json(200, plainAnswer));
      expect((await askBytes(rig, path, hello)).status).toBe(200);
    }
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc';
    rig.upstream.once((_call, reply) => reply.json(200, plainAnswer));
    expect((await askBytes(rig, conversePath(`be/${arn}`, false), hello)).status).toBe(200);
    expect(rig.upstream.calls.at(-1)?.path).toBe(`/model/${encodeURIComponent(arn)}/converse`);
  });

  it('answers in its own words where the path is none, or the method', async () => {
    const wrong = await askBytes(rig, '/model/be%2Fm/guess', hello);
    expect([wrong.status, wrong.headers['x-amzn-errortype']]).toEqual([404, 'ResourceNotFoundException']);
    const key = await askBytes(rig, conversePath('be/m', false), hello, { authorization: 'Bearer tg-wrong' });
    expect([key.status, key.headers['x-amzn-errortype']]).toEqual([403, 'AccessDeniedException']);
    const broken = await askBytes(rig, '/model/%ZZ/converse', hello);
    expect(broken.status).toBe(404);
  });
});

const plainAnswer = {
  output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
};
