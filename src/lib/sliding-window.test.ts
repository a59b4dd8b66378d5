import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingWindow, windowMs } from './sliding-window.ts';

const secondOf = (ms: number): number => Math.floor(ms / 1000);

/** Steps of time: bursts, seconds, and pauses longer than the window. */
const pauses = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 70_000 })),
  { maxLength: 200 },
);

/** Points in time, never going back, from an arbitrary start. */
const times = fc
  .tuple(fc.integer({ min: 0, max: 1e9 }), pauses)
  .map(([start, steps]) => steps.map((_, i) => start + steps.slice(0, i + 1).reduce((sum, step) => sum + step, 0)));

/** What the window must hold: everything of this second and of the 59 before it. */
function inWindow(events: readonly { readonly at: number; readonly amount: number }[], now: number): number {
  const counted = events.filter(({ at }) => secondOf(now) - secondOf(at) < 60);
  return counted.reduce((sum, { amount }) => sum + amount, 0);
}

describe('a sliding window (case 118)', () => {
  it('holds what happened in this second and in the 59 before it, and nothing else', () => {
    const amounts = fc.array(fc.nat({ max: 1000 }), { minLength: 200, maxLength: 200 });
    const property = fc.property(times, amounts, (points, amount) => {
      const window = new SlidingWindow();
      const events = points.map((at, i) => ({ at, amount: amount[i] ?? 0 }));
      for (const [i, event] of events.entries()) {
        window.add(event.amount, event.at);
        expect(window.total(event.at)).toBe(inWindow(events.slice(0, i + 1), event.at));
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('never lets more than N through in any 60 seconds, to the second, and N at once when it is empty', () => {
    const property = fc.property(times, fc.integer({ min: 1, max: 20 }), (points, limit) => {
      const window = new SlidingWindow();
      const admitted: number[] = [];
      for (const at of points) {
        if (window.total(at) + 1 > limit) continue;
        window.add(1, at);
        admitted.push(at);
      }
      for (const [i, from] of admitted.entries()) {
        const within = admitted.slice(i).filter((at) => secondOf(at) - secondOf(from) < 60);
        expect(within.length).toBeLessThanOrEqual(limit);
      }
      // Nobody is refused while there is room: each refused point has N admitted ones in the minute before it.
      for (const at of points.filter((point) => !admitted.includes(point))) {
        expect(admitted.filter((point) => point <= at && secondOf(at) - secondOf(point) < 60)).toHaveLength(limit);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('says to the millisecond when there is room again', () => {
    const property = fc.property(times, fc.nat({ max: 20 }), fc.nat({ max: 60_000 }), (points, allowed, later) => {
      const build = (): SlidingWindow => {
        const window = new SlidingWindow();
        for (const at of points) window.add(1, at);
        return window;
      };
      const now = (points.at(-1) ?? 0) + later;
      const waitMs = build().msUntil(allowed, now);
      expect(waitMs).toBeLessThanOrEqual(windowMs);
      expect(build().total(now + waitMs)).toBeLessThanOrEqual(allowed);
      if (waitMs > 0) expect(build().total(now + waitMs - 1)).toBeGreaterThan(allowed);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('takes back what did not happen from where it was counted, so that a correction lets nothing extra through', () => {
    const window = new SlidingWindow();
    window.add(100, 0);
    window.takeBack(60, 500, 30_000);
    expect(window.total(30_000)).toBe(40);
    expect(window.total(60_000)).toBe(0);
    window.add(5, 61_000);
    window.takeBack(60, 500, 62_000);
    expect(window.total(62_000)).toBe(5);
  });

  it('never falls below zero, whatever is taken back and when', () => {
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 30_000 }),
      counted: fc.nat({ max: 100 }),
      back: fc.nat({ max: 200 }),
    });
    const property = fc.property(fc.array(step, { maxLength: 100 }), fc.nat({ max: 90_000 }), (steps, ago) => {
      const window = new SlidingWindow();
      let now = 100_000;
      for (const { pause, counted, back } of steps) {
        now += pause;
        window.add(counted, now);
        window.takeBack(back, now - ago, now);
        expect(window.total(now)).toBeGreaterThanOrEqual(0);
      }
      expect(window.total(now + windowMs)).toBe(0);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
