/**
 * How much the model is told to think. Converse has one word for it (`outputConfig.effort`) and leaves the rest to the
 * model's own fields; which those are follows from how the model takes thinking. Left out, with a note, where that is not
 * known, where the request has no room for it, or where it would make the request invalid.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-reasoning.html
 */
import type { ChatRequest, Thinking } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { budgetOf, budgets, budgetTokensMin, displayOf, effortOf, knownEffort } from '../claude-thinking.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import type { Message } from './render-messages.ts';
import { isForced } from './render-tools.ts';
import { restored } from './wire.ts';

export interface ThinkingPlan {
  /** For `additionalModelRequestFields`. */
  readonly fields: WireObject;
  /** `outputConfig.effort`. */
  readonly effort?: string;
  /** Thinking that excludes sampling parameters. */
  readonly isOn: boolean;
}

const nothing: ThinkingPlan = { fields: {}, isOn: false };

export function planThinking(
  request: ChatRequest,
  target: TargetModel,
  messages: readonly Message[],
  notes: Notes,
): ThinkingPlan {
  const { thinking } = request;
  if (thinking === undefined) return nothing;
  const { effort, ...own } = fieldsOf(restored(request.carried).thinking);
  if (Object.keys(own).length > 0 || effort !== undefined) {
    const isOn = [own.thinking, own.reasoning_config].some((field) => isObject(field) && field.type !== 'disabled');
    if (isOn && lostThinking(messages)) return left(notes, lost);
    return { fields: own, ...(typeof effort === 'string' && { effort }), isOn };
  }
  if (target.thinking === 'effort') return planEffort(thinking, target, notes);
  if (thinking.mode === 'off' || thinking.effort === 'none') return nothing;
  if (target.thinking === undefined) return left(notes, 'it is not known how the model takes thinking');
  if (target.thinking === 'none') return left(notes, 'the model does not think');
  if (isForced(request)) return left(notes, 'a forced tool call and thinking exclude each other');
  if (target.thinking === 'adaptive') {
    const effort = knownEffort(effortOf(thinking), target, notes);
    return {
      fields: { thinking: { type: 'adaptive', ...displayOf(thinking, notes) } },
      ...(effort && { effort }),
      isOn: true,
    };
  }
  if (lostThinking(messages)) return left(notes, lost);
  const maxTokens = request.maxTokens ?? target.outputTokensMax ?? budgets.max;
  const budget = budgetOf(thinking, maxTokens);
  if (budget < budgetTokensMin) return left(notes, `maxTokens ${maxTokens} leaves no room for thinking`);
  return {
    fields: { thinking: { type: 'enabled', budget_tokens: budget, ...displayOf(thinking, notes) } },
    isOn: true,
  };
}

const lost = 'the last assistant message has lost its signed thinking';

function left(notes: Notes, why: string): ThinkingPlan {
  notes.dropped('thinking', why);
  return nothing;
}

function fieldsOf(value: unknown): WireObject {
  return isObject(value) ? value : {};
}

/** These models always think, and take nothing but a word. */
function planEffort(thinking: Thinking, target: TargetModel, notes: Notes): ThinkingPlan {
  const isOff = thinking.mode === 'off' || thinking.effort === 'none';
  if (isOff) notes.dropped('thinking', 'the model always thinks: it is asked for as little as it can');
  const word = knownEffort(isOff ? 'low' : effortOf(thinking), target, notes);
  return word === undefined ? nothing : { fields: { reasoning_effort: word }, isOn: false };
}

/**
 * With a thinking budget, the last assistant message must begin with its thinking while its turn still goes on: it calls
 * a tool, or is a prefill. True when that thinking is not there (another provider's, or never given back).
 */
function lostThinking(messages: readonly unknown[]): boolean {
  const at = messages.findLastIndex((message) => isObject(message) && message.role === 'assistant');
  const last = messages[at];
  if (!isObject(last) || !Array.isArray(last.content)) return false;
  const has = (part: unknown, type: string) => isObject(part) && part[type] !== undefined;
  const goesOn = at === messages.length - 1 || last.content.some((part) => has(part, 'toolUse'));
  return goesOn && !has(last.content[0], 'reasoningContent');
}
