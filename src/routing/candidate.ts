/** A target that may be asked, with what strategies compare. Each figure is worked out when somebody wants it. */
import type { Target } from '../snapshot/snapshot.ts';
import { sameTarget } from '../snapshot/strategy.ts';
import type { RoutingAsk } from './ask.ts';
import { type ExpectedUsage, expectedNanoUsd } from './estimate.ts';
import type { TargetMeasures } from './measures.ts';
import type { TargetState, World } from './world.ts';

/** What is assumed of a target that nobody has measured. */
const usualFirstTokenMs = 800;
const usualTokensPerSecond = 60;

export class Candidate {
  readonly target: Target;
  /** What the strategy gave it; more is better. Undefined: it did not score. */
  score: number | undefined;
  readonly #ask: RoutingAsk;
  readonly #world: World;
  #measures: TargetMeasures | undefined;
  #state: TargetState | undefined;
  #usage: ExpectedUsage | undefined;
  #costNanoUsd: number | undefined;
  #isPriced = true;

  constructor(target: Target, ask: RoutingAsk, world: World) {
    this.target = target;
    this.#ask = ask;
    this.#world = world;
  }

  get measures(): TargetMeasures {
    this.#measures ??= this.#world.measuresOf(this.target);
    return this.#measures;
  }

  get state(): TargetState {
    this.#state ??= this.#world.stateOf(this.target);
    return this.#state;
  }

  get usage(): ExpectedUsage {
    this.#usage ??= expectedUsage(this.target, this.#ask, this.#world);
    return this.#usage;
  }

  /** At the provider's price, with what this caller's prompts find in a cache. Undefined: it has no price. */
  get costNanoUsd(): number | undefined {
    if (this.#costNanoUsd === undefined && this.#isPriced) {
      this.#costNanoUsd = expectedNanoUsd(this.target, this.usage, this.#world.nowMs);
      this.#isPriced = this.#costNanoUsd !== undefined;
    }
    return this.#costNanoUsd;
  }

  /** What the same request would cost with nothing in a cache. */
  get coldCostNanoUsd(): number | undefined {
    return expectedNanoUsd(this.target, { ...this.usage, cacheShare: 0 }, this.#world.nowMs);
  }

  get firstTokenMs(): number {
    return this.measures.firstTokenMs ?? usualFirstTokenMs;
  }

  get tokensPerSecond(): number {
    return this.measures.tokensPerSecond ?? usualTokensPerSecond;
  }

  /** Until the answer is whole. */
  get expectedMs(): number {
    return this.firstTokenMs + (this.usage.outputTokens / this.tokensPerSecond) * 1000;
  }

  /** A share of successes that a single failure does not ruin, nor a single success make. */
  get reliability(): number {
    const { samples, successShare } = this.measures;
    return (samples * successShare + 2) / (samples + 2);
  }
}

/** Undefined: it was not there lately. */
function heldTokens(target: Target, held: NonNullable<World['held']>): number | undefined {
  if (sameTarget(held.target, target)) return held.cachedTokens;
  return held.earlier?.find((each) => sameTarget(each.target, target))?.cachedTokens;
}

function expectedUsage(target: Target, ask: RoutingAsk, { habitsOf, held }: World): ExpectedUsage {
  const habits = habitsOf(ask.keyId, target);
  const inputTokens = Math.round(ask.inputTokens * habits.tokensPerEstimated);
  const outputTokens = Math.min(habits.outputTokens, ask.outputTokensMax);
  // This conversation's own prompt is where it was; how the caller's prompts begin may be anywhere.
  const cachedTokens = held === undefined ? habits.sharedTokens : (heldTokens(target, held) ?? habits.sharedTokens);
  return { inputTokens, outputTokens, cacheShare: inputTokens > 0 ? Math.min(1, cachedTokens / inputTokens) : 0 };
}
