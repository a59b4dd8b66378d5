/**
 * How much Claude is asked to think, in tokens and in words, whichever API it is asked by.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking · https://platform.claude.com/docs/en/build-with-claude/effort
 */
import type { Effort, Thinking } from '../llm/chat.ts';
import type { TargetModel } from '../llm/model.ts';
import type { Notes } from '../llm/notes.ts';
import type { WireObject } from './wire-object.ts';

export type EffortWord = Exclude<Effort, 'none' | 'minimal'>;
/** From the weakest to the strongest. */
const words: readonly EffortWord[] = ['low', 'medium', 'high', 'xhigh', 'max'];

export const budgetTokensMin = 1024;
/** The rest of the limit is for the answer. */
const budgetShareMax = 0.8;

export const budgets: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
};

/** A budget that was given in tokens is kept while it is legal; one that was made from a word leaves room to answer. */
export function budgetOf({ budgetTokens, effort }: Thinking, maxTokens: number): number {
  const byWord = budgets[effort === undefined || effort === 'none' ? 'medium' : effort];
  const most = budgetTokens === undefined ? Math.floor(maxTokens * budgetShareMax) : maxTokens - 1;
  return Math.min(Math.max(budgetTokensMin, budgetTokens ?? byWord), most);
}

export function displayOf({ display }: Thinking, notes: Notes): WireObject {
  if (display === 'concise' || display === 'detailed') {
    notes.dropped('thinking.display', 'the model decides how much of its thinking a summary shows');
  }
  return display === 'summarized' || display === 'omitted' ? { display } : {};
}

/** The word itself, or the next weaker one that the model takes. */
export function knownEffort(
  effort: EffortWord | undefined,
  { efforts }: TargetModel,
  notes: Notes,
): EffortWord | undefined {
  if (effort === undefined || efforts === undefined || efforts.includes(effort)) return effort;
  const weaker = words.slice(0, words.indexOf(effort)).findLast((word) => efforts.includes(word));
  notes.dropped('thinking.effort', `the model does not know ${effort}: ${weaker ?? 'its default'} is asked for`);
  return weaker;
}

/** The words of this API start at `low`; a budget becomes the word whose own budget it reaches. */
export function effortOf({ effort, budgetTokens }: Thinking): EffortWord | undefined {
  if (effort === 'none' || effort === 'minimal') return 'low';
  if (effort !== undefined || budgetTokens === undefined) return effort;
  if (budgetTokens < budgets.medium) return 'low';
  if (budgetTokens < budgets.high) return 'medium';
  return budgetTokens < budgets.max ? 'high' : 'max';
}
