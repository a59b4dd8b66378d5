import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../bench/routing/chance.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { RouteNode, Strategy } from '../snapshot/strategy.ts';
import { decide } from './decide.ts';
import { idsOf, nodeOf, orderOf, routeOf, targetOf, usualAsk, worldOf } from './decision.fixture.ts';

const a = targetOf('one/a');
const b = targetOf('two/b');
const c = targetOf('three/c');
const balanced: Strategy = { kind: 'balanced', weights: { price: 1, latency: 1, reliability: 2, throughput: 0.5 } };

describe('fallback', () => {
  it('asks as listed', () => {
    expect(orderOf(routeOf(nodeOf({ kind: 'fallback' }, [b, a, c])))).toEqual(['two/b', 'one/a', 'three/c']);
  });

  it('asks whoever is ill last, and keeps the order of the ill', () => {
    const world = worldOf({ states: { 'one/a': 'ejected', 'two/b': 'reserved' } });
    const route = routeOf(nodeOf({ kind: 'fallback' }, [a, b, c]));
    expect(orderOf(route, {}, world)).toEqual(['three/c', 'one/a', 'two/b']);
  });
});

describe('weighted', () => {
  it('puts each first in proportion to its weight, and asks all of them', () => {
    const random = chanceOf(7);
    const route = routeOf(nodeOf({ kind: 'weighted' }, [a, b, c], [1, 2, 7]));
    const firsts = new Map<string, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const order = orderOf(route, {}, worldOf({ random }));
      expect(order.toSorted()).toEqual(['one/a', 'three/c', 'two/b']);
      firsts.set(order[0] as string, (firsts.get(order[0] as string) ?? 0) + 1);
    }
    // Six standard deviations of a share of 0.2 are 0.017.
    expect((firsts.get('one/a') ?? 0) / draws).toBeCloseTo(0.1, 1.5);
    expect((firsts.get('two/b') ?? 0) / draws).toBeCloseTo(0.2, 1.5);
    expect((firsts.get('three/c') ?? 0) / draws).toBeCloseTo(0.7, 1.5);
  });
});

describe('cheapest', () => {
  const inputDear = targetOf('one/a', { price: { input: 3, output: 1 } });
  const outputDear = targetOf('two/b', { price: { input: 1, output: 4 } });
  const route = routeOf(nodeOf({ kind: 'cheapest' }, [inputDear, outputDear]));

  it('goes by the mix of this caller: long answers are dear where output is', () => {
    const long = worldOf({ habits: { 'one/a': { outputTokens: 5000 }, 'two/b': { outputTokens: 5000 } } });
    expect(orderOf(route)).toEqual(['two/b', 'one/a']);
    expect(orderOf(route, {}, long)).toEqual(['one/a', 'two/b']);
  });

  it('expects no longer answer than the request allows', () => {
    const long = worldOf({ habits: { 'one/a': { outputTokens: 5000 }, 'two/b': { outputTokens: 5000 } } });
    expect(orderOf(route, { outputTokensMax: 10 }, long)).toEqual(['two/b', 'one/a']);
  });

  it('goes by what the caller’s prompts find in a cache', () => {
    const caching = targetOf('one/a', { price: { input: 2, output: 2, cacheRead: 0.1 } });
    const plain = targetOf('two/b', { price: { input: 1, output: 2 } });
    const choices = routeOf(nodeOf({ kind: 'cheapest' }, [plain, caching]));
    expect(orderOf(choices)[0]).toBe('two/b');
    const shared = worldOf({ habits: { 'one/a': { sharedTokens: 900 } } });
    expect(orderOf(choices, {}, shared)[0]).toBe('one/a');
  });

  it('goes by how many tokens a target makes of the same text', () => {
    const wordy = worldOf({ habits: { 'one/a': { tokensPerEstimated: 1.2 } } });
    expect(orderOf(routeOf(nodeOf({ kind: 'cheapest' }, [a, b])), {}, wordy)).toEqual(['two/b', 'one/a']);
  });

  it('asks whoever has no price last', () => {
    const free = targetOf('one/a', { price: null });
    expect(orderOf(routeOf(nodeOf({ kind: 'cheapest' }, [free, b])))).toEqual(['two/b', 'one/a']);
  });

  it('follows a tier of prices that begins at a length', () => {
    const tiered = {
      ...targetOf('one/a').model,
      priceAt: () => ({
        id: 't',
        input: { base: 500_000n, tiers: [{ fromInputTokens: 2000, rate: 9_000_000n }] },
        output: { base: 1n },
      }),
    };
    const choices = routeOf(nodeOf({ kind: 'cheapest' }, [targetOf('one/a', { model: tiered }), b]));
    expect(orderOf(choices)[0]).toBe('one/a');
    expect(orderOf(choices, { inputTokens: 3000 })[0]).toBe('two/b');
  });
});

describe('fastest and reliable', () => {
  it('fastest counts the first token and the rest of the answer', () => {
    const route = routeOf(nodeOf({ kind: 'fastest' }, [a, b]), { explore: 0 });
    const measures = {
      'one/a': { firstTokenMs: 100, tokensPerSecond: 10, samples: 9 },
      'two/b': { firstTokenMs: 2000, tokensPerSecond: 200, samples: 9 },
    };
    const short = { 'one/a': { outputTokens: 5 }, 'two/b': { outputTokens: 5 } };
    expect(orderOf(route, {}, worldOf({ measures }))).toEqual(['two/b', 'one/a']);
    expect(orderOf(route, {}, worldOf({ measures, habits: short }))).toEqual(['one/a', 'two/b']);
  });

  it('reliable goes by the share of successes, and by the list where that is as good as equal', () => {
    const route = routeOf(nodeOf({ kind: 'reliable' }, [a, b, c]), { explore: 0 });
    const measures = {
      'one/a': { successShare: 0.8, samples: 100 },
      'two/b': { successShare: 0.999, samples: 100 },
      'three/c': { successShare: 1, samples: 100 },
    };
    expect(orderOf(route, {}, worldOf({ measures }))).toEqual(['two/b', 'three/c', 'one/a']);
  });

  it('reliable is not ruined by one failure, nor made by one success', () => {
    const route = routeOf(nodeOf({ kind: 'reliable' }, [a, b]), { explore: 0 });
    const measures = { 'one/a': { successShare: 0.99, samples: 1000 }, 'two/b': { successShare: 0.5, samples: 1 } };
    expect(orderOf(route, {}, worldOf({ measures }))[0]).toBe('one/a');
  });
});

describe('balanced', () => {
  const figure = fc.record({
    input: fc.double({ min: 0.01, max: 50, noNaN: true }),
    firstTokenMs: fc.integer({ min: 20, max: 20_000 }),
    tokensPerSecond: fc.integer({ min: 5, max: 2000 }),
    successShare: fc.double({ min: 0.2, max: 1, noNaN: true }),
  });

  it('puts a target that is better in everything before one that is worse in everything', () => {
    const better = fc.record({
      price: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      time: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      failures: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    });
    const weight = fc.double({ min: 0.01, max: 10, noNaN: true });
    const weights = fc.record({ price: weight, latency: weight, reliability: weight, throughput: weight });
    fc.assert(
      fc.property(figure, better, weights, fc.array(figure, { maxLength: 4 }), (worse, than, weighed, others) => {
        const good = {
          input: worse.input * than.price,
          firstTokenMs: worse.firstTokenMs * than.time,
          tokensPerSecond: worse.tokensPerSecond / than.time,
          successShare: 1 - (1 - worse.successShare) * than.failures,
        };
        const figures = [worse, ...others, good];
        const targets = figures.map(({ input }, i) =>
          targetOf(`p${i}/m`, { price: { input: Number((input + 0.0001).toFixed(6)), output: 0 } }),
        );
        const measures = Object.fromEntries(
          figures.map(({ input: _, ...rest }, i) => [`p${i}/m`, { ...rest, samples: 1000 }]),
        );
        const route = routeOf(nodeOf({ kind: 'balanced', weights: weighed }, targets), { explore: 0 });
        const order = orderOf(route, {}, worldOf({ measures }));
        expect(order.indexOf(`p${figures.length - 1}/m`)).toBeLessThan(order.indexOf('p0/m'));
      }),
    );
  });

  it('compares those that cost something where one costs nothing', () => {
    const free = targetOf('one/a', { price: { input: 0, output: 0 } });
    const cheap = targetOf('two/b', { price: { input: 1, output: 1 } });
    const dear = targetOf('three/c', { price: { input: 9, output: 9 } });
    const route = routeOf(nodeOf(balanced, [dear, cheap, free]), { explore: 0 });
    expect(orderOf(route)).toEqual(['one/a', 'two/b', 'three/c']);
  });

  it('leaves a cheap target that has become forty times as slow', () => {
    const cheap = targetOf('one/a', { price: { input: 0.1, output: 0.4 } });
    const dear = targetOf('two/b', { price: { input: 0.3, output: 2.5 } });
    const route = routeOf(nodeOf(balanced, [cheap, dear]), { explore: 0 });
    const usual = { tokensPerSecond: 200, samples: 50, successShare: 1 };
    const well = { 'one/a': { ...usual, firstTokenMs: 350 }, 'two/b': { ...usual, firstTokenMs: 320 } };
    expect(orderOf(route, {}, worldOf({ measures: well }))[0]).toBe('one/a');
    const slow = { ...well, 'one/a': { ...usual, firstTokenMs: 12_000 } };
    expect(orderOf(route, {}, worldOf({ measures: slow }))[0]).toBe('two/b');
  });

  it('puts one without a price behind one that has one', () => {
    const route = routeOf(nodeOf(balanced, [targetOf('one/a', { price: null }), b]), { explore: 0 });
    expect(orderOf(route)).toEqual(['two/b', 'one/a']);
  });
});

describe('smart', () => {
  const input = usualAsk.smartInput();
  const rules = [
    { when: { contains: ['refund'] }, use: 'strong' as const },
    { when: { tools: true }, use: 'cheap' as const },
  ];

  it('a rule decides before any score; the tier above is asked before the one below', () => {
    const route = routeOf(nodeOf({ kind: 'smart', rules, thresholds: [0.5, 0.9] }, [a, b, c]));
    const asked = (more: object) =>
      decide(route, { ...usualAsk, smartInput: () => ({ ...input, ...more }) }, worldOf());
    expect(idsOf(asked({ lastUserText: 'I want my REFUND' }))).toEqual(['three/c', 'two/b', 'one/a']);
    expect(asked({ lastUserText: 'I want my refund' }).smart).toMatchObject({ tier: 2, rule: 0 });
    expect(idsOf(asked({ toolsCount: 3 }))).toEqual(['one/a', 'two/b', 'three/c']);
  });

  it('thresholds divide tiers: above all of them it is the strongest, below all the cheapest', () => {
    const at = (thresholds: readonly number[]) =>
      orderOf(routeOf(nodeOf({ kind: 'smart', rules: [], thresholds }, [a, b, c])));
    expect(at([0, 0])[0]).toBe('three/c');
    expect(at([1, 1])[0]).toBe('one/a');
    expect(at([0, 1])).toEqual(['two/b', 'three/c', 'one/a']);
  });
});

describe('split', () => {
  const route = routeOf(nodeOf({ kind: 'split', by: 'user' }, [a, b], [3, 1]));
  const asked = (user: string | undefined, request = 'x', name = 'r') =>
    decide(
      { ...route, name },
      { ...usualAsk, subjects: { key: 'key', request, ...(user !== undefined && { user }) } },
      worldOf(),
    );

  it('keeps each user with one arm, says which, and asks the other only after it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (user, one, two) => {
        const decision = asked(user, one);
        expect(asked(user, two).arm).toBe(decision.arm);
        expect(idsOf(decision)).toHaveLength(2);
        expect(decision.arm).toBe(idsOf(decision)[0]);
      }),
    );
  });

  it('deals in proportion to the weights', () => {
    const users = Array.from({ length: 20_000 }, (_, i) => asked(`user ${i}`).arm);
    expect(users.filter((arm) => arm === 'one/a').length / users.length).toBeCloseTo(0.75, 1.5);
  });

  it('deals another experiment independently, and a request without a user by itself', () => {
    const users = Array.from({ length: 4000 }, (_, i) => `user ${i}`);
    const same = users.filter((user) => asked(user, 'x', 'r').arm === asked(user, 'x', 'other').arm).length;
    // Independent: 0.75 x 0.75 + 0.25 x 0.25.
    expect(same / users.length).toBeCloseTo(0.625, 1.3);
    const requests = new Set(users.map((request) => asked(undefined, request).arm));
    expect(requests.size).toBe(2);
  });
});

describe('nested parts', () => {
  it('order their own, and stand as one among the others', () => {
    const cheap = targetOf('four/d', { price: { input: 0.1, output: 0.1 } });
    const part = nodeOf({ kind: 'cheapest' }, [a, cheap]);
    const route = routeOf(nodeOf({ kind: 'fallback' }, [b, part, c]));
    expect(orderOf(route)).toEqual(['two/b', 'four/d', 'one/a', 'three/c']);
  });

  it('a target at several places is asked once, at its first', () => {
    const route = routeOf(nodeOf({ kind: 'fallback' }, [nodeOf({ kind: 'fallback' }, [a, b]), c, { ...a }]));
    expect(orderOf(route)).toEqual(['one/a', 'two/b', 'three/c']);
  });

  it('a part of which nobody may be asked is passed over', () => {
    const part = nodeOf({ kind: 'cheapest' }, [a, b]);
    const route = routeOf(nodeOf({ kind: 'weighted' }, [part, c]));
    expect(orderOf(route, { mayCall: (id) => id === 'three/c' })).toEqual(['three/c']);
  });
});

describe('exploration', () => {
  it('shows another target its share of requests, and nobody who is ill', () => {
    const random = chanceOf(3);
    const route = routeOf(nodeOf({ kind: 'fastest' }, [a, b, c]), { explore: 0.1 });
    const measures = { 'one/a': { firstTokenMs: 10, samples: 100 }, 'two/b': { samples: 5 } };
    const world = worldOf({ measures, states: { 'three/c': 'ejected' }, random });
    const firsts = Array.from({ length: 5000 }, () => decide(route, usualAsk, world));
    const explored = firsts.filter(({ explored }) => explored);
    expect(explored.length / firsts.length).toBeCloseTo(0.1, 1.5);
    expect(new Set(explored.map((decision) => idsOf(decision)[0]))).toEqual(new Set(['two/b']));
  });

  it('is 2 % for strategies that measure, and nothing for those that do not', () => {
    const always = () => 0;
    const at = (kind: 'fastest' | 'fallback', random: () => number) =>
      decide(routeOf(nodeOf({ kind }, [a, b])), usualAsk, worldOf({ random })).explored;
    expect(at('fastest', () => 0.0199)).toBe(true);
    expect(at('fastest', () => 0.0201)).toBeUndefined();
    expect(at('fallback', always)).toBeUndefined();
  });
});

describe('whatever is asked of whatever route', () => {
  const strategies: readonly Strategy[] = [
    { kind: 'fallback' },
    { kind: 'weighted' },
    { kind: 'cheapest' },
    { kind: 'fastest' },
    { kind: 'reliable' },
    balanced,
    { kind: 'smart', rules: [] },
    { kind: 'split', by: 'request' },
  ];
  const { node: tree } = fc.letrec<{ node: RouteNode; choice: Target | RouteNode }>((tie) => ({
    node: fc
      .tuple(fc.constantFrom(...strategies), fc.array(tie('choice'), { minLength: 1, maxLength: 4 }))
      .map(([strategy, choices]) => nodeOf(strategy, choices)),
    choice: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constantFrom(a, b, c), tie('node')),
  }));

  it('every target that may be asked is asked exactly once, and no other', () => {
    fc.assert(
      fc.property(tree, fc.subarray(['one/a', 'two/b', 'three/c']), fc.nat(), (node, allowed, seed) => {
        const route = routeOf(node);
        const world = worldOf({ random: chanceOf(seed) });
        const order = orderOf(route, { mayCall: (id) => allowed.includes(id) }, world);
        const all = route.targets.map(({ model }) => model.id);
        expect(order.toSorted()).toEqual(all.filter((id) => allowed.includes(id)).toSorted());
      }),
    );
  });
});
