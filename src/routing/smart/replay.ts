/** What thresholds would have done to requests that were recorded: shares, costs, and who was misrouted. */
import { smartTier, spacedThresholds } from './tier.ts';

export interface ReplayedRequest {
  readonly score: number;
  /** A declared rule decided; thresholds do not matter. */
  readonly ruleTier?: number;
  /** Absent: nobody has labelled it. */
  readonly complex?: boolean;
  /** What it costs at each target, from the cheapest on; nano-dollars. */
  readonly nanoUsd: readonly number[];
}

/** Shares are from 0 to 1. */
export interface ReplayOutcome {
  readonly threshold: number;
  readonly cheapShare: number;
  readonly nanoUsd: number;
  /** Of what always asking the strongest would have cost. */
  readonly savedShare: number;
  /** Complex requests that went to the cheapest target, and all complex ones; both 0 without labels. */
  readonly misrouted: number;
  readonly complex: number;
}

/** `threshold`: between the cheapest target and the rest; those between the rest are spaced above it. */
export function replayAt(requests: Iterable<ReplayedRequest>, threshold: number, targetsCount: number): ReplayOutcome {
  const thresholds = spacedThresholds(threshold, targetsCount);
  let [count, cheap, nanoUsd, strongNanoUsd, misrouted, complex] = [0, 0, 0, 0, 0, 0];
  for (const request of requests) {
    const tier = request.ruleTier ?? smartTier(request.score, thresholds);
    count++;
    nanoUsd += request.nanoUsd[tier] ?? 0;
    strongNanoUsd += request.nanoUsd[targetsCount - 1] ?? 0;
    cheap += Number(tier === 0);
    complex += Number(request.complex === true);
    misrouted += Number(request.complex === true && tier === 0);
  }
  return {
    threshold,
    cheapShare: count && cheap / count,
    nanoUsd,
    savedShare: strongNanoUsd && 1 - nanoUsd / strongNanoUsd,
    misrouted,
    complex,
  };
}

/** The threshold, in hundredths, that saves most with no more than this share misrouted. Undefined: none does. */
export function bestThreshold(
  requests: readonly ReplayedRequest[],
  targetsCount: number,
  misroutedShareMax: number,
): ReplayOutcome | undefined {
  const all = Array.from({ length: 99 }, (_, i) => replayAt(requests, (i + 1) / 100, targetsCount));
  const allowed = all.filter(({ misrouted, complex }) => misrouted <= misroutedShareMax * complex);
  return allowed.reduce<ReplayOutcome | undefined>(
    (best, next) => (best === undefined || next.savedShare > best.savedShare ? next : best),
    undefined,
  );
}

/** The 95 % interval of a share that was counted (Wilson's score interval), from 0 to 1. */
export function shareInterval(hits: number, total: number): readonly [number, number] {
  if (total === 0) return [0, 1];
  const z = 1.96;
  const share = hits / total;
  const middle = share + (z * z) / (2 * total);
  const spread = z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}
