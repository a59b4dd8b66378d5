/** Failures that may be the caller's own: which of them another target is asked for, as the route says. Case 113. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Rig, type RigOptions, startRig } from '../cases/rig.ts';
import { ask, askStream, dialectOf, roads, violations } from '../cases/stream-reader.ts';
import { errorBody } from '../fakes/persona-script.ts';
import type { Script } from '../fakes/upstream.ts';
import { steadyClock } from '../steady-clock.ts';
import { errorViolations } from '../validators/error-answer.ts';

let rig: Rig;
afterEach(() => rig.close());

const start = async (options: RigOptions) => {
  rig = await startRig(options);
};
const asked = () => rig.upstream.chats.map(({ model }) => model);

const gone: Script = (call, reply) =>
  reply.json(404, {
    type: 'error',
    error:
      call.dialect === 'anthropic'
        ? { type: 'not_found_error', message: `model: ${call.model}` }
        : { message: `The model ${call.model} does not exist`, type: 'invalid_request_error', code: 'model_not_found' },
  });
const tooLong: Script = (call, reply) =>
  reply.json(400, {
    type: 'error',
    error:
      call.dialect === 'anthropic'
        ? { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' }
        : { message: 'maximum context length is 8192', type: 'invalid_request_error', code: 'context_length_exceeded' },
  });

/** Routes whose first target is asked in each dialect. */
const both = { 'by-oa': ['oa/first', 'an/second', 'oa/third'], 'by-an': ['an/first', 'oa/second', 'an/third'] };
const contexts = {
  first: { contextTokens: 8_000 },
  second: { contextTokens: 8_000 },
  third: { contextTokens: 200_000 },
};

describe('A model that its provider does not have', () => {
  it.each(roads)('%s over %s: the next target answers', async (door, provider) => {
    await start({ routes: both });
    rig.upstream.on('first', gone);
    const answer = await askStream(rig, door, `by-${provider}`);
    expect(violations(door, answer.body, 'whole')).toEqual([]);
    expect(asked()).toEqual(['first', 'second']);
    expect((await rig.row()).attempts).toMatchObject([{ status: 404, error: 'model-not-found' }, { status: 200 }]);
  });

  it.each(roads)('%s over %s: is the answer where the route says so', async (door, provider) => {
    await start({ routes: both, routeRules: { [`by-${provider}`]: { onModelNotFound: 'fail' } } });
    rig.upstream.on('first', gone);
    const answer = await ask(rig, door, `by-${provider}`);
    expect(errorViolations(answer, { dialect: dialectOf(door), status: 404 })).toEqual([]);
    expect(asked()).toEqual(['first']);
  });

  it('is no illness: it is asked first the next time, too', async () => {
    await start({ routes: both });
    rig.upstream.on('first', gone);
    for (let i = 0; i < 8; i++) {
      rig.forget();
      await ask(rig, 'chat', 'by-oa');
      expect(asked()).toEqual(['first', 'second']);
    }
  });
});

describe('A prompt that is too long for a target', () => {
  it.each(roads)(
    '%s over %s: goes to one that is known to take more, past those that are not',
    async (door, provider) => {
      await start({ routes: both, models: contexts });
      rig.upstream.on('first', tooLong);
      const answer = await askStream(rig, door, `by-${provider}`);
      expect(violations(door, answer.body, 'whole')).toEqual([]);
      expect(asked()).toEqual(['first', 'third']);
      expect((await rig.row()).attempts).toMatchObject([{ status: 400, error: 'too-long' }, { status: 200 }]);
    },
  );

  it.each(roads)('%s over %s: is told of its length where nobody takes more', async (door, provider) => {
    await start({ routes: { route: [`${provider}/first`, 'oa/second'] }, models: contexts });
    rig.upstream.on('first', tooLong);
    const answer = await ask(rig, door, 'route');
    const code = door === 'chat' ? { code: 'context_length_exceeded' } : {};
    expect(errorViolations(answer, { dialect: dialectOf(door), status: 400, ...code })).toEqual([]);
    expect(asked()).toEqual(['first']);
  });

  it('is the answer where the route says so', async () => {
    await start({ routes: both, models: contexts, routeRules: { 'by-oa': { onTooLong: 'fail' } } });
    rig.upstream.on('first', tooLong);
    expect((await ask(rig, 'chat', 'by-oa')).status).toBe(400);
    expect(asked()).toEqual(['first']);
  });
});

describe("A caller's own mistake", () => {
  it.each([400, 404, 409, 413, 422])('%i: the first answer is the answer, whoever else there is', async (status) => {
    await start({ routes: both });
    // A 404 that is no model's.
    const message = status === 404 ? 'no such path' : `failure number ${status}`;
    rig.upstream.on('first', (call, reply) => reply.json(status, errorBody(call, message, status)));
    for (let i = 0; i < 7; i++) {
      rig.forget();
      const answer = await ask(rig, 'messages', 'by-an');
      expect(answer.status).toBe(status === 409 || status === 422 ? 400 : status);
      expect(asked()).toEqual(['first']);
      expect((await rig.row()).attempts).toHaveLength(1);
    }
  });
});

describe('The whole wait of a caller', () => {
  it('is bounded by totalMs, however many targets there are', async () => {
    const timeouts = { firstTokenMs: 300, wholeMs: 300, totalMs: 500 };
    await start({ timeouts, tickMs: 10, routes: { long: ['oa/a', 'oa/b', 'oa/c', 'oa/d', 'oa/e', 'oa/f'] } });
    for (const model of ['a', 'b', 'c', 'd', 'e', 'f']) rig.upstream.on(model, (_call, reply) => reply.hang());
    const clock = steadyClock();
    const startedAt = clock.monotonicMs();
    const answer = await ask(rig, 'chat', 'long');
    expect(errorViolations(answer, { dialect: 'openai-chat', status: 504 })).toEqual([]);
    expect(clock.monotonicMs() - startedAt).toBeLessThan(2_000);
    expect(asked()).toEqual(['a', 'b']);
  });
});
