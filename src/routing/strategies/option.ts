/** What a strategy orders: the members of a node that still have somebody to ask. */
import type { RouteMember } from '../../snapshot/strategy.ts';
import type { RoutingAsk } from '../ask.ts';
import type { Candidate } from '../candidate.ts';
import type { SmartChoice } from '../smart/tier.ts';
import type { World } from '../world.ts';

export interface Option {
  readonly member: RouteMember;
  /** In the order in which the member itself would ask them; never empty. A member is as good as its first. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
}

/** What a strategy went by, beside the scores of the candidates. */
export interface StrategyFacts {
  arm?: string;
  smart?: SmartChoice;
  /** Who is strong enough for the request: a cache must not keep it with somebody who is not. Absent: all are. */
  able?: ReadonlySet<Candidate>;
}

export interface Choosing {
  /** The route's name: two experiments on the same people are dealt independently. */
  readonly route: string;
  readonly ask: RoutingAsk;
  readonly world: World;
  readonly facts: StrategyFacts;
}

/** Best first; equals keep their order. Writes what it went by into the candidates' `score`. */
export type Order = (options: readonly Option[], choosing: Choosing) => readonly Option[];

/** By a number of the member's first candidate, the largest first. */
export function byScore(options: readonly Option[], scoreOf: (best: Candidate) => number): readonly Option[] {
  for (const { candidates } of options) candidates[0].score = scoreOf(candidates[0]);
  return options.toSorted((a, b) => (b.candidates[0].score ?? 0) - (a.candidates[0].score ?? 0));
}
