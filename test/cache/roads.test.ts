/** An answer is given again on every road, whole and as a stream, byte for byte; what must not be is asked for anew. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allRoads, answerOf, requestOf } from '../cases/pairs/road.ts';
import type { Rig } from '../cases/rig.ts';
import { answering } from '../golden/run.ts';
import { cacheOf, otherKey, quiet, say, startCachedRig } from './cached-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startCachedRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

describe.each([
  ['whole', false],
  ['stream', true],
] as const)('%s', (_, stream) => {
  it.each(allRoads)('%s over %s: the same bytes again, and one call', async (_callerId, _providerId, road) => {
    rig.upstream.once(answering(answerOf(road.provider, 'text', stream)));
    const first = await say(rig, road, stream);
    expect(first.status, first.body.toString()).toBe(200);
    expect(cacheOf(first)).toBe('miss');
    await quiet(rig);
    const again = await say(rig, road, stream);
    await quiet(rig);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(road.caller.readAnswer(again, stream)).toEqual(road.caller.readAnswer(first, stream));
    for (const name of ['content-type', 'x-tollgate-model', 'x-tollgate-dropped', 'transfer-encoding'])
      expect(again.headers[name], name).toBe(first.headers[name]);
    expect(again.headers).toMatchObject({
      'x-tollgate-cache': 'hit',
      'x-tollgate-cost-usd': '0.00',
      'x-tollgate-original-request-id': first.headers['x-request-id'],
      age: '0',
    });
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(again.headers['x-upstream-request-id']).toBeUndefined();
    expect(rig.upstream.calls).toHaveLength(1);
    const rows = await rig.rows(2);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      status: 'completed',
      httpStatus: 200,
      stream,
      servedModel: rows[0]?.servedModel,
      dropped: rows[0]?.dropped,
      costNanoUsd: '0',
      chargeNanoUsd: '0',
      attempts: [],
      flags: ['cached', `cached-from:${first.headers['x-request-id']}`],
    });
    expect(Object.values(rows[1]?.usage ?? {}).every((count) => count === 0)).toBe(true);

    // Another organization asks the very same, and is a stranger.
    rig.upstream.once(answering(answerOf(road.provider, 'text', stream)));
    const stranger = await say(rig, road, stream, { key: otherKey });
    expect(cacheOf(stranger)).toBe('miss');
    expect(rig.upstream.calls).toHaveLength(2);
    await quiet(rig);
  });

  it.each(
    allRoads.filter(
      ([, , { caller, provider }]) => isSaid(caller, 'refusal', stream) && provider.answer('refusal', stream),
    ),
  )('%s over %s: a refusal is not kept', async (_callerId, _providerId, road) => {
    const body = requestOf(road, 'refusal', stream);
    for (let calls = 1; calls <= 2; calls++) {
      rig.upstream.once(answering(answerOf(road.provider, 'refusal', stream)));
      const answer = await say(rig, road, stream, { body });
      expect([answer.status, cacheOf(answer)]).toEqual([200, 'miss']);
      await quiet(rig);
      expect(rig.upstream.calls).toHaveLength(calls);
    }
  });

  it.each(allRoads)(
    '%s over %s: an answer that was cut at its length is not kept',
    async (_callerId, _providerId, road) => {
      const body = requestOf(road, 'max tokens', stream);
      for (let calls = 1; calls <= 2; calls++) {
        rig.upstream.once(answering(answerOf(road.provider, 'max tokens', stream)));
        const answer = await say(rig, road, stream, { body });
        expect(cacheOf(answer)).toBe('miss');
        await quiet(rig);
        expect(rig.upstream.calls).toHaveLength(calls);
      }
    },
  );

  it.each(allRoads)('%s over %s: no error is kept, before or in an answer', async (_callerId, _providerId, road) => {
    for (const feature of ['error before the stream', 'error during the stream'] as const) {
      const answer = road.provider.answer(feature, stream);
      if (answer === undefined) continue;
      // A target that has said when it will be back is not asked before.
      const own = await startCachedRig({}, { upstream: { script: answering(answer) } });
      const first = await say(own, road, stream);
      await quiet(own);
      const again = await say(own, road, stream);
      await own.close();
      expect([cacheOf(first), cacheOf(again)]).toEqual(['miss', 'miss']);
      expect(own.upstream.calls.length).toBeGreaterThan(0);
    }
  });
});

function isSaid(caller: (typeof allRoads)[number][2]['caller'], feature: 'refusal', stream: boolean): boolean {
  return caller.request(feature, 'm', stream) !== undefined;
}
