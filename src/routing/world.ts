/** What routing knows beside the request: how targets do, what callers usually do, the time. */
import type { Target } from '../snapshot/snapshot.ts';
import type { Habits } from './habits.ts';
import type { TargetMeasures } from './measures.ts';

export interface TargetState {
  readonly state: 'up' | 'ejected' | 'returning' | 'reserved';
  /** Monotonic milliseconds. */
  readonly untilMs?: number;
}

export interface HeldAt {
  readonly target: Target;
  readonly cachedTokens: number;
}

export interface World {
  /** Wall clock: prices have dates. */
  readonly nowMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly measuresOf: (target: Target) => TargetMeasures;
  readonly stateOf: (target: Target) => TargetState;
  readonly habitsOf: (keyId: string, target: Target) => Habits;
  /** Where this conversation was answered last, and before. */
  readonly held?: (HeldAt & { readonly earlier?: readonly HeldAt[] }) | undefined;
}
