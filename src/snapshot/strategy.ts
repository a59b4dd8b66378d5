/** How a route chooses: data, as it was configured. What it means is in `src/routing`. */
import { perObject } from '../lib/per-object.ts';
import type { Target } from './target.ts';

/** What counts how much for `balanced`. At least one is above 0. */
export interface BalanceWeights {
  readonly price: number;
  readonly latency: number;
  readonly reliability: number;
  readonly throughput: number;
}

/** A rule of `smart` that decides before any score. All that is named must hold. */
export interface SmartRule {
  readonly when: {
    /** One of these stands in the last turn of the user, in whatever case. */
    readonly contains?: readonly string[];
    readonly tools?: boolean;
    readonly media?: boolean;
    readonly minInputTokens?: number;
    readonly tag?: string;
    /** `de`, `zh`. */
    readonly language?: string;
  };
  readonly use: 'cheap' | 'strong';
}

export type Strategy =
  /** In the order of the list. */
  | { readonly kind: 'fallback' }
  /** By chance, in proportion to the members' weights. */
  | { readonly kind: 'weighted' }
  /** The least expected cost of this request for this caller. */
  | { readonly kind: 'cheapest' }
  /** The least expected time: to the first token, and then for the rest. */
  | { readonly kind: 'fastest' }
  /** The largest share of successes of late. */
  | { readonly kind: 'reliable' }
  | { readonly kind: 'balanced'; readonly weights: BalanceWeights }
  /**
   * From cheap to strong by the complexity of the request. `thresholds`: one fewer than members, ascending, 0 to 1; absent:
   * the usual ones.
   */
  | {
      readonly kind: 'smart';
      readonly thresholds?: readonly number[] | undefined;
      readonly rules: readonly SmartRule[];
    }
  /** An experiment: each subject stays with one arm, in proportion to the members' weights. */
  | { readonly kind: 'split'; readonly by: SplitSubject };

export type SplitSubject = 'user' | 'session' | 'key' | 'request';

export interface RouteMember {
  /** A target's `provider/name`, a route's name, or the name of an arm. */
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
  readonly choice: Target | RouteNode;
}

/** A route, or a part of one that chooses by itself. */
export interface RouteNode {
  readonly strategy: Strategy;
  readonly members: readonly RouteMember[];
}

/** What every target of a route must have, whatever the request is. */
export interface Requirements {
  /** Most dollars per million tokens, as nano-dollars per token times 1,000: pico-dollars. */
  readonly inputPicoUsdMax?: number;
  readonly outputPicoUsdMax?: number;
  /** Only providers that neither keep nor train on what they are sent. */
  readonly dataCollection?: 'deny';
  /** One of these regions, where the provider's is known to be it. */
  readonly regions?: readonly string[];
}

export function isNode(choice: Target | RouteNode): choice is RouteNode {
  return 'members' in choice;
}

/** The targets of a node in declared order, each once. */
export function targetsOf({ members }: RouteNode): readonly Target[] {
  const found = members.flatMap(({ choice }) => (isNode(choice) ? targetsOf(choice) : [choice]));
  return found.filter((target, i) => found.findIndex((other) => sameTarget(other, target)) === i);
}

/** The same model at the same credential. */
export function sameTarget(a: Target, b: Target): boolean {
  return a.model.id === b.model.id && a.credential.id === b.credential.id;
}

/** What a target is known by, wherever it is looked up: made once, since each request looks up all that it may ask. */
export const targetName = perObject(
  ({ credential, model }: { readonly credential: { readonly id: string }; readonly model: { readonly id: string } }) =>
    `${credential.id} ${model.id}`,
);
