/** What asking targets in turn is about: how one is asked, and what was asked in the end. */
import type { OperationPrice } from '../catalog/catalog.ts';
import { chargeNanoUsd } from '../catalog/charge.ts';
import { noUsage } from '../llm/usage.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Dispatched, Outcome } from './attempt.ts';

/** What is known of every plan. */
export interface Planned {
  readonly target: Target;
  /** Absent: it costs nothing. */
  readonly price?: OperationPrice;
}

/** How one target is asked. */
export interface Asking<P extends Planned> {
  /** Throws LlmFailure when this target cannot be asked this. */
  plan(target: Target): P;
  /** `next`: whom to ask beside it, for one who does not wait. */
  dispatch(plan: P, next: Next<P>): Promise<Reached<P>>;
  /** What an attempt has cost that another takes over from. Absent: what its provider says. */
  lostNanoUsd?(asked: Asked<P>): bigint;
  /** False once what was sent cannot be sent again. Absent: it always can. */
  repeatable?(): boolean;
}

/** The next target that is well, has room and `fits`, planned; it counts as asked. Undefined: there is none. */
export type Next<P> = (fits: (target: Target) => boolean) => P | undefined;

export interface Reached<P> extends Dispatched {
  /** What was asked in the end, where that is another than was said. */
  readonly plan?: P;
  /** Who was asked beside it, and was not needed. */
  readonly others?: readonly Other<P>[];
}

interface Other<P> extends Dispatched {
  readonly plan: P;
  /** What it has used, and nobody is charged for. */
  readonly lostNanoUsd: bigint;
}

export interface Asked<P> {
  readonly plan: P;
  readonly outcome: Outcome;
}

/** What the provider itself said that it used. Whose own key was asked pays by itself. */
export function costOf({ plan, outcome }: Asked<Planned>): bigint {
  const { usage } = outcome.tally;
  if (usage === undefined || plan.price === undefined || plan.target.credential.ownedBy !== undefined) return 0n;
  return chargeNanoUsd(plan.price, { ...noUsage, ...usage });
}
