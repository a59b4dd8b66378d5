/** Case 125: one call of the provider, one row, the same bytes again; and what is told where it cannot be so. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DialectId } from '../../src/llm/chat.ts';
import { allRoads, answerOf, framesOf, requestOf } from '../cases/pairs/road.ts';
import { Gate } from '../fakes/gate.ts';
import type { WireAnswer } from '../golden/features.ts';
import { answering } from '../golden/run.ts';
import { type KeyedRig, quiet, say, startKeyedRig } from './keyed.ts';

let rig: KeyedRig;
beforeAll(async () => {
  rig = await startKeyedRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const settlements = () => rig.records.filter(({ type }) => type === 'settlement');

describe.each([
  ['whole', false],
  ['stream', true],
] as const)('%s', (form, stream) => {
  it.each(allRoads)('%s over %s: the same answer again', async (callerId, providerId, road) => {
    const key = `${form} ${callerId} ${providerId}`;
    rig.upstream.once(answering(answerOf(road.provider, 'text', stream)));
    const first = await say(rig, road, stream, key);
    expect(first.status, first.body.toString()).toBe(200);
    await quiet(rig);
    const again = await say(rig, road, stream, key);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(road.caller.readAnswer(again, stream)).toEqual(road.caller.readAnswer(first, stream));
    for (const name of ['content-type', 'x-tollgate-model', 'x-tollgate-dropped'])
      expect(again.headers[name]).toBe(first.headers[name]);
    expect(first.headers['x-tollgate-idempotent-replay']).toBeUndefined();
    expect(again.headers).toMatchObject({
      'x-tollgate-idempotent-replay': 'true',
      'x-tollgate-original-request-id': first.headers['x-request-id'],
      'x-tollgate-cost-usd': '0',
    });
    expect(again.headers['x-request-id']).toMatch(/^req_/);
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    await quiet(rig);
    expect(rig.upstream.calls).toHaveLength(1);
    expect(settlements()).toHaveLength(1);
    expect(rig.records[0]?.requestId).toBe(first.headers['x-request-id']);
  });
});

/** How each dialect says 409 and 422: status, and the word that its SDK reads. */
const words: Readonly<Record<DialectId, (answer: WireAnswer) => { word: unknown; message: string }>> = {
  'openai-chat': openai,
  'openai-responses': openai,
  anthropic: (answer) => {
    const { type, error } = JSON.parse(answer.body.toString());
    expect(type).toBe('error');
    return { word: error.type, message: error.message };
  },
  gemini: (answer) => {
    const { error } = JSON.parse(answer.body.toString());
    expect(error.code).toBe(answer.status);
    return { word: error.status, message: error.message };
  },
  'bedrock-converse': (answer) => ({
    word: answer.headers['x-amzn-errortype'],
    message: JSON.parse(answer.body.toString()).message,
  }),
};

function openai(answer: WireAnswer): { word: unknown; message: string } {
  const { error } = JSON.parse(answer.body.toString());
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
  return { word: error.code, message: error.message };
}

const conflict: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'idempotent_request_running',
  'openai-responses': 'idempotent_request_running',
  anthropic: 'conflict_error',
  gemini: 'ABORTED',
  'bedrock-converse': 'ConflictException',
};
const reused: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'idempotency_key_reused',
  'openai-responses': 'idempotency_key_reused',
  anthropic: 'invalid_request_error',
  gemini: 'INVALID_ARGUMENT',
  'bedrock-converse': 'ValidationException',
};

describe('while the first one runs', () => {
  const own = allRoads.filter(([caller, provider]) => caller === provider);

  it.each(own)('%s is told 409 for the same, and 422 for another body', async (id, _provider, road) => {
    const gate = new Gate();
    const answer = answerOf(road.provider, 'text', true);
    rig.upstream.once(async (_call, reply) => {
      const [head, ...rest] = framesOf(road.provider, answer);
      reply.head(answer.status, answer.headers);
      await reply.write(head ?? '');
      await gate.pass();
      await reply.write(Buffer.concat(rest));
      reply.end();
    });
    const running = say(rig, road, true, `running ${id}`);
    await gate.reached;

    const same = await say(rig, road, true, `running ${id}`);
    expect(same.status).toBe(409);
    expect(same.headers['retry-after']).toBe('1');
    expect(same.headers['x-should-retry']).toBeUndefined();
    expect(words[id](same).word).toBe(conflict[id]);
    expect(words[id](same).message).toMatch(/still running \(req_/);

    const body = { ...requestOf(road, 'text', true), extra: 1 };
    const other = await say(rig, road, true, `running ${id}`, { body });
    expect(other.status).toBe(422);
    expect(words[id](other).word).toBe(reused[id]);
    expect(words[id](other).message).toMatch(/used for another request \(req_.*Send a new Idempotency-Key/);

    gate.release();
    const first = await running;
    await quiet(rig);
    expect((await say(rig, road, true, `running ${id}`)).body).toEqual(first.body);
    expect(rig.upstream.calls).toHaveLength(1);
    expect(settlements()).toHaveLength(1);
  });
});
