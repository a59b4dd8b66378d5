/**
 * A decision for people and programs: plain JSON of bounded size, with all that was compared. Money is what the caller
 * would pay; the prompt is nowhere in it.
 */
import { type SaleRule, saleChargeNanoUsd } from '../catalog/sale.ts';
import { formatUsd } from '../lib/money.ts';
import { noUsage, type Usage } from '../llm/usage.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Candidate } from './candidate.ts';
import type { Decision } from './decide.ts';
import { rounded, shownScore } from './shown-score.ts';

/** How a target would be asked: in the caller's own words or in others, or why it cannot be. */
export type Asked =
  | { readonly dialect: string; readonly how: 'relay' | 'translated'; readonly dropped: readonly string[] }
  | { readonly refused: string };

export interface DescribedCandidate {
  /** `provider/name` */
  readonly target: string;
  /** What the strategy gave it; more is better. Null: it gives none, or went by the cost. */
  readonly score: number | null;
  /** Dollars as decimal text. Null: it has no price. */
  readonly costUsd: CostRange | null;
  /** What `likely` is reckoned with. */
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number };
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  /** 0 to 1. */
  readonly successShare: number;
  /** How many answers these three rest on, those long ago counting less. 0: they are assumed. */
  readonly samples: number;
  readonly state: 'up' | 'ejected' | 'returning' | 'reserved';
  /** When that may end. */
  readonly until: string | null;
  readonly asked: Asked | null;
  /** Whose credential it is. */
  readonly paidBy: 'platform' | 'organization';
}

export interface CostRange {
  /** The shortest answer. */
  readonly low: string;
  /** An answer as long as this key's usually are. */
  readonly likely: string;
  /** Nothing out of a cache, and the longest answer that caller and model allow. Null: nobody limits it. */
  readonly high: string | null;
}

export interface DescribedDecision {
  readonly route: string;
  readonly strategy: string;
  /** In the order in which they are asked. */
  readonly candidates: readonly DescribedCandidate[];
  readonly candidatesCount: number;
  readonly rejected: readonly { readonly target: string; readonly filter: string; readonly why: string }[];
  readonly rejectedCount: number;
  readonly sticky: DescribedSticky | null;
  readonly smart: DescribedSmart | null;
  /** Of the experiment that a `split` is. */
  readonly arm: string | null;
  /** The first was put there to be looked at. */
  readonly explored: boolean;
}

export interface DescribedSticky {
  readonly target: string;
  readonly kept: boolean;
  readonly why: string | null;
  readonly cachedTokens: number;
  /** What the cache saves there: lost where the conversation leaves it. Null: it cannot be asked now. */
  readonly cacheWorthUsd: string | null;
}

export interface DescribedSmart {
  readonly score: number;
  readonly tier: number;
  /** Index of the declared rule that decided. */
  readonly rule: number | null;
  readonly language: string;
  readonly reasons: readonly { readonly signal: string; readonly weight: number; readonly what: string }[];
}

export interface DescribeFacts {
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** The caller's own prices. */
  readonly saleOf: (target: Target) => SaleRule;
  /** A closer count of the prompt than routing uses, if there is one. */
  readonly inputTokensLeast?: number;
  /** What the caller allows. */
  readonly outputTokensMax: number;
  /** Null: it was not looked at. */
  readonly askedOf: (target: Target) => Asked | null;
}

const candidatesMax = 32;
const rejectedMax = 32;
const reasonsMax = 12;
const textCharsMax = 256;

export function describeDecision(decision: Decision, facts: DescribeFacts): DescribedDecision {
  const { route, strategy, ranked, rejected, sticky, smart, arm, explored } = decision;
  return {
    route,
    strategy,
    candidates: ranked.slice(0, candidatesMax).map((candidate) => describeCandidate(candidate, facts)),
    candidatesCount: ranked.length,
    rejected: rejected
      .slice(0, rejectedMax)
      .map(({ target, filter, why }) => ({ target: target.model.id, filter, why: why.slice(0, textCharsMax) })),
    rejectedCount: rejected.length,
    sticky: sticky === undefined ? null : describeSticky(sticky, ranked, facts),
    smart: smart === undefined ? null : describeSmart(smart),
    arm: arm ?? null,
    explored: explored ?? false,
  };
}

function describeCandidate(candidate: Candidate, facts: DescribeFacts): DescribedCandidate {
  const { target, measures, usage } = candidate;
  const { state, untilMs } = candidate.state;
  const cached = Math.round(usage.inputTokens * usage.cacheShare);
  return {
    target: target.model.id,
    score: shownScore(candidate) ?? null,
    costUsd: costRange(candidate, facts),
    tokens: { input: usage.inputTokens, cached, output: Math.round(usage.outputTokens) },
    firstTokenMs: rounded(candidate.firstTokenMs),
    tokensPerSecond: rounded(candidate.tokensPerSecond),
    successShare: rounded(measures.successShare),
    samples: rounded(measures.samples),
    state,
    until: untilMs === undefined ? null : new Date(facts.nowMs + untilMs - facts.monotonicMs).toISOString(),
    asked: facts.askedOf(target),
    paidBy: target.credential.ownedBy === undefined ? 'platform' : 'organization',
  };
}

function costRange(candidate: Candidate, facts: DescribeFacts): CostRange | null {
  const { target, usage } = candidate;
  const { inputTokens, cacheShare } = usage;
  const least = Math.min(inputTokens, facts.inputTokensLeast ?? inputTokens);
  const low = charge(target, split(least, cacheShare, 1), facts);
  const likely = charge(target, split(inputTokens, cacheShare, usage.outputTokens), facts);
  if (low === undefined || likely === undefined) return null;
  const outputMax = longestAnswer(target, inputTokens, facts.outputTokensMax);
  return { low: dollars(low), likely: dollars(likely), high: dearest(target, inputTokens, outputMax, facts) };
}

/** Undefined: nobody knows. */
function longestAnswer({ model }: Target, inputTokens: number, asked: number): number | undefined {
  const room = model.contextTokens === undefined ? Number.POSITIVE_INFINITY : model.contextTokens - inputTokens;
  const own = model.outputTokensMax ?? model.target.outputTokensMax ?? Number.POSITIVE_INFINITY;
  const most = Math.min(asked, own, Math.max(1, room));
  return Number.isFinite(most) ? most : undefined;
}

/** The prompt may be written to the provider's cache, which some charge more for. */
function dearest(target: Target, inputTokens: number, output: number | undefined, facts: DescribeFacts): string | null {
  if (output === undefined) return null;
  const plain = charge(target, { ...noUsage, input: inputTokens, output }, facts) ?? 0n;
  const written = charge(target, { ...noUsage, cacheWrite5m: inputTokens, output }, facts) ?? 0n;
  return dollars(plain > written ? plain : written);
}

function split(inputTokens: number, cacheShare: number, outputTokens: number): Usage {
  const cacheRead = Math.round(inputTokens * cacheShare);
  return { ...noUsage, input: inputTokens - cacheRead, cacheRead, output: Math.round(outputTokens) };
}

/** Nano-dollars. Undefined: it has no price. */
function charge(target: Target, usage: Usage, { nowMs, saleOf }: DescribeFacts): bigint | undefined {
  const price = target.model.priceAt(nowMs);
  return price && saleChargeNanoUsd(saleOf(target), price, usage);
}

function describeSticky(
  { target, kept, why, cachedTokens }: NonNullable<Decision['sticky']>,
  ranked: readonly Candidate[],
  facts: DescribeFacts,
): DescribedSticky {
  const holder = ranked.find((candidate) => candidate.target.model.id === target);
  return { target, kept, why: why ?? null, cachedTokens, cacheWorthUsd: holder ? cacheWorth(holder, facts) : null };
}

function cacheWorth({ target, usage }: Candidate, facts: DescribeFacts): string | null {
  const { inputTokens, cacheShare, outputTokens } = usage;
  const cold = charge(target, split(inputTokens, 0, outputTokens), facts);
  const warm = charge(target, split(inputTokens, cacheShare, outputTokens), facts);
  return cold === undefined || warm === undefined ? null : dollars(cold - warm);
}

/** Counts and names of signals: the scorer never quotes what it has read. */
function describeSmart({ score, tier, rule, language, reasons }: NonNullable<Decision['smart']>): DescribedSmart {
  const told = reasons.slice(0, reasonsMax).map(({ signal, weight, what }) => ({ signal, weight, what }));
  return { score: rounded(score), tier, rule: rule ?? null, language, reasons: told };
}

function dollars(nano: bigint): string {
  return formatUsd(nano).replace('$', '');
}
