/**
 * A conversation returns to the target that holds its prompt, while what that saves is worth more than the difference in
 * price; a target that is ill loses it like any other, and what the lost cache costs is told. Where a route weighs more
 * than the price, or asks for speed, a saving does not buy everything.
 */
import { type Strategy, sameTarget } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import type { Candidate } from './candidate.ts';
import type { World } from './world.ts';

export interface Sticky {
  /** `provider/name` that answered this conversation last. */
  readonly target: string;
  readonly credential: string;
  readonly cachedTokens: number;
  readonly kept: boolean;
  /** Why it was left. */
  readonly why?:
    | 'not a target now'
    | 'ill'
    | 'too weak for this request'
    | 'dearer than what its cache saves'
    | 'outweighed by another'
    | 'much slower than another'
    | 'cannot open what another has sealed';
  /** What reading the prompt anew at the first target costs more than at this one: lost where it is not kept. */
  readonly cacheWorthNanoUsd: number;
}

/** `fastest`: this much longer a conversation waits for what its cache saves. */
const slowerMax = 2;

export interface StickyFacts {
  /** Those that can do what the request asks, where a strategy has found that out. */
  readonly able?: ReadonlySet<Candidate> | undefined;
  /** Of the route's strategy. */
  readonly kind: Strategy['kind'];
  readonly opens?: RoutingAsk['opens'];
}

/** Undefined: nobody holds anything of this conversation, so nothing speaks against where the strategy sends it. */
export function withHeld(
  ranked: readonly Candidate[],
  { held }: World,
  { able, kind, opens }: StickyFacts,
): { readonly sticky: Sticky; readonly ranked: readonly Candidate[] } | undefined {
  if (held === undefined || held.cachedTokens === 0) return undefined;
  const { target, cachedTokens } = held;
  const told = { target: target.model.id, credential: target.credential.id, cachedTokens };
  const holder = ranked.find((candidate) => sameTarget(candidate.target, target));
  const first = ranked[0];
  const left = (why: NonNullable<Sticky['why']>, worth: number) => ({
    sticky: { ...told, kept: false, why, cacheWorthNanoUsd: worth },
    ranked,
  });
  if (holder === undefined || first === undefined) return left('not a target now', 0);
  const cold = holder.coldCostNanoUsd ?? 0;
  const warm = holder.costNanoUsd ?? 0;
  const worth = Math.round(cold - warm);
  const { state } = holder.state;
  if (state === 'ejected' || state === 'reserved') return left('ill', worth);
  if (able?.has(holder) === false) return left('too weak for this request', worth);
  if (opens?.(target) === false && opens(first.target)) return left('cannot open what another has sealed', worth);
  if (warm > (first.costNanoUsd ?? Number.POSITIVE_INFINITY)) return left('dearer than what its cache saves', worth);
  // Its scores know the price with the cache: nothing has to be put right.
  if (kind === 'balanced' && holder !== first) return left('outweighed by another', worth);
  if (kind === 'fastest' && holder.expectedMs > first.expectedMs * slowerMax)
    return left('much slower than another', worth);
  const others = ranked.filter((candidate) => candidate !== holder);
  return { sticky: { ...told, kept: true, cacheWorthNanoUsd: worth }, ranked: [holder, ...others] };
}
