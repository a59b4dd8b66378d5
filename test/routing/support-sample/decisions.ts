/** The gateway's own decision for one conversation, by several strategies over the same two models, and what each costs. */
import type { CatalogModel } from '../../../src/catalog/catalog.ts';
import { loadCatalog } from '../../../src/catalog/load.ts';
import { openaiChat } from '../../../src/dialects/openai-chat/index.ts';
import { estimateRequest } from '../../../src/gateway/metering/input-estimate.ts';
import { providers } from '../../../src/providers/index.ts';
import { decide } from '../../../src/routing/decide.ts';
import { costNanoUsd } from '../../../src/routing/estimate.ts';
import { CallerHabits } from '../../../src/routing/habits.ts';
import { unmeasured } from '../../../src/routing/measures.ts';
import { noPreferences } from '../../../src/routing/preferences.ts';
import { smartInputOf } from '../../../src/routing/smart/input.ts';
import type { World } from '../../../src/routing/world.ts';
import type { Route, Target } from '../../../src/snapshot/snapshot.ts';
import type { Strategy } from '../../../src/snapshot/strategy.ts';
import type { Conversation } from './conversations.ts';

export interface Decided {
  readonly inputTokens: number;
  /** Whether it went to the cheap model, by strategy. */
  readonly cheap: Readonly<Record<StrategyName, boolean>>;
  readonly nanoUsd: { readonly cheap: number; readonly strong: number };
  readonly score: number;
}

export type StrategyName = 'always strong' | 'cheapest' | 'smart';

export interface Pair {
  readonly cheap: string;
  readonly strong: string;
}

/** Throws RangeError for a model without a price. */
export function decider(pair: Pair, nowMs: number, threshold: number | undefined): (one: Conversation) => Decided {
  const [cheap, strong] = [targetOf(pair.cheap, nowMs), targetOf(pair.strong, nowMs)];
  const smart: Strategy = { kind: 'smart', rules: [], ...(threshold !== undefined && { thresholds: [threshold] }) };
  const routes: Readonly<Record<StrategyName, Route>> = {
    'always strong': routeOf({ kind: 'fallback' }, [strong]),
    cheapest: routeOf({ kind: 'cheapest' }, [cheap, strong]),
    smart: routeOf(smart, [cheap, strong]),
  };
  const habits = new CallerHabits();
  const world: World = {
    nowMs,
    random: () => 0.5,
    measuresOf: () => unmeasured,
    stateOf: () => ({ state: 'up' }),
    habitsOf: (keyId, target) => habits.of(keyId, target),
  };
  return ({ messages, outputTokens }) => {
    const request = openaiChat.parseRequest({ model: 'support', messages }, { model: 'support', stream: false });
    const inputTokens = estimateRequest(request);
    const ask = {
      keyId: 'sample',
      inputTokens,
      outputTokensMax: 4096,
      needs: {},
      preferences: noPreferences,
      mayCall: () => true,
      subjects: { key: 'sample', request: 'sample' },
      smartInput: () => smartInputOf(request, { inputTokensEstimate: inputTokens }),
    };
    const decisions = { ...routes, ...mapped(routes, (route) => decide(route, ask, world)) };
    const usage = { inputTokens, cacheShare: 0, outputTokens };
    const cost = ({ model }: Target) => costNanoUsd(priceOf(model, nowMs), usage);
    return {
      inputTokens,
      cheap: mapped(decisions, ({ ranked }) => ranked[0]?.target === cheap),
      nanoUsd: { cheap: cost(cheap), strong: cost(strong) },
      score: decisions.smart.smart?.score ?? 0,
    };
  };
}

function mapped<Name extends string, From, To>(from: Readonly<Record<Name, From>>, to: (value: From) => To) {
  return Object.fromEntries(Object.entries<From>(from).map(([name, value]) => [name, to(value)])) as Record<Name, To>;
}

const timeouts = { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 };

function targetOf(id: string, nowMs: number): Target {
  const [providerId = '', ...rest] = id.split('/');
  const provider = providers.get(providerId);
  const catalog = loadCatalog({
    providers: provider ? [{ id: providerId, catalogId: provider.catalogId }] : [],
    overrides: {},
    nowMs,
  });
  const model = catalog.find(providerId, rest.join('/'));
  if (provider === undefined || model === undefined) throw new RangeError(`the catalogue has no model ${id}`);
  priceOf(model, nowMs);
  return {
    model,
    timeouts,
    credential: { id: providerId, provider, baseUrl: 'https://none.example', secret: undefined },
  };
}

function priceOf(model: CatalogModel, nowMs: number) {
  const price = model.priceAt(nowMs);
  if (price === undefined) throw new RangeError(`the catalogue has no price of ${model.id}`);
  return price;
}

function routeOf(strategy: Strategy, targets: readonly Target[]): Route {
  const members = targets.map((choice) => ({ name: choice.model.id, weight: 1, choice }));
  return { name: 'support', node: { strategy, members }, targets, explore: 0, sticky: 'off' };
}
