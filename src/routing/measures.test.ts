import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FadingHistogram } from './fading-histogram.ts';
import { Measures } from './measures.ts';

const named = (model: string, credential = 'one') => ({ credential: { id: credential }, model: { id: model } });
const fast = named('fast');

function measured() {
  const time = { now: 1_000 };
  return { time, measures: new Measures(() => time.now) };
}

describe('What is known of a target', () => {
  it('is nothing at first, and that is nothing against it', () => {
    const { measures } = measured();
    expect(measures.of(fast)).toEqual({ successShare: 1, samples: 0, inFlight: 0, lastAt: 0 });
  });

  it('are the means of its answers', () => {
    const { measures } = measured();
    measures.observe(fast, { firstTokenMs: 100, totalMs: 1100, outputTokens: 50, ok: true });
    measures.observe(fast, { firstTokenMs: 300, totalMs: 1300, outputTokens: 150, ok: true });
    const known = measures.of(fast);
    expect(known.firstTokenMs).toBe(200);
    expect(known.totalMs).toBe(1200);
    expect(known.tokensPerSecond).toBe(100);
    expect(known.samples).toBe(2);
    expect(known.successShare).toBe(1);
    expect(known.lastAt).toBe(1_000);
  });

  it('is its own: the same model at another credential is another target', () => {
    const { measures } = measured();
    measures.observe(fast, { totalMs: 10, ok: false });
    expect(measures.of(named('fast', 'two')).samples).toBe(0);
    expect(measures.of(fast).samples).toBe(1);
  });

  it('takes the speed of answers in one piece without the wait that streams have shown', () => {
    const { measures } = measured();
    measures.observe(fast, { firstTokenMs: 500, totalMs: 500, ok: true });
    measures.observe(fast, { totalMs: 1500, outputTokens: 100, ok: true });
    expect(measures.of(fast).tokensPerSecond).toBe(100);
  });

  it('changes by half within a minute', () => {
    const { time, measures } = measured();
    measures.observe(fast, { firstTokenMs: 100, totalMs: 200, ok: true });
    time.now += 60_000;
    expect(measures.of(fast).samples).toBe(0.5);
    measures.observe(fast, { firstTokenMs: 400, totalMs: 500, ok: false });
    expect(measures.of(fast).firstTokenMs).toBe(300);
    expect(measures.of(fast).successShare).toBeCloseTo(1.5 / 2.5, 9);
  });

  it('is forgiven with time: failures of an hour ago say nothing', () => {
    const { time, measures } = measured();
    for (let i = 0; i < 1_000; i++) measures.observe(fast, { totalMs: 10, ok: false });
    expect(measures.of(fast).successShare).toBeLessThan(0.01);
    time.now += 3_600_000;
    expect(measures.of(fast).successShare).toBeGreaterThan(0.999);
  });

  it('counts what is under way, and a caller who hung up teaches nothing', () => {
    const { measures } = measured();
    measures.begin(fast);
    measures.begin(fast);
    expect(measures.of(fast).inFlight).toBe(2);
    measures.left(fast);
    measures.observe(fast, { totalMs: 10, ok: true });
    expect(measures.of(fast).inFlight).toBe(0);
    expect(measures.of(fast).samples).toBe(1);
    measures.left(fast);
    expect(measures.of(fast).inFlight).toBe(0);
  });
});

describe('Names that callers make up', () => {
  it('do not fill the memory, nor push out a target that is used', () => {
    const { measures } = measured();
    for (let i = 0; i < 10; i++) measures.observe(fast, { totalMs: 10, ok: true });
    const busy = named('busy');
    measures.begin(busy);
    for (let i = 0; i < 5_000; i++) measures.observe(named(`made-up-${i}`), { totalMs: 10, ok: false });
    expect(measures.of(fast).samples).toBe(10);
    expect(measures.of(busy).inFlight).toBe(1);
    const remembered = Array.from({ length: 5_000 }, (_, i) => measures.of(named(`made-up-${i}`)).samples);
    expect(remembered.filter((samples) => samples > 0).length).toBeLessThanOrEqual(2_048);
  });

  it('are forgotten first when nobody uses them any more', () => {
    const { time, measures } = measured();
    for (let i = 0; i < 2_048; i++) measures.observe(named(`old-${i}`), { totalMs: 10, ok: true });
    time.now += 3_600_000;
    measures.observe(fast, { totalMs: 10, ok: true });
    measures.observe(named('other'), { totalMs: 10, ok: true });
    expect(measures.of(named('old-7')).lastAt).toBe(0);
    expect(measures.of(fast).samples).toBe(1);
  });
});

describe('Whatever is observed', () => {
  const observation = fc.record({
    afterMs: fc.integer({ min: 0, max: 600_000 }),
    firstTokenMs: fc.option(fc.integer({ min: 0, max: 700_000 }), { nil: undefined }),
    moreMs: fc.integer({ min: 0, max: 700_000 }),
    outputTokens: fc.option(fc.integer({ min: 0, max: 1e6 }), { nil: undefined }),
    ok: fc.boolean(),
  });

  it('means stay between the least and the most that was seen, and shares between 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 50 }), (seen) => {
        const { time, measures } = measured();
        for (const { afterMs, moreMs, ...rest } of seen) {
          time.now += afterMs;
          measures.observe(fast, { ...rest, totalMs: (rest.firstTokenMs ?? 0) + moreMs });
        }
        const known = measures.of(fast);
        const firsts = seen.map((each) => each.firstTokenMs).filter((each) => each !== undefined);
        if (known.firstTokenMs !== undefined) {
          expect(known.firstTokenMs).toBeGreaterThanOrEqual(Math.min(...firsts) - 1e-6);
          expect(known.firstTokenMs).toBeLessThanOrEqual(Math.max(...firsts) + 1e-6);
        }
        expect(known.successShare).toBeGreaterThanOrEqual(0);
        expect(known.successShare).toBeLessThanOrEqual(1);
        expect(known.samples).toBeLessThanOrEqual(seen.length);
        if (known.tokensPerSecond !== undefined) expect(known.tokensPerSecond).toBeGreaterThan(0);
        const { firstTokenP50Ms: half = 0, firstTokenP90Ms: most = 0 } = known;
        expect(half).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('several targets together are as one that had all of their answers', () => {
    const answer = fc.record({
      of: fc.constantFrom('a', 'b', 'c'),
      firstTokenMs: fc.integer({ min: 1, max: 1_000 }),
      moreMs: fc.integer({ min: 1, max: 1_000 }),
      outputTokens: fc.integer({ min: 1, max: 100 }),
      ok: fc.boolean(),
      thenMs: fc.integer({ min: 0, max: 30_000 }),
    });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 30 }), (answers) => {
        const { time, measures } = measured();
        const one = named('all', 'other');
        for (const { of, moreMs, thenMs, ...seen } of answers) {
          const observation = { ...seen, totalMs: seen.firstTokenMs + moreMs };
          measures.observe(named(of), observation);
          measures.observe(one, observation);
          time.now += thenMs;
        }
        const all = [...measures.known()].filter(({ credential }) => credential.id === 'one');
        const together = measures.together(all);
        const expected = measures.of(one);
        for (const figure of ['samples', 'successShare', 'firstTokenMs', 'totalMs', 'tokensPerSecond'] as const) {
          if (expected[figure] === undefined) expect(together[figure]).toBeUndefined();
          else expect(together[figure]).toBeCloseTo(expected[figure], 6);
        }
      }),
    );
  });

  it('quantiles of several targets are those of all of their answers', () => {
    const { measures } = measured();
    for (let i = 0; i < 3; i++) measures.observe(named('a'), { firstTokenMs: 10, totalMs: 20, ok: true });
    measures.observe(named('b'), { firstTokenMs: 1_000, totalMs: 2_000, ok: true });
    const { firstTokenP50Ms = 0, firstTokenP90Ms = 0 } = measures.together([named('a'), named('b')]);
    expect([firstTokenP50Ms < 13, firstTokenP90Ms >= 1_000]).toEqual([true, true]);
  });

  it('a quantile is at most a quarter above the true one, and never below it', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 900_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.9), (values, share) => {
        const histogram = new FadingHistogram();
        for (const value of values) histogram.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        const truth = sorted[Math.ceil(values.length * share) - 1] ?? 0;
        const said = histogram.quantile(share) ?? 0;
        expect(said).toBeGreaterThanOrEqual(truth * 0.999_999);
        expect(said).toBeLessThanOrEqual(truth * 1.250_001);
      }),
    );
  });
});
