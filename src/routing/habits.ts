/**
 * What a caller usually does: how much of its prompts is read from a cache at a target, and how long its answers are.
 * The catalogue's price alone is not what a request costs.
 */
import type { Target } from '../snapshot/snapshot.ts';

export interface Habits {
  /** Share of its input that this target read from a cache, 0 to 1. */
  readonly cacheShare: number;
  /** Output tokens of an answer. */
  readonly outputTokens: number;
}

export interface Observed {
  readonly keyId: string;
  readonly target: { readonly model: { readonly id: string }; readonly credential: { readonly id: string } };
  /** All of it: read from the cache or not. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Before anything is known. */
const usualOutputTokens = 256;
/** The weight of the newest answer once there are several. */
const newest = 0.1;
const keysMax = 10_000;
const targetsMax = 64;

interface Caller {
  answers: number;
  outputTokens: number;
  readonly cacheShares: Map<string, { answers: number; share: number }>;
}

export class CallerHabits {
  readonly #callers = new Map<string, Caller>();

  of(keyId: string, target: Target): Habits {
    const caller = this.#callers.get(keyId);
    if (caller === undefined) return unknown;
    const cacheShare = caller.cacheShares.get(nameOf(target))?.share ?? 0;
    return { cacheShare, outputTokens: caller.outputTokens };
  }

  learn({ keyId, target, inputTokens, cachedTokens, outputTokens }: Observed): void {
    if (inputTokens <= 0) return;
    const caller = this.#caller(keyId);
    caller.answers++;
    caller.outputTokens = mixed(caller.outputTokens, outputTokens, caller.answers);
    const name = nameOf(target);
    const known = caller.cacheShares.get(name) ?? { answers: 0, share: 0 };
    known.answers++;
    known.share = mixed(known.share, Math.min(1, cachedTokens / inputTokens), known.answers);
    setLast(caller.cacheShares, name, known, targetsMax);
  }

  #caller(keyId: string): Caller {
    const caller = this.#callers.get(keyId) ?? { answers: 0, outputTokens: usualOutputTokens, cacheShares: new Map() };
    setLast(this.#callers, keyId, caller, keysMax);
    return caller;
  }
}

/** The mean of the first answers, then one that follows the newest. */
function mixed(mean: number, value: number, answers: number): number {
  return mean + (value - mean) * Math.max(newest, 1 / answers);
}

/** What was not used for longest goes first. */
function setLast<V>(map: Map<string, V>, name: string, value: V, max: number): void {
  map.delete(name);
  if (map.size >= max) map.delete(map.keys().next().value as string);
  map.set(name, value);
}

function nameOf({ credential, model }: Observed['target']): string {
  return `${credential.id} ${model.id}`;
}

const unknown: Habits = Object.freeze({ cacheShare: 0, outputTokens: usualOutputTokens });
