import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmFailure } from '../../llm/error.ts';
import type { Capacity as Declared, Target } from '../../snapshot/snapshot.ts';
import { type Applicant, Capacity } from './capacity.ts';
import { FairQueue, type Priority } from './fair-queue.ts';

let now = 0;
const options = { now: () => now, waitMs: 1_000, waitingMax: 100 };
const target = (model: string, capacity?: Declared): Target =>
  ({ credential: { id: 'p', capacity }, model: { id: `p/${model}` } }) as unknown as Target;
const applicant = (organization: string, priority: Priority = 'normal'): Applicant => ({
  organization,
  priority,
  onGone: () => {},
});

describe('a declared room', () => {
  it('is never over its limit, and is filled again as soon as somebody leaves', async () => {
    const capacity = new Capacity(options);
    const one = target('a', { concurrentRequests: 2 });
    const other = target('b', { concurrentRequests: 2 });
    // Both models share the credential.
    expect([capacity.take(one), capacity.take(other), capacity.take(one)]).toEqual([true, true, false]);
    const waiting = capacity.wait([one], applicant('x'));
    capacity.leave(other, 0, 'answered');
    expect(await waiting).toBe(one);
    expect(capacity.take(one)).toBe(false);
  });

  it('gives nobody a place before those who wait', () => {
    const capacity = new Capacity(options);
    const one = target('a', { concurrentRequests: 1 });
    capacity.take(one);
    capacity.wait([one], applicant('x')).catch(() => {});
    capacity.wait([one], applicant('x')).catch(() => {});
    capacity.leave(one, 0, 'other');
    expect(capacity.take(one)).toBe(false);
  });

  it('refuses at once, with a time, where too many wait', async () => {
    const capacity = new Capacity({ ...options, waitingMax: 1 });
    const one = target('a', { concurrentRequests: 1 });
    capacity.take(one);
    capacity.wait([one], applicant('x')).catch(() => {});
    const refused = await capacity.wait([one], applicant('y')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LlmFailure);
    expect((refused as LlmFailure).error).toMatchObject({ kind: 'rate-limited', code: 'all_targets_busy' });
    expect((refused as LlmFailure).error.retryAfterMs).toBeGreaterThanOrEqual(1_000);
  });

  it('lets a minute have as many requests as its provider takes', () => {
    now = 0;
    const capacity = new Capacity(options);
    const one = target('a', { requestsPerMinute: 3 });
    const taken = Array.from({ length: 5 }, () => capacity.take(one));
    expect(taken).toEqual([true, true, true, false, false]);
    now = 60_001;
    expect(capacity.take(one)).toBe(true);
  });

  it('frees the place of a caller who hangs up', async () => {
    const capacity = new Capacity(options);
    const one = target('a', { concurrentRequests: 1 });
    capacity.take(one);
    let leave = (): void => {};
    const gone = capacity.wait([one], {
      ...applicant('x'),
      onGone: (callback) => {
        leave = callback;
      },
    });
    const next = capacity.wait([one], applicant('y'));
    leave();
    expect(await gone).toBeUndefined();
    capacity.leave(one, 0, 'other');
    expect(await next).toBe(one);
  });
});

describe('a room that nobody declared', () => {
  it('takes everything until its target refuses for load, then less, then more again', () => {
    now = 1_000;
    const capacity = new Capacity(options);
    const one = target('a');
    const enter = (): number => {
      let entered = 0;
      while (entered < 1_000 && capacity.take(one)) entered++;
      return entered;
    };
    expect(enter()).toBe(1_000);
    for (let i = 0; i < 900; i++) capacity.leave(one, 1_000, 'other');
    now = 1_001;
    capacity.leave(one, 1_000, 'refused-for-load');
    for (let i = 0; i < 99; i++) capacity.leave(one, 1_000, 'other');
    expect(enter()).toBe(85);
    // Full all the time, and everybody is answered: one more for each time that all have been.
    let most = 85;
    for (let i = 0; i < 300; i++) {
      capacity.leave(one, 1_001, 'answered');
      most += enter() - 1;
    }
    expect(most).toBeGreaterThan(86);
    expect(most).toBeLessThan(90);
    for (let i = 0; i < most; i++) capacity.leave(one, 1_001, 'other');
    now = 60_000;
    expect(enter()).toBe(1_000);
  });
});

describe('the fair queue', () => {
  it('calls organizations in turn, whatever number each has waiting; the urgent first within one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom<Priority>('high', 'normal', 'low')), {
          maxLength: 60,
        }),
        (asked) => {
          const queue = new FairQueue();
          const called: { organization: string; priority: Priority; at: number }[] = [];
          for (const [at, [organization, priority]] of asked.entries()) {
            queue.add({ organization, priority, call: () => called.push({ organization, priority, at }) > 0 });
          }
          while (queue.callNext());
          expect(called).toHaveLength(asked.length);
          for (const name of ['a', 'b', 'c']) {
            const own = called.filter(({ organization }) => organization === name);
            const ranks = own.map(({ priority }) => ['high', 'normal', 'low'].indexOf(priority));
            expect(ranks).toEqual(ranks.toSorted());
          }
          // As long as all of them wait, none is called twice before the others.
          const fewest = Math.min(...['a', 'b', 'c'].map((name) => asked.filter(([each]) => each === name).length));
          for (let turn = 0; turn < fewest; turn++) {
            expect(new Set(called.slice(3 * turn, 3 * turn + 3).map(({ organization }) => organization)).size).toBe(3);
          }
        },
      ),
    );
  });
});
