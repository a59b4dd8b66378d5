/**
 * Line 1 of what routing and failure must show: whatever a provider does before it has said anything, the caller sees the
 * next target's clean answer, is charged once, and the attempts are listed. Faults F7 to F10.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf } from '../../cases/pairs/road.ts';
import { violations } from '../../cases/pairs/valid.ts';
import { answering } from '../../golden/run.ts';
import { askOnce } from './asked.ts';
import { type Cell, cells, type MatrixRig, startFaultRig } from './cells.ts';
import { faults } from './faults.ts';

let rig: MatrixRig;
beforeAll(async () => {
  rig = await startFaultRig();
});
afterAll(() => rig.close());

const titleOf = ({ caller, first, second, stream }: Cell) =>
  `${caller.id}, ${stream ? 'stream' : 'whole'}, from ${first.id} to ${second.id}`;

describe.each(faults.map((fault) => [fault.name, fault] as const))('%s', (_name, fault) => {
  const own = cells.filter((cell) => cell.fault === fault);
  it.each(own.map((cell) => [titleOf(cell), cell] as const))('%s', async (_title, cell) => {
    const { caller, first, second, stream, route } = cell;
    const fails = fault.script?.(first, stream, rig.late);
    const due = answerOf(second, 'text', stream);
    const answers = answering(due);
    const { answer, row, calls } = await askOnce(rig, cell, fails === undefined ? [answers] : [fails, answers]);

    expect(answer.status, answer.body.toString()).toBe(200);
    // In the caller's own dialect the bytes pass as they are.
    if (caller === second) expect(answer.body.toString()).toBe(due.body.toString());
    else if (stream) expect(violations(caller.id, answer.body, 'whole')).toEqual([]);
    const said = caller.readAnswer(answer, stream);
    expect(said).toContain('text Hi there.');
    expect(said.filter((fact) => /^(error|stop) /.test(fact)).length).toBeLessThanOrEqual(1);
    expect(answer.headers['x-tollgate-attempts']).toBe('2');
    expect(answer.headers['x-tollgate-model']).toBe(`${second.prefix}/two`);

    expect(calls).toBe(fails === undefined ? 1 : 2);
    expect(row).toMatchObject({
      status: 'completed',
      servedModel: `${second.prefix}/two`,
      usage: { input: 12, output: 5 },
    });
    expect(row.costNanoUsd).toBe('22000');
    expect(row.attempts).toMatchObject([
      {
        credential: `${route}-1`,
        target: `${first.prefix}/one`,
        status: fault.status === '*' ? expect.any(Number) : (fault.status ?? 200),
        error: fault.kind === '*' ? expect.any(String) : fault.kind,
      },
      { credential: `${route}-2`, target: `${second.prefix}/two`, status: 200 },
    ]);
    expect(row.attempts).toHaveLength(2);
    expect(row.attempts[1]?.error).toBeUndefined();
  });
});
