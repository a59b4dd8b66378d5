/**
 * How much the model is told to think. https://platform.claude.com/docs/en/build-with-claude/extended-thinking and
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 *
 * Two forms, by model: a budget of at least 1024 tokens below max_tokens, or `adaptive` with an effort word. Thinking is
 * left out, with a note, where the request has no room for it or where it would make the request invalid.
 */
import type { ChatRequest, Thinking } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { budgetOf, budgetTokensMin, displayOf, effortOf, knownEffort } from '../claude-thinking.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { isForced } from './render-tools.ts';
import { dialectId } from './wire.ts';

export interface ThinkingPlan {
  /** The `thinking` field; undefined leaves it out. */
  readonly config?: WireObject;
  /** `output_config.effort`. */
  readonly effort?: string;
  readonly isOn: boolean;
}

export function planThinking(
  request: ChatRequest,
  target: TargetModel,
  maxTokens: number,
  lostThinking: boolean,
  notes: Notes,
): ThinkingPlan {
  const { thinking } = request;
  const off = (why: string): ThinkingPlan => {
    notes.dropped('thinking', why);
    return { isOn: false };
  };
  if (thinking === undefined) return { isOn: false };
  const own = ownThinking(request);
  if (own === null) return { isOn: false, ...(thinking.effort && { effort: thinking.effort }) };
  if (thinking.mode === 'off' || thinking.effort === 'none') return { isOn: false };
  if (target.thinking === 'none') return off('the model does not think');
  if (isForced(request)) return off('a forced tool call and thinking exclude each other');
  const form = formOf(thinking, target, own);
  if (form === 'budget') {
    if (lostThinking) return off('the last assistant message has lost its signed thinking');
    return planBudget(thinking, own, maxTokens, notes) ?? off(`max_tokens ${maxTokens} leaves no room for thinking`);
  }
  const effort = knownEffort(effortOf(thinking), target, notes);
  const config = { type: 'adaptive', ...displayOf(thinking, notes) };
  return { isOn: true, ...(target.thinking !== 'effort' && { config: own ?? config }), ...(effort && { effort }) };
}

/** The caller's own words, when it speaks this dialect: null when it asked for an effort without thinking. */
function ownThinking(request: ChatRequest): WireObject | null | undefined {
  if (request.carried?.dialect !== dialectId || !isObject(request.carried.raw)) return undefined;
  const raw = request.carried.raw.thinking;
  return isObject(raw) ? raw : raw === null ? null : undefined;
}

/** A model that is not known gets what the caller wrote; from another dialect, the form that every model once took. */
function formOf(thinking: Thinking, target: TargetModel, own: WireObject | undefined): 'budget' | 'adaptive' {
  if (target.thinking === 'adaptive' || target.thinking === 'effort') return 'adaptive';
  if (target.thinking === 'budget') return 'budget';
  if (own !== undefined) return own.type === 'enabled' ? 'budget' : 'adaptive';
  return thinking.mode === 'adaptive' && thinking.effort === undefined ? 'adaptive' : 'budget';
}

function planBudget(
  thinking: Thinking,
  own: WireObject | undefined,
  maxTokens: number,
  notes: Notes,
): ThinkingPlan | undefined {
  const effort = thinking.effort === 'none' ? undefined : thinking.effort;
  const budget = budgetOf(thinking, maxTokens);
  if (budget < budgetTokensMin) return undefined;
  const config = { type: 'enabled', budget_tokens: budget, ...displayOf(thinking, notes) };
  return { isOn: true, config, ...(own && effort && { effort }) };
}

/**
 * With a thinking budget, the last assistant message must begin with its thinking while its turn still goes on: it calls
 * a tool, or is a prefill. True when that thinking is not there (another provider's, or never given back).
 */
export function lostThinking(messages: readonly unknown[]): boolean {
  const at = messages.findLastIndex(isAssistant);
  if (at === -1) return false;
  const isPrefill = at === messages.length - 1;
  // Neighbours of one role are one message to the API.
  const before = messages.findLastIndex((message, i) => i < at && !isAssistant(message));
  const types = messages.slice(before + 1, at + 1).flatMap(blockTypes);
  const goesOn = isPrefill || types.includes('tool_use');
  return goesOn && types[0] !== 'thinking' && types[0] !== 'redacted_thinking';
}

function isAssistant(message: unknown): boolean {
  return isObject(message) && message.role === 'assistant';
}

function blockTypes(message: unknown): unknown[] {
  const content = isObject(message) ? message.content : undefined;
  return Array.isArray(content) ? content.map((block) => (isObject(block) ? block.type : undefined)) : ['text'];
}
