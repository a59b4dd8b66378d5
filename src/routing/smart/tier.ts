/** From a score, or a declared rule, to the target: tiers are numbered from the cheapest. */
import type { SmartInput } from './input.ts';
import { type SmartScore, scoreComplexity } from './score.ts';
import { thresholdByMisrouted } from './weights.ts';

/** All that is named must hold. */
export interface SmartRuleWhen {
  /** One of these words stands in the instructions or the last turn; capitals do not matter. */
  readonly contains?: readonly string[];
  readonly tools?: boolean;
  readonly media?: boolean;
  readonly minInputTokens?: number;
  readonly tag?: string;
  /** `de` */
  readonly language?: string;
}

export interface SmartRule {
  readonly when: SmartRuleWhen;
  readonly use: 'cheap' | 'strong';
}

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

/** What a rule reads of each text. */
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

/** The first keeps misrouted complex requests at 5 % of the training set; the others divide what is above it evenly. */
export function defaultThresholds(targetsCount: number): readonly number[] {
  const first = thresholdByMisrouted['0.05'] ?? 0.5;
  return Array.from(
    { length: Math.max(0, targetsCount - 1) },
    (_, i) => first + ((1 - first) * i) / (targetsCount - 1),
  );
}

export function holds(when: SmartRuleWhen, input: SmartInput): boolean {
  return (
    (when.tools === undefined || when.tools === input.toolsCount > 0) &&
    (when.media === undefined || when.media === input.mediaCount > 0) &&
    (when.minInputTokens === undefined || input.inputTokensEstimate >= when.minInputTokens) &&
    (when.tag === undefined || input.tags?.includes(when.tag) === true) &&
    (when.language === undefined || input.language === when.language) &&
    (when.contains === undefined || containsOne(when.contains, input))
  );
}

function containsOne(words: readonly string[], { instructions = '', lastUserText }: SmartInput): boolean {
  const texts = [instructions, lastUserText].map((text) => text.slice(0, ruleCharsMax).toLowerCase());
  return words.some((word) => texts.some((text) => text.includes(word.toLowerCase())));
}
