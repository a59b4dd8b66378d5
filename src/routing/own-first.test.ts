import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '../catalog/catalog.ts';
import { bearer, provider } from '../providers/provider.ts';
import type { Credential, Route, Target } from '../snapshot/snapshot.ts';
import type { Strategy } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import { decide } from './decide.ts';
import type { TargetState, World } from './world.ts';

const vendor = provider({ id: 'x', name: 'X', baseUrl: '', docs: '', auth: bearer, keyEnv: [], speaks: {} });
const credential = (id: string, ownedBy?: string): Credential => ({
  id,
  provider: vendor,
  baseUrl: '',
  secret: undefined,
  ...(ownedBy && { ownedBy }),
});
const model = (id: string): CatalogModel => ({
  id,
  provider: 'x',
  name: id,
  target: { name: id },
  priceAt: () => undefined,
});
const timeouts = { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 };
const [platform, own] = [credential('x'), credential('acme:x', 'acme')];
const [a, b] = [model('x/a'), model('x/b')];
const targets: readonly Target[] = [
  { credential: platform, model: a, timeouts },
  { credential: own, model: a, timeouts },
  { credential: own, model: b, timeouts },
  { credential: platform, model: b, timeouts },
];

const ask: RoutingAsk = {
  keyId: 'key',
  inputTokens: 10,
  outputTokensMax: 10,
  needs: {},
  preferences: {},
  mayCall: () => true,
  subjects: { key: 'key', request: 'req' },
  smartInput: () => {
    throw new Error('nobody scores here');
  },
};

/** The platform's credential is much faster, and asked much more. */
const worldWith = (states: Readonly<Record<string, TargetState>> = {}): World => ({
  nowMs: 0,
  random: () => 0.5,
  measuresOf: ({ credential: { id } }) => ({
    samples: 100,
    successShare: id === 'x' ? 1 : 0.5,
    inFlight: 0,
    lastAt: 0,
    firstTokenMs: id === 'x' ? 10 : 5_000,
    tokensPerSecond: id === 'x' ? 1_000 : 1,
  }),
  stateOf: ({ credential: { id } }) => states[id] ?? { state: 'up' },
  habitsOf: () => ({ outputTokens: 10, sharedTokens: 0, tokensPerEstimated: 1 }),
});

function ranked(strategy: Strategy, world = worldWith()): readonly string[] {
  const members = targets.map((target) => ({ name: target.model.id, weight: 1, choice: target }));
  const route: Route = { name: 'r', node: { strategy, members }, targets, explore: 0 };
  return decide(route, ask, world).ranked.map(({ target }) => `${target.credential.id} ${target.model.id}`);
}

describe('an organization’s own credential', () => {
  it.each<Strategy>([{ kind: 'fallback' }, { kind: 'fastest' }, { kind: 'reliable' }, { kind: 'weighted' }])(
    'comes before any other for the same model, whatever $kind finds',
    (strategy) => {
      const order = ranked(strategy);
      for (const id of ['x/a', 'x/b']) expect(order.indexOf(`acme:x ${id}`)).toBeLessThan(order.indexOf(`x ${id}`));
      expect(new Set(order).size).toBe(targets.length);
    },
  );

  it('that is ill yields to one that is well', () => {
    expect(ranked({ kind: 'fallback' }, worldWith({ 'acme:x': { state: 'ejected', untilMs: 5 } }))).toEqual([
      'x x/a',
      'x x/b',
      'acme:x x/a',
      'acme:x x/b',
    ]);
  });
});
