/**
 * `additionalModelRequestFields`: fields of the model's own API, among them how much it should think. Each family of
 * models has its own; what callers of Converse are on record to send is understood.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-reasoning.html
 */
import type { ChatRequest, Effort, Thinking } from '../../llm/chat.ts';
import { tokensMax } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, integerAt, optionalAt } from '../shape.ts';
import { isObject } from '../wire-object.ts';
import { without } from './wire.ts';

const at = 'additionalModelRequestFields';
const modelled = ['thinking', 'reasoning_config', 'reasoningConfig', 'reasoning_effort', 'reasoning', 'top_k'];

export interface ModelFields {
  readonly told: Pick<ChatRequest, 'thinking' | 'topK'>;
  /** The fields that say how much to think, as they were: for the way back. */
  readonly own: JsonObject;
  /** What is not modelled, to be carried. */
  readonly rest: JsonObject;
}

/** `effort`: the one of `outputConfig`, which every model shares. */
export function parseModelFields(value: unknown, effort: unknown): ModelFields {
  const raw = optionalAt(value, at);
  const output = isObject(raw.output_config) ? raw.output_config : {};
  const thinking = parseThinking(raw, effortOf(effort, output.effort, raw.reasoning_effort, effortIn(raw.reasoning)));
  const outputRest = without(output, ['effort']);
  const told = {
    ...(thinking && { thinking }),
    ...(absent(raw.top_k) ? {} : { topK: integerAt(raw.top_k, `${at}.top_k`, 0, tokensMax) }),
  };
  return {
    told,
    own: {
      ...Object.fromEntries(Object.entries(raw).filter(([key]) => modelled.includes(key) && key !== 'top_k')),
      ...(output.effort !== undefined && { output_config: { effort: output.effort } }),
    },
    rest: {
      ...without(raw, [...modelled, 'output_config']),
      ...(Object.keys(outputRest).length > 0 && { output_config: outputRest }),
    },
  };
}

function parseThinking(raw: JsonObject, effort: Effort | undefined): Thinking | undefined {
  const own = [raw.thinking, raw.reasoning_config].find(isObject);
  const nova = isObject(raw.reasoningConfig) ? raw.reasoningConfig : undefined;
  if (nova !== undefined) {
    if (nova.type === 'disabled') return { mode: 'off' };
    const word = effortOf(nova.maxReasoningEffort, effort);
    return { mode: 'adaptive', ...(word && { effort: word }) };
  }
  if (own === undefined) {
    if (effort === undefined) return undefined;
    return effort === 'none' ? { mode: 'off' } : { mode: 'adaptive', effort };
  }
  if (own.type === 'disabled') return { mode: 'off' };
  const more = { ...(effort && { effort }), ...(typeof own.display === 'string' && { display: own.display }) };
  if (own.type !== 'enabled') return { mode: 'adaptive', ...more };
  const budgetTokens = integerAt(own.budget_tokens, `${at}.thinking.budget_tokens`, 1024, tokensMax);
  return { mode: 'budget', budgetTokens, ...more };
}

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** The first that is a word of ours. */
function effortOf(...values: readonly unknown[]): Effort | undefined {
  return values.flatMap((value) => efforts.filter((effort) => effort === value)).at(0);
}

function effortIn(value: unknown): unknown {
  return isObject(value) ? value.effort : undefined;
}
