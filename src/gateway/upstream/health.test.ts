import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ErrorKind, errorKinds, type LlmError } from '../../llm/error.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import { Health } from './health.ts';

const target = (model: string, credential = 'one') =>
  ({ credential: { id: credential }, model: { id: model } }) as Target;
const [a, b, c] = [target('a', 'one'), target('b', 'two'), target('c', 'three')];
const failure = (kind: ErrorKind = 'upstream', more: Partial<LlmError> = {}): LlmError => ({
  kind,
  message: '',
  ...more,
});
const quick = 100;
const slow = 60_000;

let now = 0;
let chance = 0;
let health: Health;
beforeEach(() => {
  now = 1_000_000;
  chance = 0;
  health = new Health({ clock: { nowMs: () => now, monotonicMs: () => now }, random: () => chance });
});

const order = (...targets: Target[]) => [...health.order(targets)].map(({ model }) => model.id);
const fail = (times: number, one = a, tookMs = quick, error = failure()) => {
  for (let i = 0; i < times; i++) health.failed(one, error, tookMs);
};
/** How long it is left out, as long as every probe fails. */
const rests = (count: number, tookMs: number) => {
  const found: number[] = [];
  fail(5, a, tookMs);
  for (let i = 0; i < count; i++) {
    const { untilMs = 0 } = health.stateOf(a);
    found.push((untilMs - now) / 1000);
    now = untilMs;
    expect(order(a, b)[0]).toBe('a');
    fail(1, a, tookMs);
  }
  return found;
};

describe('A target', () => {
  it('of which nothing is known is up, and is asked in its turn', () => {
    expect(order(b, a)).toEqual(['b', 'a']);
    expect(health.stateOf(a)).toEqual({ state: 'up', failures: 0, errorShare: 0 });
  });

  it('is left out after five failures in a row, and not after four', () => {
    fail(4);
    expect(order(a, b)).toEqual(['a', 'b']);
    expect(health.stateOf(a)).toMatchObject({ state: 'up', failures: 4, errorShare: 1 });
    fail(1);
    expect(order(a, b)).toEqual(['b']);
    expect(health.stateOf(a)).toMatchObject({ state: 'ejected', untilMs: now + 10_000 });
    expect(order(b, a)).toEqual(['b']);
  });

  it('says once that it was ejected', () => {
    const told = Array.from({ length: 8 }, () => health.failed(a, failure(), quick));
    expect(told.filter(Boolean)).toHaveLength(1);
  });

  it('is left out when half of twenty requests within ten seconds fail, never mind in which order', () => {
    for (let i = 0; i < 10; i++) {
      expect(order(a, b)).toEqual(['a', 'b']);
      fail(1);
      health.succeeded(a);
      now += 400;
    }
    expect(order(a, b)).toEqual(['a', 'b']);
    fail(1);
    expect(order(a, b)).toEqual(['b']);
  });

  it('stays where fewer than half fail, or where they are spread over more time', () => {
    for (let i = 0; i < 200; i++) {
      fail(1);
      health.succeeded(a);
      health.succeeded(a);
      now += 50;
    }
    for (let i = 0; i < 50; i++) {
      fail(1, b);
      health.succeeded(b);
      now += 1_500;
    }
    expect(order(a, b)).toEqual(['a', 'b']);
  });

  it('rests longer each time: up to 15 s where its failures show at once, up to 5 minutes where they are waited for', () => {
    expect(rests(5, quick)).toEqual([10, 15, 15, 15, 15]);
    health.succeeded(a);
    now += 10 * 60_000;
    health.succeeded(a);
    expect(rests(8, slow)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('that was well for a minute is ejected like one that never was ill', () => {
    rests(3, slow);
    now = health.stateOf(a).untilMs ?? 0;
    expect(order(a, b)[0]).toBe('a');
    health.succeeded(a);
    now += 70_000;
    health.succeeded(a);
    fail(5, a, slow);
    expect(health.stateOf(a)).toMatchObject({ state: 'ejected', untilMs: now + 10_000 });
  });

  it('is probed by one request at a time, and by the next when a probe is lost', () => {
    fail(5);
    now += 10_000;
    expect(health.stateOf(a).state).toBe('returning');
    expect(order(a, b)).toEqual(['a', 'b']);
    expect(order(a, b)).toEqual(['b']);
    now += 30_000;
    expect(order(a, b)).toEqual(['a', 'b']);
    health.unproven(a);
    expect(order(a, b)).toEqual(['a', 'b']);
  });

  it('comes back by and by: a tenth of the requests, more each second, all of them after ten', () => {
    fail(5);
    now += 10_000;
    order(a, b);
    health.succeeded(a);
    const first: number[] = [];
    for (let second = 0; second <= 10; second++) {
      let asked = 0;
      for (let i = 0; i < 100; i++) {
        chance = i / 100;
        if (order(a, b)[0] === 'a') asked++;
      }
      first.push(asked);
      now += 1_000;
    }
    expect(first).toEqual([10, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(health.stateOf(a).state).toBe('up');
  });

  it('that is on its way back is asked behind the others, when they have failed', () => {
    fail(5);
    now += 10_000;
    order(a, b);
    health.succeeded(a);
    chance = 0.99;
    expect(order(a, b)).toEqual(['b', 'a']);
  });

  it('that fails three times on its way back rests again', () => {
    fail(5);
    now += 10_000;
    order(a, b);
    health.succeeded(a);
    fail(3);
    expect(health.stateOf(a)).toMatchObject({ state: 'ejected', untilMs: now + 15_000 });
  });

  it('is not back because an answer comes that was asked for before', () => {
    fail(5);
    health.succeeded(a);
    expect(order(a, b)).toEqual(['b']);
  });
});

describe('When nobody is well', () => {
  it('all are asked, whoever is back first the first', () => {
    fail(5, b);
    now += 1_000;
    fail(5, a);
    fail(5, c);
    expect(order(a, b, c)).toEqual(['b', 'a', 'c']);
    expect(order(a)).toEqual(['a']);
  });

  it('one that is only limited, nobody knows until when, comes before those that fail', () => {
    fail(5, b);
    health.failed(a, failure('rate-limited'), quick);
    expect(order(b, a)).toEqual(['a', 'b']);
  });
});

describe('A credential', () => {
  it('whose address cannot be reached three times in a row takes its models with it', () => {
    const unreached = failure('upstream', { unreached: true });
    fail(2, a, quick, unreached);
    expect(order(a, b)).toEqual(['a', 'b']);
    fail(1, target('other', 'one'), quick, unreached);
    expect(order(a, target('third', 'one'), b)).toEqual(['b']);
  });

  it('that is refused twice takes its models with it', () => {
    fail(2, a, quick, failure('upstream-credential', { upstreamStatus: 401 }));
    expect(order(target('third', 'one'), b)).toEqual(['b']);
  });

  it('that may not ask one model may ask the others, and is not left out for what two prompts said', () => {
    fail(4, a, quick, failure('upstream-credential', { upstreamStatus: 403 }));
    expect(order(a, b)).toEqual(['a', 'b']);
    fail(1, a, quick, failure('upstream-credential', { upstreamStatus: 403 }));
    expect(order(a, target('third', 'one'), b)).toEqual(['third', 'b']);
  });

  it('that is refused for one model and taken for another is not what is wrong', () => {
    for (let i = 0; i < 4; i++) {
      fail(1, a, quick, failure('upstream-credential', { upstreamStatus: 401 }));
      health.succeeded(target('third', 'one'));
    }
    expect(order(a, target('third', 'one'), b)).toEqual(['third', 'b']);
  });
});

describe('A target that its provider limits', () => {
  const limited = (retryAfterMs?: number) =>
    failure('rate-limited', retryAfterMs === undefined ? {} : { retryAfterMs });

  it('is not asked before its time, and is not ill', () => {
    fail(50, a, quick, limited(7_000));
    expect(order(a, b)).toEqual(['b']);
    expect(health.stateOf(a)).toMatchObject({ state: 'reserved', untilMs: now + 7_000, failures: 0, errorShare: 0 });
    now += 7_000;
    expect(order(a, b)).toEqual(['a', 'b']);
  });

  it('is not asked even where there is nobody else; the first that is back is told of', () => {
    health.failed(a, limited(7_000), quick);
    health.failed(b, limited(3_000), quick);
    expect(order(a, b)).toEqual([]);
    expect(health.reservedUntil([a, b])).toBe(now + 3_000);
    expect(order(a, b, c)).toEqual(['c']);
    expect(health.reservedUntil([a, b, c])).toBeUndefined();
    now += 3_000;
    expect(order(a, b)).toEqual(['b']);
  });

  it('for a day is asked again after a minute: limits are raised', () => {
    health.failed(a, limited(86_400_000), quick);
    now += 59_999;
    expect(order(a)).toEqual([]);
    expect(health.reservedUntil([a])).toBeGreaterThan(now + 80_000_000);
    now += 1;
    expect(order(a)).toEqual(['a']);
  });

  it('without a word of when gives way for a second, then two, up to half a minute, and is asked where nobody else is', () => {
    const gaps = [1, 2, 4, 8, 16, 30, 30];
    for (const gap of gaps) {
      fail(20, a, quick, limited());
      expect(order(a)).toEqual(['a']);
      now += gap * 1_000 - 1;
      expect(order(a, b)).toEqual(['b']);
      now += 1;
      expect(order(a, b)).toEqual(['a', 'b']);
    }
    health.succeeded(a);
    health.failed(a, limited(), quick);
    now += 1_000;
    expect(order(a, b)).toEqual(['a', 'b']);
  });

  it('is overloaded for the time that it names, and nobody is refused for that', () => {
    health.failed(a, failure('overloaded', { retryAfterMs: 5_000 }), quick);
    expect(order(a, b)).toEqual(['b']);
    expect(order(a)).toEqual(['a']);
    expect(health.reservedUntil([a])).toBeUndefined();
  });
});

describe('Whatever happens', () => {
  const kinds = Object.keys(errorKinds) as ErrorKind[];
  const theirs: readonly ErrorKind[] = ['upstream', 'timeout', 'overloaded', 'upstream-credential', 'rate-limited'];
  const targets = [a, b, c, target('d', 'one')];
  const step = fc.record({
    at: fc.nat({ max: 3 }),
    afterMs: fc.nat({ max: 40_000 }),
    kind: fc.option(fc.constantFrom(...kinds), { nil: undefined }),
    tookMs: fc.constantFrom(quick, slow),
    retryAfterMs: fc.option(fc.nat({ max: 100_000 }), { nil: undefined }),
    asks: fc.boolean(),
  });
  const play = ({
    at,
    afterMs,
    kind,
    tookMs,
    retryAfterMs,
    asks,
  }: typeof step extends fc.Arbitrary<infer S> ? S : never) => {
    now += afterMs;
    if (asks) order(...targets);
    const one = targets[at] ?? a;
    if (kind === undefined) health.succeeded(one);
    else health.failed(one, failure(kind, retryAfterMs === undefined ? {} : { retryAfterMs }), tookMs);
  };
  const fresh = () => {
    health = new Health({ clock: { nowMs: () => now, monotonicMs: () => now }, random: () => chance });
  };

  it('somebody is asked, unless every provider has said when to come back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        fresh();
        for (const each of steps) {
          play(each);
          const asked = order(...targets);
          expect(new Set(asked).size).toBe(asked.length);
          expect(asked.length === 0).toBe(health.reservedUntil(targets) !== undefined);
        }
      }),
    );
  });

  it("callers' own mistakes leave nobody out", () => {
    const mistakes = kinds.filter((kind) => !theirs.includes(kind));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...mistakes), { maxLength: 60 }), (errors) => {
        fresh();
        for (const kind of errors) health.failed(a, failure(kind), quick);
        expect(order(a, b)).toEqual(['a', 'b']);
      }),
    );
  });

  it('what failed at once and is well again has all of its requests within 30 seconds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        fresh();
        for (const each of steps) play({ ...each, at: 0, tookMs: quick, retryAfterMs: undefined, kind: 'upstream' });
        const wellSince = now;
        while (health.stateOf(a).state !== 'up') {
          now += 100;
          if (order(a, b)[0] === 'a') health.succeeded(a);
          expect(now - wellSince).toBeLessThanOrEqual(30_200);
        }
      }),
    );
  });

  it('names that callers make up do not fill the memory', () => {
    fail(5);
    for (let i = 0; i < 5_000; i++) {
      health.failed(target(`made-up-${i}`), failure(), quick);
      health.failed(target(`limited-${i}`), failure('rate-limited', { retryAfterMs: 5_000 }), quick);
    }
    const remembered = Array.from({ length: 5_000 }, (_, i) => health.stateOf(target(`made-up-${i}`)).failures);
    expect(remembered.filter((failures) => failures > 0).length).toBeLessThanOrEqual(2_048);
  });
});
