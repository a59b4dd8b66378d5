import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoutingAsk } from './ask.ts';
import { decide } from './decide.ts';
import { idsOf, nodeOf, orderOf, routeOf, targetOf, usualAsk, worldOf } from './decision.fixture.ts';
import { isNamed } from './filters.ts';
import type { Preferences } from './preferences.ts';

const keeps = targetOf('one/a', {
  price: { input: 1, output: 2 },
  credential: { dataCollection: 'deny', region: 'eu' },
});
const dear = targetOf('two/b', { price: { input: 9, output: 9 }, credential: { region: 'us' } });
const unpriced = targetOf('three/c', { price: null });
const node = nodeOf({ kind: 'fallback' }, [keeps, dear, unpriced]);
const route = routeOf(node);
const wish = (preferences: Preferences, more: Partial<RoutingAsk> = {}) =>
  decide(route, { ...usualAsk, preferences, ...more }, worldOf());

describe('what people forbid', () => {
  it.each<[string, Preferences, readonly string[]]>([
    ['only', { only: ['two'] }, ['two/b']],
    ['ignore', { ignore: ['TWO', 'three/turbo'] }, ['one/a']],
    ['max-price', { maxPrice: { prompt: 2e6 } }, ['one/a']],
    ['max-price', { maxPrice: { completion: 9e6 } }, ['one/a', 'two/b']],
    ['data-collection', { dataCollection: 'deny' }, ['one/a']],
  ])('%s: %j', (filter, preferences, asked) => {
    const decision = wish(preferences);
    expect(idsOf(decision)).toEqual(asked);
    expect(new Set(decision.rejected.map((each) => each.filter))).toEqual(new Set([filter]));
    for (const { why } of decision.rejected) expect(why).not.toBe('');
  });

  it('the caller’s key, and what the operator requires of a route', () => {
    expect(orderOf(route, { mayCall: (id) => id === 'two/b' })).toEqual(['two/b']);
    expect(orderOf({ ...route, requires: { dataCollection: 'deny' } })).toEqual(['one/a']);
    expect(orderOf({ ...route, requires: { regions: ['us', 'ap'] } })).toEqual(['two/b']);
    expect(orderOf({ ...route, requires: { outputPicoUsdMax: 5e6 } })).toEqual(['one/a']);
  });

  it('holds although nobody is left', () => {
    for (const preferences of [{ only: ['nobody'] }, { maxPrice: { request: 0, prompt: 0 } }] as const)
      expect(idsOf(wish(preferences))).toEqual([]);
    expect(orderOf({ ...route, requires: { regions: ['mars'] } })).toEqual([]);
  });

  it('order puts the named first, in its order, and leaves the others behind them', () => {
    expect(idsOf(wish({ order: ['three', 'two'] }))).toEqual(['three/c', 'two/b', 'one/a']);
    expect(idsOf(wish({ order: ['nobody'] }))).toEqual(['one/a', 'two/b', 'three/c']);
  });

  it('no fallbacks: one is asked, and of an order only who is in it', () => {
    expect(idsOf(wish({ allowFallbacks: false }))).toEqual(['one/a']);
    expect(idsOf(wish({ allowFallbacks: false, order: ['two'] }))).toEqual(['two/b']);
    expect(idsOf(wish({ allowFallbacks: false, order: ['nobody'] }))).toEqual([]);
  });

  it('required parameters: who would lose one is left out, and nobody is looked at unless that is asked for', () => {
    const looked: string[] = [];
    const loses: RoutingAsk['loses'] = ({ model }) => {
      looked.push(model.id);
      return model.id === 'one/a' ? 'seed (it has none)' : undefined;
    };
    const decision = wish({ requireParameters: true }, { loses });
    expect(idsOf(decision)).toEqual(['two/b', 'three/c']);
    expect(decision.rejected).toMatchObject([{ filter: 'parameters', why: expect.stringContaining('seed') }]);
    looked.length = 0;
    wish({ sort: 'price' }, { loses });
    expect(looked).toEqual([]);
  });

  it('sort goes over the targets of all parts alike, by what is known', () => {
    const nested = routeOf(nodeOf({ kind: 'fallback' }, [unpriced, nodeOf({ kind: 'fallback' }, [dear, keeps])]));
    const measures = {
      'one/a': { firstTokenMs: 500, tokensPerSecond: 10 },
      'two/b': { firstTokenMs: 50, tokensPerSecond: 20 },
      'three/c': { firstTokenMs: 100, tokensPerSecond: 99 },
    };
    const by = (sort: NonNullable<Preferences['sort']>) =>
      orderOf(nested, { preferences: { sort } }, worldOf({ measures }));
    expect(by('price')).toEqual(['one/a', 'two/b', 'three/c']);
    expect(by('latency')).toEqual(['two/b', 'three/c', 'one/a']);
    expect(by('throughput')).toEqual(['three/c', 'two/b', 'one/a']);
  });

  it('a provider is named by its configured name or its vendor, in whatever case, with whatever variant', () => {
    const names = ['one', 'ONE', 'openai', 'OpenAI/turbo'];
    for (const name of names) expect(isNamed(keeps, [name])).toBe(true);
    expect(isNamed(keeps, ['two', 'on'])).toBe(false);
  });
});

describe('what the catalogue believes', () => {
  const blind = targetOf('one/a', { model: { inputs: ['text'], tools: false, thinks: false, contextTokens: 500 } });
  const able = targetOf('two/b', { model: { inputs: ['text', 'image', 'pdf'], tools: true, contextTokens: 9000 } });
  const unknown = targetOf('three/c', { model: { inputs: [] } });
  const route = routeOf(nodeOf({ kind: 'fallback' }, [blind, able, unknown]));
  const needing = (needs: RoutingAsk['needs'], inputTokens = 100) =>
    decide(route, { ...usualAsk, needs, inputTokens }, worldOf());

  it.each([
    ['tools', { tools: true }],
    ['input', { image: true }],
    ['input', { pdf: true }],
    ['thinking', { thinking: true }],
  ] as const)('%s: %j leaves out who cannot, and keeps who may', (filter, needs) => {
    const decision = needing(needs);
    expect(idsOf(decision)).toEqual(['two/b', 'three/c']);
    expect(decision.rejected.map((each) => each.filter)).toEqual([filter]);
  });

  it('context: whoever is too small is left out', () => {
    expect(idsOf(needing({}, 1000))).toEqual(['two/b', 'three/c']);
    expect(idsOf(needing({}, 10_000))).toEqual(['three/c']);
  });

  it('yields where nobody would be left: the provider knows better', () => {
    const small = routeOf(nodeOf({ kind: 'fallback' }, [blind]));
    const decision = decide(small, { ...usualAsk, needs: { image: true } }, worldOf());
    expect(idsOf(decision)).toEqual(['one/a']);
    expect(decision.rejected).toEqual([]);
  });
});

describe('whatever is wished', () => {
  const names = fc.array(fc.constantFrom('one', 'two', 'three', 'nobody'), { maxLength: 3 });
  const preferences = fc.record(
    {
      order: names,
      only: names,
      ignore: names,
      sort: fc.constantFrom('price' as const, 'latency' as const),
      allowFallbacks: fc.constant(false as const),
      dataCollection: fc.constant('deny' as const),
      maxPrice: fc.record({ prompt: fc.nat({ max: 12e6 }) }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );

  it('nobody who is forbidden is asked, and everybody is asked or rejected with a reason', () => {
    fc.assert(
      fc.property(preferences, fc.subarray(['one/a', 'two/b', 'three/c']), (wished, callable) => {
        const decision = wish(wished, { mayCall: (id) => callable.includes(id) });
        const asked = decision.ranked.map(({ target }) => target);
        for (const target of asked) {
          expect(callable).toContain(target.model.id);
          if (wished.only !== undefined) expect(isNamed(target, wished.only)).toBe(true);
          if (wished.ignore !== undefined) expect(isNamed(target, wished.ignore)).toBe(false);
          if (wished.dataCollection === 'deny') expect(target).toBe(keeps);
          if (wished.maxPrice?.prompt !== undefined)
            expect(Number(target.model.priceAt(0)?.input.base)).toBeLessThanOrEqual(wished.maxPrice.prompt);
        }
        const told = asked.length + decision.rejected.length;
        if (wished.allowFallbacks !== false) expect(told).toBe(3);
        else expect(asked.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
