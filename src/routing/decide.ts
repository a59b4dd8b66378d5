/**
 * From a route and a request to the targets that may be asked, in order, with the reasons. Filters first, then the
 * route's strategy, then what stands above it: the caller's order, the conversation's cache, a look at the others, and
 * who is ill. Pure: the same request in the same world is decided the same way.
 */
import type { Route, Target } from '../snapshot/snapshot.ts';
import { isNode, type RouteNode, sameTarget } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import { Candidate } from './candidate.ts';
import { isExplorer, withExplored } from './explore.ts';
import { forbidden, isNamed, type Rejection, unable } from './filters.ts';
import { type Sticky, withHeld } from './sticky.ts';
import { orderOf } from './strategies/index.ts';
import { cheapest, quickest, swiftest } from './strategies/measured.ts';
import type { Choosing, Option, StrategyFacts } from './strategies/option.ts';
import type { World } from './world.ts';

export interface Decision extends Pick<StrategyFacts, 'arm' | 'smart'> {
  readonly route: string;
  /** The route's own, or what the caller asked for instead: `sort:price`. */
  readonly strategy: string;
  /** In the order in which they are asked. Empty: nobody may be asked. */
  readonly ranked: readonly Candidate[];
  readonly rejected: readonly Rejection[];
  readonly sticky?: Sticky;
  /** The first was put there to be looked at. */
  readonly explored?: true;
}

export function decide(route: Route, ask: RoutingAsk, world: World): Decision {
  const rejected: Rejection[] = [];
  const passed = screen(route, ask, world, rejected);
  const facts: StrategyFacts = {};
  const node = route.node ?? asListed(route);
  const { strategy, candidates } = arrange(node, passed, { route: route.name, ask, world, facts });
  const wished = byWish(openersFirst(candidates, ask), ask);
  const told = { able: facts.able, kind: node.strategy.kind, opens: ask.opens };
  const sticky = mayStick(route, ask) ? withHeld(wished, world, told) : undefined;
  const kept = sticky?.ranked ?? wished;
  const explores = sticky === undefined && mayExplore(ask) && isExplorer(route, node);
  const explored = explores ? withExplored(kept, route, world) : undefined;
  const ranked = illLast(ownFirst(explored ?? kept));
  return {
    route: route.name,
    strategy,
    ranked: ask.preferences.allowFallbacks === false ? ranked.slice(0, 1) : ranked,
    rejected,
    ...(facts.arm !== undefined && { arm: facts.arm }),
    ...(facts.smart && { smart: facts.smart }),
    ...(sticky && { sticky: sticky.sticky }),
    ...(explored && { explored: true as const }),
  };
}

/** A caller who names an order or a sort of its own has it. */
function mayStick({ sticky }: Route, { preferences: { order, sort } }: RoutingAsk): boolean {
  return sticky !== 'off' && order === undefined && sort === undefined;
}

/** Not with the thinking of a conversation, nor where a caller says whom to ask. */
function mayExplore({ opens, preferences: { order } }: RoutingAsk): boolean {
  return opens === undefined && order === undefined;
}

/** One candidate for each target that passes. What the catalogue believes yields where nobody would be left. */
function screen(route: Route, ask: RoutingAsk, world: World, rejected: Rejection[]): Map<Target, Candidate> {
  const passed = new Map<Target, Candidate>();
  const doubted: Rejection[] = [];
  for (const target of route.targets) {
    const rule = forbidden(target, ask, route.requires ?? noRequirements, world.nowMs);
    if (rule !== undefined) {
      rejected.push({ target, filter: rule[0], why: rule[1] });
      continue;
    }
    const doubt = unable(target, ask);
    if (doubt === undefined) passed.set(target, new Candidate(target, ask, world));
    else doubted.push({ target, filter: doubt[0], why: doubt[1] });
  }
  if (passed.size > 0) rejected.push(...doubted);
  else for (const { target } of doubted) passed.set(target, new Candidate(target, ask, world));
  return passed;
}

interface Arranged {
  readonly strategy: string;
  readonly candidates: readonly Candidate[];
}

/** By the caller's `sort` over all targets alike, or by the route's own tree. */
function arrange(node: RouteNode, passed: ReadonlyMap<Target, Candidate>, choosing: Choosing): Arranged {
  const { sort } = choosing.ask.preferences;
  if (sort === undefined) return { strategy: node.strategy.kind, candidates: rank(node, passed, choosing) };
  const order = { price: cheapest, throughput: swiftest, latency: quickest }[sort];
  const options = [...passed.values()].map((candidate) => optionOf(candidate));
  return { strategy: `sort:${sort}`, candidates: order(options, choosing).map(({ candidates }) => candidates[0]) };
}

function rank(node: RouteNode, passed: ReadonlyMap<Target, Candidate>, choosing: Choosing): readonly Candidate[] {
  const options: Option[] = [];
  let hasParts = false;
  for (const member of node.members) {
    const { choice } = member;
    if (isNode(choice)) {
      hasParts = true;
      const [first, ...others] = rank(choice, passed, choosing);
      if (first !== undefined) options.push({ member, candidates: [first, ...others] });
    } else {
      const candidate = passed.get(choice) ?? sameAs(choice, passed);
      if (candidate !== undefined) options.push({ member, candidates: [candidate] });
    }
  }
  if (options.length === 0) return [];
  const ordered: Candidate[] = [];
  for (const { candidates } of orderOf(node.strategy)(options, choosing)) ordered.push(...candidates);
  // Whoever is listed twice is asked once.
  return hasParts || ordered.length > passed.size ? [...new Set(ordered)] : ordered;
}

/** A target that stands at several places of a tree is one candidate. */
function sameAs(target: Target, passed: ReadonlyMap<Target, Candidate>): Candidate | undefined {
  for (const candidate of passed.values()) if (sameTarget(candidate.target, target)) return candidate;
  return undefined;
}

function optionOf(candidate: Candidate): Option {
  const { target } = candidate;
  return { member: { name: target.model.id, weight: 1, choice: target }, candidates: [candidate] };
}

/** Without loss first: whoever minted what the conversation is sealed with can go on with its thinking. */
function openersFirst(candidates: readonly Candidate[], { opens }: RoutingAsk): readonly Candidate[] {
  if (opens === undefined) return candidates;
  const openers = candidates.filter(({ target }) => opens(target));
  return openers.length === 0 ? candidates : [...openers, ...candidates.filter(({ target }) => !opens(target))];
}

/** Those that the caller names first, in its order. */
function byWish(candidates: readonly Candidate[], { preferences: { order } }: RoutingAsk): readonly Candidate[] {
  if (order === undefined) return candidates;
  const first = order.flatMap((name) => candidates.filter(({ target }) => isNamed(target, [name])));
  return [...new Set([...first, ...candidates])];
}

/** An organization's own credential comes before any other for the same model, whatever the strategy finds. */
function ownFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.every(({ target: { credential } }) => credential.ownedBy === undefined)) return candidates;
  const own = candidates.filter(({ target: { credential } }) => credential.ownedBy !== undefined);
  const ordered = candidates.flatMap((candidate) => {
    const before = own.find(({ target: { model } }) => model.id === candidate.target.model.id);
    return before === undefined ? [candidate] : [before, candidate];
  });
  return [...new Set(ordered)];
}

/** Somebody well is asked before somebody ill, whatever the strategy; those who are ill keep their order. */
function illLast(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.every(isWell)) return candidates;
  return [...candidates.filter(isWell), ...candidates.filter((candidate) => !isWell(candidate))];
}

function isWell({ state: { state } }: Candidate): boolean {
  return state === 'up' || state === 'returning';
}

function asListed({ targets }: Route): RouteNode {
  const members = targets.map((target) => ({ name: target.model.id, weight: 1, choice: target }));
  return { strategy: { kind: 'fallback' }, members };
}

const noRequirements = Object.freeze({});
