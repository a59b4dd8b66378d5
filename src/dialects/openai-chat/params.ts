/** The scalar options of a request: limits, sampling, thinking, format. */
import { defined } from '../../lib/defined.ts';
import type { ChatRequest, Effort, OutputFormat, Thinking } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { tokensMax } from '../../llm/usage.ts';
import {
  type Fields,
  optionalBoolean,
  optionalFields,
  optionalNumber,
  optionalString,
  optionalWord,
  requiredString,
  wrongShape,
} from './shape.ts';
import { readSchema } from './tools.ts';

type Sampling = Pick<
  ChatRequest,
  'maxTokens' | 'temperature' | 'topP' | 'topK' | 'seed' | 'frequencyPenalty' | 'presencePenalty' | 'stop' | 'endUser'
>;

/** Throws invalid-request for a value out of its range. */
export function readSampling(body: Fields): Sampling {
  const tokens = { min: 1, max: tokensMax, integer: true };
  const penalty = { min: -2, max: 2 };
  // Both names are checked, so that a bad one never hides behind a good one.
  const maxTokens = optionalNumber(body, 'max_tokens', tokens);
  const topK = optionalNumber(body, 'top_k', { min: -1, max: tokensMax, integer: true });
  return defined({
    maxTokens: optionalNumber(body, 'max_completion_tokens', tokens) ?? maxTokens,
    temperature: optionalNumber(body, 'temperature', { min: 0, max: 2 }),
    topP: optionalNumber(body, 'top_p', { min: 0, max: 1 }),
    // 0 and -1 are how servers spell "off".
    topK: topK !== undefined && topK > 0 ? topK : undefined,
    seed: optionalNumber(body, 'seed', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, integer: true }),
    frequencyPenalty: optionalNumber(body, 'frequency_penalty', penalty),
    presencePenalty: optionalNumber(body, 'presence_penalty', penalty),
    stop: readStop(body.stop),
    endUser: optionalString(body, 'safety_identifier') ?? optionalString(body, 'user'),
  });
}

function readStop(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  list.forEach((item, i) => {
    const path = Array.isArray(value) ? `stop[${i}]` : 'stop';
    if (typeof item !== 'string' || item === '') throw wrongShape(path, 'a non-empty string', item);
  });
  return list.length === 0 ? undefined : (list as string[]);
}

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/**
 * `reasoning_effort`, or the extensions by which other servers of this dialect take it: OpenRouter's
 * `reasoning: {effort, max_tokens, enabled}` and the `thinking: {type, budget_tokens}` of Anthropic and z.ai.
 */
export function readThinking(body: Fields): Thinking | undefined {
  const effort = optionalWord(body, 'reasoning_effort', efforts);
  const reasoning = optionalFields(body, 'reasoning');
  const thinking = optionalFields(body, 'thinking');
  if (effort !== undefined) return byEffort(effort);
  if (reasoning !== undefined) {
    if (optionalBoolean(reasoning, 'enabled', 'reasoning') === false) return { mode: 'off' };
    const budgetTokens = optionalNumber(
      reasoning,
      'max_tokens',
      { min: 1, max: tokensMax, integer: true },
      'reasoning',
    );
    if (budgetTokens !== undefined) return { mode: 'budget', budgetTokens };
    const asked = optionalWord(reasoning, 'effort', efforts, 'reasoning');
    return asked === undefined ? { mode: 'adaptive' } : byEffort(asked);
  }
  if (thinking === undefined) return undefined;
  const type = optionalWord(thinking, 'type', ['enabled', 'disabled', 'adaptive', 'auto'], 'thinking');
  if (type === 'disabled') return { mode: 'off' };
  const budgetTokens = optionalNumber(thinking, 'budget_tokens', { min: 1, max: tokensMax, integer: true }, 'thinking');
  return budgetTokens === undefined ? { mode: 'adaptive' } : { mode: 'budget', budgetTokens };
}

function byEffort(effort: Effort): Thinking {
  return effort === 'none' ? { mode: 'off', effort } : { mode: 'adaptive', effort };
}

export function readFormat(body: Fields): OutputFormat | undefined {
  const format = optionalFields(body, 'response_format');
  if (format === undefined) return undefined;
  const type = optionalWord(format, 'type', ['text', 'json_object', 'json_schema'], 'response_format');
  if (type === 'json_object') return { type: 'json-object' };
  if (type !== 'json_schema') return undefined;
  const at = 'response_format.json_schema';
  const spec = optionalFields(format, 'json_schema', 'response_format') ?? {};
  const schema = readSchema(spec, 'schema', at);
  if (schema === undefined) throw invalidRequest(`${at}.schema is required: a JSON Schema object.`, `${at}.schema`);
  return defined({
    type: 'json-schema' as const,
    schema,
    name: requiredString(spec, 'name', at),
    description: optionalString(spec, 'description', at),
    strict: optionalBoolean(spec, 'strict', at),
  });
}
