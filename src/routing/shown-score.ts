/** A strategy's number as it may be shown. Where it is a cost it is the provider's price, which is not for customers. */
import type { Candidate } from './candidate.ts';

/** Undefined: it was not scored, or its score is its cost. */
export function shownScore(candidate: Candidate): number | undefined {
  const { score } = candidate;
  return score === undefined || isCost(candidate) ? undefined : rounded(score);
}

/** Whether the strategy went by what it costs. */
export function isCost({ score, costNanoUsd }: Candidate): boolean {
  if (score === undefined || score > 0) return false;
  return costNanoUsd === undefined ? score === -Number.MAX_SAFE_INTEGER : score === -costNanoUsd;
}

const digits = 4;

/** To four digits: nobody compares more of them. */
export function rounded(value: number): number {
  return Number(value.toPrecision(digits));
}
