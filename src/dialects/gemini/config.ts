/** `generationConfig` as a caller wrote it. https://ai.google.dev/api/generate-content#generationconfig */
import { defined } from '../../lib/defined.ts';
import type { ChatRequest, Effort, OutputFormat, Thinking } from '../../llm/chat.ts';
import { tokensMax } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, booleanAt, integerAt, listAt, numberAt, optionalAt, stringAt } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { fromOpenApi, jsonSchema } from './schema.ts';

const at = (name: string) => `generationConfig.${name}`;

type Sampling = Pick<
  ChatRequest,
  'maxTokens' | 'temperature' | 'topP' | 'topK' | 'seed' | 'frequencyPenalty' | 'presencePenalty' | 'stop'
>;

/** Throws invalid-request for a value out of its range. */
export function readSampling(config: JsonObject): Sampling {
  const number = (name: string, min: number, max: number) =>
    absent(config[name]) ? undefined : numberAt(config[name], at(name), min, max);
  const integer = (name: string, min: number, max: number) =>
    absent(config[name]) ? undefined : integerAt(config[name], at(name), min, max);
  const stop = listAt(config.stopSequences).map((item, i) => stringAt(item, `${at('stopSequences')}[${i}]`));
  return defined({
    maxTokens: integer('maxOutputTokens', 1, tokensMax),
    temperature: number('temperature', 0, 2),
    topP: number('topP', 0, 1),
    topK: integer('topK', 0, tokensMax),
    seed: integer('seed', -(2 ** 31), 2 ** 31 - 1),
    frequencyPenalty: number('frequencyPenalty', -2, 2),
    presencePenalty: number('presencePenalty', -2, 2),
    stop: stop.length === 0 ? undefined : stop,
  });
}

const efforts: Readonly<Record<string, Effort>> = { minimal: 'minimal', low: 'low', medium: 'medium', high: 'high' };

/** https://ai.google.dev/gemini-api/docs/thinking: a level in words, or a budget: 0 is off, -1 leaves it to the model. */
export function readThinking(config: JsonObject): Thinking | undefined {
  if (absent(config.thinkingConfig)) return undefined;
  const thinking = optionalAt(config.thinkingConfig, at('thinkingConfig'));
  const { thinkingBudget: budget, thinkingLevel: level, includeThoughts: shows } = thinking;
  const path = at('thinkingConfig.');
  const isShown = absent(shows) ? undefined : booleanAt(shows, `${path}includeThoughts`);
  const display = isShown === undefined ? {} : { display: isShown ? 'summarized' : 'omitted' };
  const budgetTokens = absent(budget) ? undefined : integerAt(budget, `${path}thinkingBudget`, -1, tokensMax);
  if (budgetTokens === 0) return { mode: 'off', ...display };
  if (budgetTokens !== undefined && budgetTokens > 0) return { mode: 'budget', budgetTokens, ...display };
  const effort = absent(level) ? undefined : efforts[stringAt(level, `${path}thinkingLevel`).toLowerCase()];
  return { mode: 'adaptive', ...(effort && { effort }), ...display };
}

export function readFormat(config: JsonObject): OutputFormat | undefined {
  if (config.responseMimeType !== 'application/json') return undefined;
  const { responseSchema, responseJsonSchema } = config;
  if (!absent(responseJsonSchema))
    return { type: 'json-schema', schema: jsonSchema(responseJsonSchema, at('responseJsonSchema')) };
  if (absent(responseSchema)) return { type: 'json-object' };
  return { type: 'json-schema', schema: fromOpenApi(responseSchema, at('responseSchema')) };
}

const modelled = [
  ...['maxOutputTokens', 'temperature', 'topP', 'topK', 'seed', 'frequencyPenalty', 'presencePenalty', 'stopSequences'],
  ...['thinkingConfig', 'responseSchema', 'responseJsonSchema'],
];

/** What else there is, under names that say where it stood: `generationConfig.candidateCount`. */
export function carriedConfig(config: JsonObject): WireObject {
  const rest = Object.entries(config).filter(([name, value]) => {
    if (absent(value) || modelled.includes(name)) return false;
    return name !== 'responseMimeType' || (value !== 'application/json' && value !== 'text/plain');
  });
  return Object.fromEntries(rest.map(([name, value]) => [at(name), value]));
}

/** The way back: fields of the configuration, and those that stand beside it. */
export function splitCarried(fields: WireObject): { config: WireObject; beside: WireObject } {
  const config: WireObject = {};
  const beside: WireObject = {};
  for (const [name, value] of Object.entries(fields)) {
    const inner = name.startsWith(at('')) ? name.slice(at('').length) : undefined;
    if (inner === undefined) beside[name] = value;
    else config[inner] = value;
  }
  return { config, beside };
}
