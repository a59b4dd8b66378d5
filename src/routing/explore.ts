/** A small share of requests goes to another target first, so that one that has recovered, or is new, is seen. */
import type { Route } from '../snapshot/snapshot.ts';
import type { RouteNode, Strategy } from '../snapshot/strategy.ts';
import type { Candidate } from './candidate.ts';
import type { World } from './world.ts';

const usualShare = 0.02;
/** Strategies that go by what was measured: without a look nothing would ever change. */
const measured: ReadonlySet<Strategy['kind']> = new Set(['fastest', 'reliable', 'balanced']);

export function isExplorer(route: Route, node: RouteNode): boolean {
  return shareOf(route, node.strategy.kind) > 0;
}

/** Undefined: this request goes where the strategy says. */
export function withExplored(
  ranked: readonly Candidate[],
  route: Route,
  { random }: World,
): readonly Candidate[] | undefined {
  const kind = route.node?.strategy.kind ?? 'fallback';
  if (ranked.length < 2 || random() >= shareOf(route, kind)) return undefined;
  // Of the others, whoever is known least.
  const others = ranked.slice(1).filter(({ state }) => state.state === 'up' || state.state === 'returning');
  if (others.length === 0) return undefined;
  const least = others.reduce((a, b) => (b.measures.samples < a.measures.samples ? b : a));
  return [least, ...ranked.filter((candidate) => candidate !== least)];
}

function shareOf({ explore }: Route, kind: Strategy['kind']): number {
  return explore ?? (measured.has(kind) ? usualShare : 0);
}
