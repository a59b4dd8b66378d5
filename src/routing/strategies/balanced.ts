/**
 * Price, latency, reliability and throughput, each against the best of the targets, weighed as declared: a geometric
 * mean, so at equal weights twice as slow is as bad as twice as dear, and forty times as slow is worse than five times.
 */
import type { BalanceWeights } from '../../snapshot/strategy.ts';
import type { Candidate } from '../candidate.ts';
import { byScore, type Option, type Order } from './option.ts';

/** One failure in ten is felt by every tenth caller: it counts far more than a tenth. */
const reliabilityPower = 8;
/** A millionth of a dollar: what costs less is as good as free, or nothing could be compared with a free target. */
const freeNanoUsd = 1000;
/** Without a price, or at a standstill, it is this much worse than the best. */
const worst = 1e-6;

export function balanced(weights: BalanceWeights): Order {
  return (options) => {
    const best = bestOf(options);
    return byScore(options, (candidate) => scoreOf(candidate, weights, best));
  };
}

interface Best {
  readonly costNanoUsd: number;
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

function bestOf(options: readonly Option[]): Best {
  let costNanoUsd = Number.POSITIVE_INFINITY;
  let firstTokenMs = Number.POSITIVE_INFINITY;
  let tokensPerSecond = 0;
  for (const { candidates } of options) {
    const [candidate] = candidates;
    costNanoUsd = Math.min(costNanoUsd, costOf(candidate));
    firstTokenMs = Math.min(firstTokenMs, candidate.firstTokenMs);
    tokensPerSecond = Math.max(tokensPerSecond, candidate.tokensPerSecond);
  }
  return { costNanoUsd, firstTokenMs, tokensPerSecond };
}

/** 1 would be the best target in everything that counts, and never fail. */
function scoreOf(candidate: Candidate, weights: BalanceWeights, best: Best): number {
  const { price, latency, reliability, throughput } = weights;
  const weighed =
    price * Math.log(ratio(best.costNanoUsd, costOf(candidate))) +
    latency * Math.log(ratio(best.firstTokenMs, candidate.firstTokenMs)) +
    reliability * reliabilityPower * Math.log(Math.max(worst, candidate.reliability)) +
    throughput * Math.log(ratio(candidate.tokensPerSecond, best.tokensPerSecond));
  return Math.exp(weighed / (price + latency + reliability + throughput));
}

function costOf({ costNanoUsd }: Candidate): number {
  return costNanoUsd === undefined ? Number.POSITIVE_INFINITY : Math.max(freeNanoUsd, costNanoUsd);
}

/** Of which none is below nothing; both may be endless. */
function ratio(less: number, more: number): number {
  if (more === less) return 1;
  return Number.isFinite(more) && more > 0 ? Math.max(worst, less / more) : worst;
}
