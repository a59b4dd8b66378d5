/**
 * Whatever a provider does after it has said something, the caller's stream ends as a failure in its own dialect, and
 * nobody else is asked: the caller would hear the beginning twice. Faults F7 and F8.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, framesOf } from '../../cases/pairs/road.ts';
import { violations } from '../../cases/pairs/valid.ts';
import { Gate } from '../../fakes/gate.ts';
import type { Script } from '../../fakes/upstream.ts';
import type { Fixtures } from '../../golden/features.ts';
import { answering } from '../../golden/run.ts';
import { askOnce } from './asked.ts';
import { type MatrixRig, spokenCells, startFaultRig } from './cells.ts';
import { errorFrameOf, firstContentAt } from './faults.ts';

let rig: MatrixRig;
beforeAll(async () => {
  rig = await startFaultRig();
});
afterAll(() => rig.close());

/** After the first word. */
const ends: Readonly<Record<string, (provider: Fixtures) => Script>> = {
  'a reset': () => (_call, reply) => reply.reset(),
  'a close': () => (_call, reply) => reply.fin(),
  'an end without its mark': () => (_call, reply) => reply.end(),
  'a broken chunk': () => (_call, reply) => reply.brokenChunk(),
  silence: () => (_call, reply) => {
    rig.late();
    return reply.hang();
  },
  'an error event': (provider) => async (_call, reply) => {
    await reply.write(errorFrameOf(provider));
    reply.end();
  },
};

describe.each(Object.entries(ends))('%s after the first word', (_name, end) => {
  const nth = Object.values(ends).indexOf(end);
  it.each(spokenCells)('$caller.id over $first.id', async ({ caller, first, routes }) => {
    const route = routes[nth] ?? '';
    const frames = framesOf(first, answerOf(first, 'text', true));
    const begun = Buffer.concat(frames.slice(0, firstContentAt(frames) + 1));
    const gate = new Gate();
    const script: Script = async (call, reply, upstream) => {
      reply.head(200, answerOf(first, 'text', true).headers);
      await reply.write(begun);
      // A reset takes back what was sent and not yet read.
      await gate.pass();
      await end(first)(call, reply, upstream);
    };
    const healthy = answering(answerOf(caller, 'text', true));
    const { answer, row, calls } = await askOnce(rig, { caller, route, stream: true }, [script, healthy], (soFar) => {
      if (soFar.includes('Hi')) gate.release();
    });
    expect(answer.status).toBe(200);
    const said = caller.readAnswer(answer, true);
    expect(said.filter((fact) => fact.startsWith('text '))).toEqual(['text Hi ']);
    expect(said.filter((fact) => fact.startsWith('error '))).toHaveLength(1);
    if (caller.id !== first.id) expect(violations(caller.id, answer.body, 'failed')).toEqual([]);
    expect(calls).toBe(1);
    expect(row).toMatchObject({ status: 'failed', servedModel: `${first.prefix}/one` });
    expect(row.attempts).toMatchObject([{ status: 200, error: expect.any(String) }]);
    expect(row.attempts).toHaveLength(1);
  });
});
