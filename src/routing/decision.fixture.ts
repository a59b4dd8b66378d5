/** What tests of decisions are made of: targets with a price, a request, and a world in which nothing is known yet. */
import { priceFromOverride } from '../catalog/price.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import type { Route, Target } from '../snapshot/snapshot.ts';
import { type RouteNode, type Strategy, targetsOf } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import { type Decision, decide } from './decide.ts';
import type { Habits } from './habits.ts';
import { type TargetMeasures, unmeasured } from './measures.ts';
import { noPreferences } from './preferences.ts';
import type { TargetState, World } from './world.ts';

const timeouts = { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 };

export interface TargetFacts {
  /** Dollars per million tokens; null: none. */
  readonly price?: { readonly input: number; readonly output: number; readonly cacheRead?: number } | null;
  readonly model?: Partial<Target['model']>;
  readonly credential?: Partial<Target['credential']>;
}

/** `provider/name`; the provider is a credential of that name. */
export function targetOf(id: string, { price = { input: 1, output: 2 }, model, credential }: TargetFacts = {}): Target {
  const [provider = '', name = ''] = id.split('/');
  const version = price === null ? undefined : priceFromOverride(id, price);
  return {
    credential: {
      id: provider,
      provider: providers.get('openai') as Provider,
      baseUrl: 'http://localhost',
      secret: undefined,
      ...credential,
    },
    model: { id, provider, name, target: { name }, priceAt: () => version, ...model },
    timeouts,
  };
}

export function nodeOf(
  strategy: Strategy,
  choices: readonly (Target | RouteNode)[],
  weights: readonly number[] = [],
): RouteNode {
  const members = choices.map((choice, i) => ({
    name: 'model' in choice ? choice.model.id : `part ${i}`,
    weight: weights[i] ?? 1,
    choice,
  }));
  return { strategy, members };
}

export function routeOf(node: RouteNode, more: Partial<Route> = {}): Route {
  return { name: 'r', node, targets: targetsOf(node), ...more };
}

export const usualAsk: RoutingAsk = {
  keyId: 'key',
  inputTokens: 1000,
  outputTokensMax: 10_000,
  needs: {},
  preferences: noPreferences,
  mayCall: () => true,
  subjects: { key: 'key', request: 'request' },
  smartInput: () => ({
    lastUserText: 'hi',
    earlierTurns: 0,
    toolsCount: 0,
    hasToolResults: false,
    mediaCount: 0,
    inputTokensEstimate: 1000,
  }),
};

export interface WorldFacts {
  /** By `provider/name`. */
  readonly measures?: Readonly<Record<string, Partial<TargetMeasures>>>;
  readonly states?: Readonly<Record<string, TargetState['state']>>;
  readonly habits?: Readonly<Record<string, Partial<Habits>>>;
  readonly held?: World['held'];
  readonly random?: () => number;
}

/** Without chance, unless it is given: exploration looks at nobody. */
export function worldOf({ measures, states, habits, held, random = () => 0.999 }: WorldFacts = {}): World {
  return {
    nowMs: Date.UTC(2026, 0),
    random,
    measuresOf: ({ model }) => ({ ...unmeasured, ...measures?.[model.id] }),
    stateOf: ({ model }) => ({ state: states?.[model.id] ?? 'up' }),
    habitsOf: (_keyId, { model }) => ({
      sharedTokens: 0,
      tokensPerEstimated: 1,
      outputTokens: 256,
      ...habits?.[model.id],
    }),
    ...(held && { held }),
  };
}

/** `provider/name` of each, in the order in which they are asked. */
export function orderOf(route: Route, ask: Partial<RoutingAsk> = {}, world: World = worldOf()): readonly string[] {
  return idsOf(decide(route, { ...usualAsk, ...ask }, world));
}

export function idsOf({ ranked }: Decision): readonly string[] {
  return ranked.map(({ target }) => target.model.id);
}
