/**
 * What a caller usually does: how much of its prompts a target finds in its cache, how many tokens they really are, and
 * how long its answers are. The catalogue's price alone is not what a request costs.
 */
import type { Target } from '../snapshot/snapshot.ts';
import { targetName } from '../snapshot/strategy.ts';

export interface Habits {
  /** Tokens that this target finds in its cache of a conversation that is new: what all prompts begin with. */
  readonly sharedTokens: number;
  /** Tokens of its prompts by this target's own count, for each that was estimated. */
  readonly tokensPerEstimated: number;
  /** Output tokens of an answer. */
  readonly outputTokens: number;
}

export interface Observed {
  readonly keyId: string;
  readonly target: { readonly model: { readonly id: string }; readonly credential: { readonly id: string } };
  /** All of it: read from the cache or not. */
  readonly inputTokens: number;
  /** What was expected before anybody was asked. */
  readonly estimatedTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Nobody has answered this conversation lately: what was cached is how all of the caller's prompts begin. */
  readonly isNew: boolean;
}

/** Before anything is known. */
const usualOutputTokens = 256;
/** The weight of the newest answer once there are several. */
const newest = 0.1;
/** How prompts begin is a fact rather than a mean: it changes when the caller's program does. */
const newestShared = 0.5;
/** A count that is further off is no count of the same text. */
const tokensPerEstimatedMax = 4;
const keysMax = 10_000;
const targetsMax = 64;

interface AtTarget {
  answers: number;
  tokensPerEstimated: number;
  fresh: number;
  sharedTokens: number;
}

interface Caller extends Pick<AtTarget, 'answers' | 'tokensPerEstimated'> {
  outputTokens: number;
  readonly targets: Map<string, AtTarget>;
}

export class CallerHabits {
  readonly #callers = new Map<string, Caller>();

  of(keyId: string, target: Target): Habits {
    const caller = this.#callers.get(keyId);
    if (caller === undefined) return unknown;
    const { outputTokens, tokensPerEstimated } = caller;
    const here = caller.targets.get(targetName(target));
    // Tokenizers differ, but less than an estimate from the truth.
    if (here === undefined) return { sharedTokens: 0, tokensPerEstimated, outputTokens };
    return { sharedTokens: here.sharedTokens, tokensPerEstimated: here.tokensPerEstimated, outputTokens };
  }

  learn({ keyId, target, inputTokens, estimatedTokens, cachedTokens, outputTokens, isNew }: Observed): void {
    if (inputTokens <= 0) return;
    const caller = this.#caller(keyId);
    const ratio = estimatedTokens > 0 ? inputTokens / estimatedTokens : 1;
    const name = targetName(target);
    const here = caller.targets.get(name) ?? { answers: 0, tokensPerEstimated: 1, fresh: 0, sharedTokens: 0 };
    for (const each of [caller, here]) {
      each.answers++;
      const bounded = Math.min(tokensPerEstimatedMax, Math.max(1 / tokensPerEstimatedMax, ratio));
      each.tokensPerEstimated = mixed(each.tokensPerEstimated, bounded, each.answers, newest);
    }
    caller.outputTokens = mixed(caller.outputTokens, outputTokens, caller.answers, newest);
    if (isNew)
      here.sharedTokens = mixed(here.sharedTokens, Math.min(inputTokens, cachedTokens), ++here.fresh, newestShared);
    setLast(caller.targets, name, here, targetsMax);
  }

  #caller(keyId: string): Caller {
    const caller = this.#callers.get(keyId) ?? {
      answers: 0,
      tokensPerEstimated: 1,
      outputTokens: usualOutputTokens,
      targets: new Map(),
    };
    setLast(this.#callers, keyId, caller, keysMax);
    return caller;
  }
}

/** The mean of the first answers, then one that follows the newest. */
function mixed(mean: number, value: number, answers: number, weight: number): number {
  return mean + (value - mean) * Math.max(weight, 1 / answers);
}

/** What was not used for longest goes first. */
function setLast<V>(map: Map<string, V>, name: string, value: V, max: number): void {
  map.delete(name);
  if (map.size >= max) map.delete(map.keys().next().value as string);
  map.set(name, value);
}

const unknown: Habits = Object.freeze({ sharedTokens: 0, tokensPerEstimated: 1, outputTokens: usualOutputTokens });
