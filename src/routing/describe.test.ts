import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atCost } from '../catalog/sale.ts';
import type { Credential, Route, Target } from '../snapshot/snapshot.ts';
import type { RouteNode, Strategy } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import { briefDecision } from './brief.ts';
import { type Decision, decide } from './decide.ts';
import { type DescribeFacts, describeDecision } from './describe.ts';
import { CallerHabits } from './habits.ts';
import { unmeasured } from './measures.ts';
import { noPreferences } from './preferences.ts';
import type { World } from './world.ts';

/** Dollars for a million tokens, in and out. */
function targetOf(name: string, input: number, output: number, more: object = {}): Target {
  const rate = (usd: number) => ({ base: BigInt(usd * 1_000_000) });
  const price = { id: 'p', input: rate(input), output: rate(output), cacheRead: rate(input / 10) };
  return {
    credential: { id: 'v', provider: { id: 'v' } as Credential['provider'], baseUrl: '', secret: 'sk-canary' },
    model: { id: `v/${name}`, provider: 'v', name, target: { name }, priceAt: () => price, ...more },
    timeouts: { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 },
  };
}

const ask: RoutingAsk = {
  keyId: 'k',
  inputTokens: 1_000,
  outputTokensMax: 500,
  needs: {},
  preferences: noPreferences,
  mayCall: () => true,
  subjects: { key: 'k', request: 'r' },
  smartInput: () => ({
    lastUserText: 'Prove the Canary conjecture, step by step, and debug `canary()`.',
    ...{ earlierTurns: 0, toolsCount: 0, hasToolResults: false, mediaCount: 0, inputTokensEstimate: 1_000 },
  }),
};

const habits = new CallerHabits();
const world: World = {
  nowMs: 1_000_000,
  random: () => 0.5,
  measuresOf: () => unmeasured,
  stateOf: () => ({ state: 'up' }),
  habitsOf: (key, target) => habits.of(key, target),
};
const facts: DescribeFacts = {
  nowMs: 1_000_000,
  monotonicMs: 50,
  saleOf: () => atCost,
  outputTokensMax: 500,
  askedOf: () => null,
};

function routeOf(strategy: Strategy, targets: readonly Target[]): Route {
  const node: RouteNode = {
    strategy,
    members: targets.map((choice) => ({ name: choice.model.id, weight: 1, choice })),
  };
  return { name: 'main', node, targets };
}

const small = targetOf('small', 1, 2);
const large = targetOf('large', 10, 20);
const decided = (strategy: Strategy, over: Partial<World> = {}, targets = [large, small]): Decision =>
  decide(routeOf(strategy, targets), ask, { ...world, ...over });

describe('a decision', () => {
  it('is told with what each target would cost: the shortest answer, the usual one, and the dearest', () => {
    const told = describeDecision(decided({ kind: 'cheapest' }), facts);
    expect(told.candidates.map(({ target, costUsd }) => [target, costUsd])).toEqual([
      ['v/small', { low: '0.001002', likely: '0.001512', high: '0.002' }],
      ['v/large', { low: '0.01002', likely: '0.01512', high: '0.02' }],
    ]);
  });

  it('is told at the price of the caller', () => {
    const sale = { id: 'twice', markupBasisPoints: 10_000 };
    const told = describeDecision(decided({ kind: 'cheapest' }), { ...facts, saleOf: () => sale });
    expect(told.candidates[0]?.costUsd).toEqual({ low: '0.002004', likely: '0.003024', high: '0.004' });
  });

  it('has no ceiling where nobody limits an answer, and that of the model where it does', () => {
    const bounded = targetOf('bounded', 1, 2, { outputTokensMax: 100, contextTokens: 5_000 });
    const roomy = targetOf('roomy', 1, 2, { contextTokens: 5_000 });
    const decision = decided({ kind: 'fallback' }, {}, [small, bounded, roomy]);
    const told = describeDecision(decision, { ...facts, outputTokensMax: Number.POSITIVE_INFINITY });
    expect(told.candidates.map(({ costUsd }) => costUsd?.high)).toEqual([null, '0.0012', '0.009']);
  });

  it("shows scores, but none that is the provider's price", () => {
    const scores = (strategy: Strategy) =>
      describeDecision(decided(strategy), facts).candidates.map(({ score }) => score);
    expect(scores({ kind: 'cheapest' })).toEqual([null, null]);
    expect(scores({ kind: 'fallback' })).toEqual([null, null]);
    const [best, next] = scores({
      kind: 'balanced',
      weights: { price: 1, latency: 1, reliability: 1, throughput: 1 },
    });
    expect(best).toBe(1);
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThan(1);
  });

  it('says when a target comes back by the clock on the wall', () => {
    const stateOf = () => ({ state: 'ejected' as const, untilMs: 2_050 });
    const [first] = describeDecision(decided({ kind: 'fallback' }, { stateOf }), facts).candidates;
    expect([first?.state, first?.until]).toEqual(['ejected', new Date(1_002_000).toISOString()]);
  });

  it('says what a cache is worth to its caller', () => {
    const held = { target: small, cachedTokens: 900 };
    const { sticky } = describeDecision(decided({ kind: 'cheapest' }, { held }), facts);
    // 900 tokens at a tenth of a dollar for a million instead of one.
    expect(sticky).toEqual({ target: 'v/small', kept: true, why: null, cachedTokens: 900, cacheWorthUsd: '0.00081' });
  });

  it('explains a score of the prompt without a word of it, and never a secret', () => {
    const decision = decided({ kind: 'smart', rules: [] });
    const told = describeDecision(decision, facts);
    expect(told.smart?.reasons.length).toBeGreaterThan(0);
    expect(JSON.stringify([told, briefDecision(decision)])).not.toMatch(/canary/i);
  });

  it('is bounded, whatever the route', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 200 }), (able, unable) => {
        const name = (i: number) => `${i}-${'x'.repeat(250)}`;
        const targets = [
          ...Array.from({ length: able }, (_, i) => targetOf(name(i), 1, 2)),
          ...Array.from({ length: unable }, (_, i) => targetOf(name(1000 + i), 1, 2, { contextTokens: 1 })),
        ];
        const decision = decided({ kind: 'cheapest' }, {}, targets);
        const told = describeDecision(decision, facts);
        expect([told.candidatesCount, told.rejectedCount]).toEqual([able, unable]);
        expect(JSON.stringify(told).length).toBeLessThan(64 * 1024);
        expect(JSON.stringify(briefDecision(decision)).length).toBeLessThan(8 * 1024);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a brief decision', () => {
  it('has the order, the scores, who was left out and why, in few bytes', () => {
    const tiny = targetOf('tiny', 0.1, 0.2, { contextTokens: 10 });
    const weights = { price: 1, latency: 0, reliability: 0, throughput: 0 };
    const brief = briefDecision(decided({ kind: 'balanced', weights }, {}, [large, tiny, small]));
    expect(brief).toEqual({
      route: 'main',
      strategy: 'balanced',
      ranked: ['v/small', 'v/large'],
      scores: [1, 0.1],
      rejected: [{ target: 'v/tiny', filter: 'context' }],
    });
    expect(JSON.stringify(brief).length).toBeLessThan(200);
  });

  it('keeps a cost apart from scores, for whoever may see it', () => {
    expect(briefDecision(decided({ kind: 'cheapest' }))).toEqual({
      route: 'main',
      strategy: 'cheapest',
      ranked: ['v/small', 'v/large'],
      costsNanoUsd: [1_512_000, 15_120_000],
    });
  });

  it('says of a cache whose it was and what it was worth', () => {
    const held = { target: large, cachedTokens: 900 };
    const { sticky } = briefDecision(decided({ kind: 'cheapest' }, { held }));
    expect(sticky).toEqual({
      ...{ target: 'v/large', kept: false, why: 'dearer than what its cache saves', cachedTokens: 900 },
      cacheWorthNanoUsd: 8_100_000,
    });
  });
});
