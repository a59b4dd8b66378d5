/**
 * How much the model is told to think. Two forms, by model: a budget in tokens (2.5), or a level in words (3 and later).
 * https://ai.google.dev/gemini-api/docs/thinking
 */
import type { Effort, Thinking } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import type { WireObject } from '../wire-object.ts';

type Word = Exclude<Effort, 'none'>;
/** From the weakest to the strongest. */
const words: readonly Word[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
/** The levels that the API has; a model takes all of them unless its facts say less. */
const levels: readonly Effort[] = ['minimal', 'low', 'medium', 'high'];

/** As the API's own endpoint for OpenAI's SDKs has it: https://ai.google.dev/gemini-api/docs/openai#thinking */
const budgets: Readonly<Record<Word, number>> = {
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 65_536,
};

/** `thinkingConfig`; undefined leaves it out. */
export function renderThinking(
  thinking: Thinking | undefined,
  target: TargetModel,
  notes: Notes,
): WireObject | undefined {
  if (thinking === undefined) return undefined;
  const isOff = thinking.mode === 'off' || thinking.effort === 'none';
  if (target.thinking === 'none') {
    if (!isOff) notes.dropped('thinking', 'the model does not think');
    return undefined;
  }
  if (thinking.display === 'concise' || thinking.display === 'detailed') {
    notes.dropped('thinking.display', 'the model decides how much of its thoughts a summary shows');
  }
  const shown = thinking.display === 'omitted' || isOff ? {} : { includeThoughts: true };
  if (takesLevel(thinking, target)) return { ...levelOf(thinking, isOff, target, notes), ...shown };
  return { ...budgetOf(thinking, isOff, target, notes), ...shown };
}

/** A model that is not known gets the form in which the caller asked. */
function takesLevel(thinking: Thinking, target: TargetModel): boolean {
  if (target.thinking === 'effort' || target.thinking === 'adaptive') return true;
  return target.thinking === undefined && thinking.effort !== undefined && thinking.effort !== 'none';
}

function budgetOf(thinking: Thinking, isOff: boolean, target: TargetModel, notes: Notes): WireObject {
  const { min = 0, max = Number.POSITIVE_INFINITY, mayBeOff = true } = target.thinkingBudget ?? {};
  if (isOff) {
    if (mayBeOff) return { thinkingBudget: 0 };
    notes.dropped('thinking', 'the model cannot be kept from thinking: asked for the least');
    return { thinkingBudget: min };
  }
  const { effort, budgetTokens } = thinking;
  const wanted = budgetTokens ?? (effort === undefined || effort === 'none' ? undefined : budgets[effort]);
  if (wanted !== undefined) return { thinkingBudget: Math.min(max, Math.max(min, wanted)) };
  // -1 leaves it to the model. One that is not known may not even think.
  return target.thinking === 'budget' ? { thinkingBudget: -1 } : {};
}

function levelOf(thinking: Thinking, isOff: boolean, target: TargetModel, notes: Notes): WireObject {
  const known = (target.efforts ?? levels).filter((word) => levels.includes(word)) as readonly Word[];
  if (isOff) {
    notes.dropped('thinking', 'the model cannot be kept from thinking: asked for the least');
    return { thinkingLevel: known[0] ?? 'low' };
  }
  const wanted = thinking.effort ?? wordOf(thinking.budgetTokens);
  if (wanted === undefined || wanted === 'none') return {};
  if (known.includes(wanted)) return { thinkingLevel: wanted };
  const weaker = words.slice(0, words.indexOf(wanted)).findLast((word) => known.includes(word)) ?? known[0];
  notes.dropped('thinking.effort', `the model does not know ${wanted}: ${weaker ?? 'its default'} is asked for`);
  return weaker === undefined ? {} : { thinkingLevel: weaker };
}

/** The word whose own budget is reached. */
function wordOf(tokens: number | undefined): Word | undefined {
  if (tokens === undefined) return undefined;
  if (tokens < 4096) return 'low';
  return tokens < 16_384 ? 'medium' : 'high';
}
