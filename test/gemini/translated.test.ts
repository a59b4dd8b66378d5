/**
 * Recordings of chat and of Messages, asked for by a caller of Gemini: Google's official SDK reads what was said, whole
 * and as a stream, and throws its own error where the provider failed.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { corpus, prefixes, shortName, type Wire, wireOf } from '../recorded/corpus.ts';
import { endsInError, mappedErrors } from '../recorded/exceptions.ts';
import { truthOf } from '../recorded/truth.ts';
import { geminiStreamViolations } from '../validators/gemini-stream.ts';
import { ask } from './corpus.ts';
import { readBySdk } from './sdk.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const named = (kept: Recording) => [shortName(kept), kept] as const;
const modelOf = (kept: Recording) => `${prefixes[wireOf(kept)]}/m`;
const answers = (wire: Wire) => [...corpus(wire, 'stream'), ...corpus(wire, 'json')];
const whole = (wire: Wire) => answers(wire).filter((kept) => endsInError[shortName(kept)] === undefined);
const broken = (wire: Wire) => answers(wire).filter((kept) => endsInError[shortName(kept)] !== undefined);

/** https://ai.google.dev/api/generate-content#FinishReason */
const reasons: Readonly<Record<string, string>> = {
  ...{ stop: 'STOP', eos: 'STOP', tool_calls: 'STOP', function_call: 'STOP', end_turn: 'STOP', tool_use: 'STOP' },
  ...{ stop_sequence: 'STOP', pause_turn: 'STOP', length: 'MAX_TOKENS', max_tokens: 'MAX_TOKENS' },
  ...{ content_filter: 'SAFETY', refusal: 'SAFETY' },
};

describe.runIf(recordingsExist).each(['openai-chat', 'anthropic'] as const)('%s for a caller of Gemini', (wire) => {
  it.each(whole(wire).map(named))('%s: the SDK reads what was said', async (_name, kept) => {
    const want = truthOf(kept);
    for (const stream of [true, false]) {
      rig.upstream.once(recording(kept.id));
      const got = await readBySdk(rig, modelOf(kept), stream);
      expect([got.text, got.reasoning]).toEqual([want.text + (want.refusal ?? ''), want.reasoning]);
      expect(got.finish).toBe(want.refusal === undefined ? reasons[want.finish ?? ''] : 'SAFETY');
      expect(got.calls.map(({ name, args }) => [name, args])).toEqual(want.calls.map(({ name, args }) => [name, args]));
      expect(new Set(got.calls.map(({ id }) => id)).size).toBe(want.calls.length);
      expect(got.model).toBe(modelOf(kept));
      expect(got.usage.total).toBe((got.usage.prompt ?? 0) + (got.usage.said ?? 0) + (got.usage.thoughts ?? 0));
      if (want.counts === undefined) continue;
      const { input, cacheRead, cacheWrite, output } = want.counts;
      expect(got.usage).toMatchObject({ prompt: input + cacheRead + cacheWrite, cached: cacheRead });
      expect((got.usage.said ?? 0) + (got.usage.thoughts ?? 0)).toBe(output);
    }
  });

  it.each(whole(wire).map(named))('%s: the stream is valid', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await ask(rig, modelOf(kept), true);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(geminiStreamViolations(answer.text(), { outcome: 'whole' })).toEqual([]);
  });

  it.each(broken(wire).map(named))('%s: the SDK throws, after whatever came before', async (_name, kept) => {
    for (const stream of [true, false]) {
      rig.upstream.once(recording(kept.id));
      const failure: unknown = await readBySdk(rig, modelOf(kept), stream).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'ApiError', status: expect.any(Number) });
      expect(String(failure)).toContain(truthOf(kept).error ?? '');
    }
    rig.upstream.once(recording(kept.id));
    const { body } = await ask(rig, modelOf(kept), true);
    expect(geminiStreamViolations(body.toString(), { outcome: 'failed' })).toEqual([]);
  });

  it.each(corpus(wire, 'error').map(named))('%s: an error has this API’s shape', async (name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await ask(rig, modelOf(kept), true);
    const due = mappedErrors[name]?.status;
    const { error } = answer.json() as { error: Record<string, unknown> };
    expect([answer.status, error.code]).toEqual([due, due]);
    expect(error).toMatchObject({ message: expect.any(String), status: expect.stringMatching(/^[A-Z_]+$/) });
    const details = error.details as Record<string, unknown>[];
    expect(details[0]).toEqual({
      '@type': 'type.googleapis.com/google.rpc.RequestInfo',
      requestId: answer.headers['x-request-id'],
    });
  });
});
