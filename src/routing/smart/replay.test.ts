import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestThreshold, type ReplayedRequest, replayAt, shareInterval } from './replay.ts';

const at = (score: number, complex?: boolean, ruleTier?: number): ReplayedRequest => ({
  score,
  nanoUsd: [10, 100],
  ...(complex !== undefined && { complex }),
  ...(ruleTier !== undefined && { ruleTier }),
});

describe('a replay', () => {
  const requests = [at(0.1, false), at(0.2, false), at(0.25, true), at(0.6, false), at(0.9, true)];

  it('counts what a threshold sends to the cheap target, what that saves, and whom it misroutes', () => {
    expect(replayAt(requests, 0.5, 2)).toEqual({
      threshold: 0.5,
      cheapShare: 0.6,
      nanoUsd: 230,
      savedShare: 0.54,
      misrouted: 1,
      complex: 2,
    });
  });

  it('leaves what a rule decided where it is', () => {
    expect(replayAt([at(0.1, true, 1), at(0.9, false, 0)], 0.5, 2)).toMatchObject({ nanoUsd: 110, misrouted: 0 });
  });

  it('spaces the thresholds above the first where there are more targets', () => {
    const three = [0.1, 0.5, 0.8].map((score) => ({ score, nanoUsd: [1, 10, 100] }));
    expect(replayAt(three, 0.4, 3).nanoUsd).toBe(111);
  });

  it('recommends what saves most within the share that may be misrouted', () => {
    expect(bestThreshold(requests, 2, 0)?.threshold).toBe(0.21);
    expect(bestThreshold(requests, 2, 0.5)?.savedShare).toBeCloseTo(0.72);
    expect(bestThreshold([at(0, true)], 2, 0)).toBeUndefined();
  });

  it('never saves less, nor misroutes fewer, with a higher threshold', () => {
    const any = fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), complex: fc.boolean() });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), fc.nat(99), fc.nat(99), (rows, a, b) => {
        const made = rows.map(({ score, complex }) => at(score, complex));
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((each) => replayAt(made, each / 100, 2));
        expect(high!.savedShare).toBeGreaterThanOrEqual(low!.savedShare);
        expect(high!.misrouted).toBeGreaterThanOrEqual(low!.misrouted);
      }),
    );
  });
});

it('an interval of a share holds it, is narrower with more, and is never empty', () => {
  expect(shareInterval(5, 100).map((end) => end.toFixed(3))).toEqual(['0.022', '0.112']);
  expect(shareInterval(0, 10)[1]).toBeGreaterThan(0.2);
  expect(shareInterval(0, 0)).toEqual([0, 1]);
});
