/** From a score, or a declared rule, to the target: tiers are numbered from the cheapest. */
import type { SmartRule } from '../../snapshot/strategy.ts';
import type { SmartInput } from './input.ts';
import { type SmartScore, scoreComplexity } from './score.ts';
import { thresholdByMisrouted } from './weights.ts';

export interface SmartSettings {
  /** The first that holds decides; the score is not asked. */
  readonly rules?: readonly SmartRule[];
  /** Ascending, one fewer than there are targets; see `defaultThresholds`. */
  readonly thresholds?: readonly number[];
}

export interface SmartChoice extends SmartScore {
  /** 0 is the cheapest target. */
  readonly tier: number;
  /** Index of the rule that decided. */
  readonly rule?: number;
}

/** What a rule reads of the last turn. */
const ruleCharsMax = 65_536;

/** `targetsCount`: at least 1, ordered from cheap to strong. */
export function chooseTier(input: SmartInput, targetsCount: number, settings: SmartSettings = {}): SmartChoice {
  const scored = scoreComplexity(input);
  const known = scored.language === input.language ? input : { ...input, language: scored.language };
  const rule = settings.rules?.findIndex(({ when }) => holds(when, known)) ?? -1;
  const decided = settings.rules?.[rule];
  if (decided) return { ...scored, tier: decided.use === 'cheap' ? 0 : targetsCount - 1, rule };
  const tier = smartTier(scored.score, settings.thresholds ?? defaultThresholds(targetsCount));
  return { ...scored, tier: Math.min(tier, targetsCount - 1) };
}

/** How many thresholds the score has reached. */
export function smartTier(score: number, thresholds: readonly number[]): number {
  return thresholds.reduce((tier, threshold) => tier + Number(score >= threshold), 0);
}

/** Calibrated so that about 5 % of complex requests go to the cheapest target. */
export function defaultThresholds(targetsCount: number): readonly number[] {
  return spacedThresholds(thresholdByMisrouted['0.05'] ?? 0.5, targetsCount);
}

/** The first divides cheap from the rest; the others divide what is above it evenly. */
export function spacedThresholds(first: number, targetsCount: number): readonly number[] {
  return Array.from(
    { length: Math.max(0, targetsCount - 1) },
    (_, i) => first + ((1 - first) * i) / (targetsCount - 1),
  );
}

function holds(when: SmartRule['when'], input: SmartInput): boolean {
  return (
    (when.tools === undefined || when.tools === input.toolsCount > 0) &&
    (when.media === undefined || when.media === input.mediaCount > 0) &&
    (when.minInputTokens === undefined || input.inputTokensEstimate >= when.minInputTokens) &&
    (when.tag === undefined || input.tags?.includes(when.tag) === true) &&
    (when.language === undefined || input.language === when.language) &&
    (when.contains === undefined || containsOne(when.contains, input))
  );
}

function containsOne(words: readonly string[], { lastUserText }: SmartInput): boolean {
  const text = lastUserText.slice(0, ruleCharsMax).toLowerCase();
  return words.some((word) => text.includes(word.toLowerCase()));
}
