import { describe, expect, it } from 'vitest';
import { isNode } from '../snapshot/strategy.ts';
import { type CompileTools, compileRoute } from './compile.ts';
import { orderOf, targetOf } from './decision.fixture.ts';
import { type RouteDefinition, routeDefinition } from './definition.ts';

const timeouts = { connectMs: 1, firstTokenMs: 2, wholeMs: 3, idleMs: 4, totalMs: 5 };

/** As an operator writes it; throws where that is no route. */
const written = (definition: object): RouteDefinition => routeDefinition.parse(definition);

function compile(definition: object, others: Readonly<Record<string, object>> = {}) {
  const tools: CompileTools = {
    find: (id) => (id.endsWith('/missing') ? undefined : targetOf(id)),
    route: (name) => (others[name] === undefined ? undefined : written(others[name])),
    timeouts,
  };
  return compileRoute('main', written(definition), tools);
}

function compiled(definition: object, others?: Readonly<Record<string, object>>) {
  const { route, mistakes } = compile(definition, others);
  expect(mistakes).toEqual([]);
  if (route === undefined) throw new Error('neither a route nor a mistake');
  return route;
}

describe('a route as it is written', () => {
  it('is its targets in order, each once, and its strategy', () => {
    const route = compiled({ strategy: 'weighted', targets: ['a/x', { model: 'b/y', weight: 3 }, 'a/x'] });
    expect(route.targets.map(({ model }) => model.id)).toEqual(['a/x', 'b/y']);
    expect(route.node?.members.map(({ name, weight }) => [name, weight])).toEqual([
      ['a/x', 1],
      ['b/y', 3],
      ['a/x', 1],
    ]);
    expect(orderOf(compiled({ targets: ['b/y', 'a/x'] }))).toEqual(['b/y', 'a/x']);
  });

  it('has parts and other routes, which keep their own strategies', () => {
    const route = compiled(
      {
        targets: [
          { route: 'small', weight: 2 },
          { strategy: 'split', splitBy: 'key', name: 'rest', targets: ['c/z'] },
        ],
      },
      { small: { strategy: 'cheapest', targets: ['a/x', 'b/y'] } },
    );
    const [small, rest] = route.node?.members ?? [];
    expect(small).toMatchObject({ name: 'small', weight: 2, choice: { strategy: { kind: 'cheapest' } } });
    expect(rest).toMatchObject({ name: 'rest', choice: { strategy: { kind: 'split', by: 'key' } } });
    expect(route.targets.map(({ model }) => model.id)).toEqual(['a/x', 'b/y', 'c/z']);
  });

  it('gives timeouts down: the target’s before the route’s before the gateway’s', () => {
    const route = compiled(
      {
        timeouts: { firstTokenMs: 20 },
        targets: ['a/x', { model: 'b/y', timeouts: { firstTokenMs: 30 } }, { route: 'other' }],
      },
      { other: { timeouts: { idleMs: 40 }, targets: ['c/z'] } },
    );
    expect(route.targets.map((target) => target.timeouts)).toEqual([
      { ...timeouts, firstTokenMs: 20 },
      { ...timeouts, firstTokenMs: 30 },
      { ...timeouts, firstTokenMs: 20, idleMs: 40 },
    ]);
  });

  it('has prices per token, and what it requires, where something is required', () => {
    expect(compiled({ targets: ['a/x'] }).requires).toBeUndefined();
    const { requires } = compiled({
      targets: ['a/x'],
      maxPrice: { input: 2.5 },
      regions: ['eu'],
      dataCollection: 'deny',
    });
    expect(requires).toEqual({ inputPicoUsdMax: 2.5e6, regions: ['eu'], dataCollection: 'deny' });
  });

  it('has the usual weights where none are given', () => {
    const strategy = (definition: object) =>
      compiled({ strategy: 'balanced', targets: ['a/x'], ...definition }).node?.strategy;
    expect(strategy({})).toEqual({
      kind: 'balanced',
      weights: { price: 1, latency: 1, reliability: 2, throughput: 0.5 },
    });
    expect(strategy({ weights: { latency: 3 } })).toMatchObject({ weights: { price: 0, latency: 3, reliability: 0 } });
  });
});

describe('a mistake', () => {
  it('is told with its place and name, and there is no route', () => {
    const { route, mistakes } = compile({
      targets: ['a/x', 'a/missing', { targets: [{ route: 'nowhere' }, 'b/missing'] }],
    });
    expect(route).toBeUndefined();
    expect(mistakes).toEqual([
      { path: ['targets', '1'], fault: 'unknown-model', name: 'a/missing' },
      { path: ['targets', '2', 'targets', '0'], fault: 'unknown-route', name: 'nowhere' },
      { path: ['targets', '2', 'targets', '1'], fault: 'unknown-model', name: 'b/missing' },
    ]);
  });

  it('is a route that comes back to itself, by whatever way', () => {
    expect(compile({ targets: [{ route: 'main' }] }).mistakes).toMatchObject([{ fault: 'circle', name: 'main' }]);
    const far = { one: { targets: [{ targets: [{ route: 'two' }] }] }, two: { targets: ['a/x', { route: 'one' }] } };
    expect(compile({ targets: [{ route: 'one' }] }, far).mistakes).toMatchObject([{ fault: 'circle', name: 'one' }]);
    // Twice is no circle.
    const twice = compiled({ targets: [{ route: 'leaf' }, { route: 'leaf' }] }, { leaf: { targets: ['a/x'] } });
    expect(orderOf(twice)).toEqual(['a/x']);
  });

  it('are thresholds that do not fit their targets, or do not rise', () => {
    const smart = (thresholds: readonly number[]) =>
      compile({ strategy: 'smart', smart: { thresholds }, targets: ['a/x', 'b/y', 'c/z'] }).mistakes;
    expect(smart([0.3, 0.6])).toEqual([]);
    expect(smart([0.3])).toMatchObject([{ fault: 'thresholds', path: ['smart', 'thresholds'], name: '2' }]);
    expect(smart([0.6, 0.3])).toHaveLength(1);
  });
});

describe('depth', () => {
  it('is whatever an operator writes: thirty parts within parts', () => {
    const deep = Array.from({ length: 30 }).reduce<object>((inner) => ({ targets: [inner] }), { targets: ['a/x'] });
    const route = compiled(deep);
    expect(orderOf(route)).toEqual(['a/x']);
    const [first] = route.node?.members ?? [];
    expect(first !== undefined && isNode(first.choice)).toBe(true);
  });
});

describe('what is no route', () => {
  it.each([
    [{ targets: [] }, 'at least one target'],
    [{ targets: ['x'] }, 'provider/name'],
    [{ targets: ['a/x'], strategy: 'best' }, 'one of fallback'],
    [{ targets: ['a/x'], weights: { price: 0 } }, 'at least one weight above 0'],
    [{ targets: [{ model: 'a/x', weight: 0 }] }, ''],
    [{ targets: ['a/x'], explore: 2 }, 'a share from 0 to 1'],
    [{ targets: ['a/x'], regions: [] }, ''],
    [{ targets: Array.from({ length: 33 }, () => 'a/x') }, 'at most 32 targets'],
    [{ targets: ['a/x'], strat: 'cheapest' }, ''],
  ])('%j', (definition, expected) => {
    const { success, error } = routeDefinition.safeParse(definition);
    expect(success).toBe(false);
    expect(JSON.stringify(error?.issues)).toContain(expected);
  });
});
