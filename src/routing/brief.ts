/** A decision in few bytes, for the usage row of each request that had a choice. */
import type { Target } from '../snapshot/snapshot.ts';
import type { Candidate } from './candidate.ts';
import type { Decision } from './decide.ts';
import { isCost, rounded, shownScore } from './shown-score.ts';

export interface BriefDecision {
  readonly route: string;
  readonly strategy: string;
  /** `provider/name`, in the order in which they were to be asked. */
  readonly ranked: readonly string[];
  /** How many there were, where it is more. */
  readonly rankedCount?: number;
  /** In the order of `ranked`; null: not scored, or by its cost. */
  readonly scores?: readonly (number | null)[];
  /** Expected nano-dollars at the provider's price, where the strategy went by that. */
  readonly costsNanoUsd?: readonly (number | null)[];
  readonly rejected?: readonly { readonly target: string; readonly filter: string }[];
  readonly sticky?: {
    readonly target: string;
    readonly kept: boolean;
    readonly why?: string;
    readonly cachedTokens: number;
    /** At the provider's price. */
    readonly cacheWorthNanoUsd: number;
    /** Somebody else has answered: this much more it cost to read the prompt anew. */
    readonly lostNanoUsd?: number;
  };
  readonly smart?: { readonly score: number; readonly tier: number; readonly rule?: number };
  readonly arm?: string;
  readonly explored?: true;
}

/** The first ones are asked; hardly anybody comes to the rest. */
const rankedMax = 5;
const rejectedMax = 8;

type Brief = { -readonly [K in keyof BriefDecision]: BriefDecision[K] };

/**
 * `served`: who has answered, or was asked last. Field by field: this is written for each request that had a choice.
 */
export function briefDecision(decision: Decision, served?: Target): BriefDecision {
  const { route, strategy, ranked, rejected, sticky, smart, arm, explored } = decision;
  const first = ranked.length > rankedMax ? ranked.slice(0, rankedMax) : ranked;
  const brief: Brief = { route, strategy, ranked: first.map(modelOf) };
  if (ranked.length > rankedMax) brief.rankedCount = ranked.length;
  addScores(brief, first);
  if (rejected.length > 0) {
    brief.rejected = rejected.slice(0, rejectedMax).map(({ target, filter }) => ({ target: target.model.id, filter }));
  }
  if (sticky !== undefined) brief.sticky = withoutCredential(sticky, served);
  if (smart !== undefined) brief.smart = { score: rounded(smart.score), tier: smart.tier, ...ruleOf(smart) };
  if (arm !== undefined) brief.arm = arm;
  if (explored) brief.explored = explored;
  return brief;
}

function modelOf({ target }: Candidate): string {
  return target.model.id;
}

function addScores(brief: Brief, ranked: readonly Candidate[]): void {
  const scores: (number | null)[] = [];
  const costs: (number | null)[] = [];
  let hasScore = false;
  let hasCost = false;
  for (const candidate of ranked) {
    const goesByCost = isCost(candidate);
    const score = goesByCost ? undefined : shownScore(candidate);
    if (score !== undefined) hasScore = true;
    if (goesByCost) hasCost = true;
    scores.push(score ?? null);
    costs.push(goesByCost ? roundedCost(candidate.costNanoUsd) : null);
  }
  if (hasScore) brief.scores = scores;
  if (hasCost) brief.costsNanoUsd = costs;
}

function roundedCost(costNanoUsd: number | undefined): number | null {
  return costNanoUsd === undefined ? null : Math.round(costNanoUsd);
}

function withoutCredential(
  { target, credential, kept, why, cachedTokens, cacheWorthNanoUsd }: NonNullable<Decision['sticky']>,
  served: Target | undefined,
) {
  const isElsewhere = served !== undefined && (served.model.id !== target || served.credential.id !== credential);
  const lost = isElsewhere && { lostNanoUsd: cacheWorthNanoUsd };
  return { target, kept, ...(why && { why }), cachedTokens, cacheWorthNanoUsd, ...lost };
}

function ruleOf({ rule }: { readonly rule?: number }): { readonly rule?: number } {
  return rule === undefined ? {} : { rule };
}
