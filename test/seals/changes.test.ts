/**
 * A change of provider in the middle of a session, to any other and back: no seal reaches anybody but its minter, the
 * conversation stays valid, and the first provider gets back what it sealed.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agents, playSession, type SealRig, startSealRig, upstreams } from './sessions.ts';

/** From any provider to one of any dialect, its own too. */
const changes = upstreams.flatMap((from) => upstreams.map((to) => [`${from}-1`, `${to}-2`] as const));
const routeOf = (from: string, to: string) => `${from}-then-${to}`;

let seals: SealRig;
beforeAll(async () => {
  seals = await startSealRig({
    routes: Object.fromEntries(changes.map(([from, to]) => [routeOf(from, to), [from, to]])),
  });
});
afterAll(() => seals.close());
beforeEach(() => seals.forget());

const cells = agents.flatMap((agent) =>
  changes
    .filter(([from, to]) => !(agent.isForgetful && [from, to].some((name) => name.slice(0, -2) === agent.dialect)))
    .map(([from, to]) => ({ agent, from, to, name: `${agent.name}: ${from} to ${to}` })),
);
/** What the caller is told of seals; of those of another credential alone, or of any that could not be given back. */
const sealsIn = (dropped: string, ofOthersAlone: boolean) => {
  const fields = ofOthersAlone ? /\.(thinking|seal)$/ : /(^|\.)(thinking|seal|thought_signature|reasoning\S*)$/;
  return dropped.split(', ').filter((field) => fields.test(field));
};
/** Streamed and whole in turn: each agent meets each provider in both. */
const streamOf = (cell: (typeof cells)[number]) => cells.indexOf(cell) % 2 === 0;

describe('a change in the middle', () => {
  it.each(cells)('$name and back', async (cell) => {
    const { agent, from, to } = cell;
    const before = [seals.fake(from).answered, seals.fake(to).answered];
    const lost: string[][] = [];
    await playSession(seals.rig, agent, {
      turns: 16,
      stream: streamOf(cell),
      // The first change and the way back are inside one loop of calls; the second ends behind an answer in words.
      model: (turn) => ((turn >= 3 && turn < 6) || (turn >= 8 && turn < 13) ? to : from),
      onAnswer: (turn, headers) => lost.push(sealsIn(String(headers['x-tollgate-dropped'] ?? ''), turn < 3)),
    });
    expect([seals.fake(from).faults, seals.fake(to).faults]).toEqual([[], []]);
    expect(seals.fake(from).answered - Number(before[0])).toBe(8);
    expect(seals.fake(to).answered - Number(before[1])).toBe(8);
    // As long as nothing had changed hands nothing was lost; from then on each loss was told.
    expect(lost.slice(0, 3)).toEqual([[], [], []]);
    // Where bytes pass, only what the caller itself sends can be lost.
    if (to.slice(0, -2) !== agent.dialect) expect(lost[3]).not.toEqual([]);
  });
});

describe('a provider that goes down in the middle', () => {
  it.each(cells)('$name, which answers instead', async (cell) => {
    const { agent, from, to } = cell;
    const [first, second] = [seals.fake(from), seals.fake(to)];
    await playSession(seals.rig, agent, {
      turns: 6,
      stream: !streamOf(cell),
      model: (turn) => {
        first.isDown = turn >= 3;
        return routeOf(from, to);
      },
    });
    first.isDown = false;
    expect([first.faults, second.faults]).toEqual([[], []]);
  });
});
