import { describe, expect, it } from 'vitest';
import type { Strategy } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import { decide } from './decide.ts';
import { idsOf, nodeOf, routeOf, targetOf, usualAsk, type WorldFacts, worldOf } from './decision.fixture.ts';

const price = { input: 2, output: 2, cacheRead: 0.2 };
const holder = targetOf('one/a', { price });
const other = targetOf('two/b', { price: { input: 1.5, output: 2, cacheRead: 0.15 } });
const cheap = targetOf('three/c', { price: { input: 0.05, output: 0.05 } });
const held = { target: holder, cachedTokens: 900 };
const at = (
  kind: 'fallback' | 'fastest',
  targets = [other, holder],
  facts: WorldFacts = {},
  ask: Partial<RoutingAsk> = {},
) => decide(routeOf(nodeOf({ kind }, targets), { explore: 0 }), { ...usualAsk, ...ask }, worldOf({ held, ...facts }));

describe('a conversation', () => {
  it('returns to who holds its prompt, and the decision says what that saves', () => {
    const decision = at('fallback');
    expect(idsOf(decision)).toEqual(['one/a', 'two/b']);
    // 900 tokens at $0.2 instead of $2 for a million.
    expect(decision.sticky).toMatchObject({ target: 'one/a', kept: true, cacheWorthNanoUsd: 1_620_000 });
  });

  it('leaves where another is cheaper even without its cache', () => {
    const decision = at('fallback', [cheap, holder]);
    expect(idsOf(decision)).toEqual(['three/c', 'one/a']);
    expect(decision.sticky).toMatchObject({ kept: false, why: 'dearer than what its cache saves' });
  });

  it('leaves who is ill, and says what is lost', () => {
    for (const state of ['ejected', 'reserved'] as const) {
      const decision = at('fallback', undefined, { states: { 'one/a': state } });
      expect(idsOf(decision)).toEqual(['two/b', 'one/a']);
      expect(decision.sticky).toMatchObject({ kept: false, why: 'ill', cacheWorthNanoUsd: 1_620_000 });
    }
  });

  it('leaves who is no target of its route any more, or whom its caller may not ask', () => {
    expect(at('fallback', [other]).sticky).toMatchObject({ kept: false, why: 'not a target now' });
    const forbidden = at('fallback', undefined, {}, { preferences: { ignore: ['one'] } });
    expect([idsOf(forbidden), forbidden.sticky?.why]).toEqual([['two/b'], 'not a target now']);
  });

  it('goes where its caller says: an order or a sort stands above its cache', () => {
    expect(idsOf(at('fallback', undefined, {}, { preferences: { order: ['two'] } }))[0]).toBe('two/b');
    const sorted = at(
      'fallback',
      undefined,
      { measures: { 'two/b': { firstTokenMs: 1 } } },
      { preferences: { sort: 'latency' } },
    );
    expect([idsOf(sorted)[0], sorted.sticky]).toEqual(['two/b', undefined]);
  });

  it('goes back to where it was before a failure, while what is kept there makes that cheaper', () => {
    const earlier = [{ target: holder, cachedTokens: 900 }];
    const moved = { target: other, cachedTokens: 950, earlier };
    const back = targetOf('one/a', { price: { input: 2, output: 1, cacheRead: 0.01 } });
    const route = routeOf(nodeOf({ kind: 'cheapest' }, [other, back]));
    expect(idsOf(decide(route, usualAsk, worldOf({ held: moved })))[0]).toBe('one/a');
    expect(idsOf(decide(route, usualAsk, worldOf({ held: { ...moved, earlier: [] } })))[0]).toBe('two/b');
  });

  it('is dealt as any other where its route has no return, or nobody holds anything of it', () => {
    const off = routeOf(nodeOf({ kind: 'fallback' }, [other, holder]), { sticky: 'off' });
    expect(decide(off, usualAsk, worldOf({ held })).sticky).toBeUndefined();
    expect(at('fallback', undefined, { held: { target: holder, cachedTokens: 0 } }).sticky).toBeUndefined();
  });

  it('waits at most twice as long for its cache on a route for the fastest', () => {
    const measures = (firstTokenMs: number) => ({
      'one/a': { firstTokenMs, tokensPerSecond: 1000, samples: 9 },
      'two/b': { firstTokenMs: 500, tokensPerSecond: 1000, samples: 9 },
    });
    expect(idsOf(at('fastest', undefined, { measures: measures(900) }))[0]).toBe('one/a');
    const slow = at('fastest', undefined, { measures: measures(5000) });
    expect([idsOf(slow)[0], slow.sticky?.why]).toEqual(['two/b', 'much slower than another']);
  });

  it('is weighed with its cache where its route weighs the price', () => {
    const strategy: Strategy = { kind: 'balanced', weights: { price: 1, latency: 1, reliability: 1, throughput: 0 } };
    const route = routeOf(nodeOf(strategy, [other, holder]), { explore: 0 });
    const of = (firstTokenMs: number) => {
      const measures = { 'one/a': { firstTokenMs, samples: 9 }, 'two/b': { firstTokenMs: 500, samples: 9 } };
      return decide(route, usualAsk, worldOf({ held, measures }));
    };
    expect([idsOf(of(600))[0], of(600).sticky?.kept]).toEqual(['one/a', true]);
    expect([idsOf(of(20_000))[0], of(20_000).sticky?.why]).toEqual(['two/b', 'outweighed by another']);
  });
});

describe('a conversation that somebody has sealed', () => {
  const opens: RoutingAsk['opens'] = ({ model }) => model.id === 'three/c';

  it('goes to who can open it, before any strategy, cache or look at others', () => {
    const route = routeOf(nodeOf({ kind: 'fastest' }, [other, holder, cheap]), { explore: 1 });
    const decision = decide(route, { ...usualAsk, opens }, worldOf({ held, random: () => 0 }));
    expect(idsOf(decision)[0]).toBe('three/c');
    expect(decision.explored).toBeUndefined();
    expect(decision.sticky).toMatchObject({ kept: false, why: 'cannot open what another has sealed' });
  });

  it('goes elsewhere where those are ill, or where its caller says so', () => {
    const route = routeOf(nodeOf({ kind: 'fallback' }, [other, cheap]));
    const ill = worldOf({ states: { 'three/c': 'ejected' } });
    expect(idsOf(decide(route, { ...usualAsk, opens }, ill))).toEqual(['two/b', 'three/c']);
    const order = { preferences: { order: ['two'] } };
    expect(idsOf(decide(route, { ...usualAsk, opens, ...order }, worldOf()))[0]).toBe('two/b');
  });
});
