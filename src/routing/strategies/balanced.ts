/** Price, latency, reliability and throughput, each against the best of the targets, weighed as declared. */
import type { BalanceWeights } from '../../snapshot/strategy.ts';
import type { Candidate } from '../candidate.ts';
import { byScore, type Option, type Order } from './option.ts';

/** One failure in ten is felt by every tenth caller: it counts far more than a tenth. */
const reliabilityPower = 8;

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
    costNanoUsd = Math.min(costNanoUsd, candidate.costNanoUsd ?? Number.POSITIVE_INFINITY);
    firstTokenMs = Math.min(firstTokenMs, candidate.firstTokenMs);
    tokensPerSecond = Math.max(tokensPerSecond, candidate.tokensPerSecond);
  }
  return { costNanoUsd, firstTokenMs, tokensPerSecond };
}

/** 1 would be the best target in everything that counts. */
function scoreOf(candidate: Candidate, weights: BalanceWeights, best: Best): number {
  const { price, latency, reliability, throughput } = weights;
  const total = price + latency + reliability + throughput;
  const weighed =
    price * ratio(best.costNanoUsd, candidate.costNanoUsd ?? Number.POSITIVE_INFINITY) +
    latency * ratio(best.firstTokenMs, candidate.firstTokenMs) +
    reliability * candidate.reliability ** reliabilityPower +
    throughput * ratio(candidate.tokensPerSecond, best.tokensPerSecond);
  return weighed / total;
}

/** Two free ones are equal. */
function ratio(less: number, more: number): number {
  if (more === less) return 1;
  return more === 0 || !Number.isFinite(more) ? 0 : less / more;
}
