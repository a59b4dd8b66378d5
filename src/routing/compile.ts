/** From a route's definition to what is decided by: names become targets, parts become nodes, prices become integers. */
import { defined } from '../lib/defined.ts';
import type { Hedge, Route, Target, Timeouts } from '../snapshot/snapshot.ts';
import type { RouteMember, RouteNode, Strategy } from '../snapshot/strategy.ts';
import { targetsOf } from '../snapshot/strategy.ts';
import type { MemberDefinition, RouteDefinition } from './definition.ts';

export interface CompileTools {
  /** Undefined: there is no such model. */
  readonly find: (modelId: string) => Pick<Target, 'credential' | 'model'> | undefined;
  /** Another route's definition. */
  readonly route: (name: string) => RouteDefinition | undefined;
  readonly timeouts: Timeouts;
}

export interface Mistake {
  /** Below the route: `['targets', '1']`. */
  readonly path: readonly string[];
  readonly fault: 'unknown-model' | 'unknown-route' | 'circle' | 'thresholds';
  /** The name that is wrong. */
  readonly name: string;
}

/** Either may be empty, never both. */
export interface Compiled {
  readonly route: Route | undefined;
  readonly mistakes: readonly Mistake[];
}

export function compileRoute(name: string, definition: RouteDefinition, tools: CompileTools): Compiled {
  const mistakes: Mistake[] = [];
  const place = { ...tools, own: defined(definition.timeouts ?? {}), mistakes, path: [], within: [name] };
  const node = nodeOf(definition, place);
  if (mistakes.length > 0) return { route: undefined, mistakes };
  const { explore, sticky, hedge, onModelNotFound, onTooLong } = definition;
  const requires = requirementsOf(definition);
  const route: Route = {
    name,
    node,
    targets: targetsOf(node),
    ...(requires && { requires }),
    ...(explore !== undefined && { explore }),
    ...(sticky === 'off' && { sticky }),
    ...(definition.continue && { goesOn: true as const }),
    ...(hedge && { hedge: hedgeOf(hedge) }),
    ...(onModelNotFound === 'fail' && { onModelNotFound }),
    ...(onTooLong === 'fail' && { onTooLong }),
  };
  return { route, mistakes };
}

interface Place extends CompileTools {
  /** What the routes around it say: it wins over what is said of a provider. */
  readonly own: Partial<Timeouts>;
  readonly mistakes: Mistake[];
  readonly path: readonly string[];
  /** Names of the routes around it. */
  readonly within: readonly string[];
}

type Choosing = Pick<RouteDefinition, 'strategy' | 'weights' | 'smart' | 'splitBy'> & {
  readonly targets: readonly MemberDefinition[];
};

function nodeOf(definition: Choosing, place: Place): RouteNode {
  const { targets } = definition;
  const { thresholds } = definition.smart ?? {};
  if (thresholds !== undefined && !fits(thresholds, targets.length))
    place.mistakes.push({
      path: [...place.path, 'smart', 'thresholds'],
      fault: 'thresholds',
      name: String(targets.length - 1),
    });
  const members = targets.flatMap((member, i) => {
    const found = memberOf(member, { ...place, path: [...place.path, 'targets', String(i)] });
    return found === undefined ? [] : [found];
  });
  return { strategy: strategyOf(definition), members };
}

/** One fewer than there are targets, ascending. */
function fits(thresholds: readonly number[], targets: number): boolean {
  return (
    thresholds.length === targets - 1 && thresholds.every((each, i) => i === 0 || each >= (thresholds[i - 1] ?? 0))
  );
}

function memberOf(definition: MemberDefinition, place: Place): RouteMember | undefined {
  const entry = typeof definition === 'string' ? { model: definition } : definition;
  const { weight = 1, name } = 'weight' in entry || 'name' in entry ? entry : {};
  if ('model' in entry) return targetMember(entry, weight, name, place);
  if ('targets' in entry) return { name: name ?? `part ${place.path.at(-1)}`, weight, choice: nodeOf(entry, place) };
  const { route } = entry;
  const other = place.route(route);
  const circle = place.within.includes(route);
  if (other === undefined || circle) {
    place.mistakes.push({ path: place.path, fault: circle ? 'circle' : 'unknown-route', name: route });
    return undefined;
  }
  const own = { ...place.own, ...defined(other.timeouts ?? {}) };
  const choice = nodeOf(other, { ...place, own, within: [...place.within, route] });
  return { name: name ?? route, weight, choice };
}

function targetMember(
  { model: id, timeouts }: { readonly model: string; readonly timeouts?: Partial<Timeouts> | undefined },
  weight: number,
  name: string | undefined,
  place: Place,
): RouteMember | undefined {
  const found = place.find(id);
  if (found === undefined) {
    place.mistakes.push({ path: place.path, fault: 'unknown-model', name: id });
    return undefined;
  }
  const waits = { ...place.timeouts, ...found.credential.timeouts, ...place.own, ...defined(timeouts ?? {}) };
  return { name: name ?? id, weight, choice: { ...found, timeouts: waits } };
}

const usualWeights = { price: 1, latency: 1, reliability: 2, throughput: 0.5 };

function strategyOf({ strategy: kind, weights, smart, splitBy }: Choosing): Strategy {
  if (kind === 'balanced') return { kind, weights: weights ?? usualWeights };
  if (kind === 'smart')
    return {
      kind,
      thresholds: smart?.thresholds,
      rules: (smart?.rules ?? []) as Extract<Strategy, { kind: 'smart' }>['rules'],
    };
  if (kind === 'split') return { kind, by: splitBy ?? 'user' };
  return { kind };
}

function requirementsOf({ dataCollection, regions, maxPrice }: RouteDefinition): Route['requires'] {
  if (dataCollection !== 'deny' && regions === undefined && maxPrice === undefined) return undefined;
  return {
    ...(dataCollection === 'deny' && { dataCollection }),
    ...(regions && { regions }),
    // Dollars per million tokens are as many pico-dollars per token, times a million.
    ...(maxPrice?.input !== undefined && { inputPicoUsdMax: maxPrice.input * 1e6 }),
    ...(maxPrice?.output !== undefined && { outputPicoUsdMax: maxPrice.output * 1e6 }),
  };
}

function hedgeOf({ afterMs, maxUsd }: NonNullable<RouteDefinition['hedge']>): Hedge {
  return { afterMs, ...(maxUsd !== undefined && { nanoUsdMax: maxUsd * 1e9 }) };
}
