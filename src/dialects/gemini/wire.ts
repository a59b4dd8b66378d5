/**
 * What every file of this dialect shares: its name, its raw keys, both spellings of its fields, and how a field that is
 * not modelled travels. The API: https://ai.google.dev/api/generate-content
 */
import type { Carried } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { carrier, isObject, type WireObject } from '../wire-object.ts';

export const dialectId = 'gemini';

/** Arguments, results and schemas keep their bytes: key order, big integers and `1.0` would not survive a parse. */
export const rawKeys: readonly string[] = [
  ...['args', 'response', 'parameters', 'parametersJsonSchema', 'parameters_json_schema'],
  ...['responseSchema', 'response_schema', 'responseJsonSchema', 'response_json_schema'],
];

/** Keys whose values belong to the caller: what is in them is not spelled by the API. */
const callersOwn = ['labels', 'partMetadata', 'part_metadata', 'customConfigs', 'custom_configs'];

/** The API takes its fields in camelCase and in snake_case; from here on there is one spelling. */
export function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isObject(value)) return value;
  const object: WireObject = {};
  for (const [key, item] of Object.entries(value))
    object[camel(key)] = callersOwn.includes(key) ? item : inCamelCase(item);
  return object;
}

function camel(key: string): string {
  return key.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The fields beside `known` that have a value, to be given back to this dialect as they are; none when nothing is left. */
export function leftover(object: JsonObject, known: readonly string[]): { carried?: Carried } {
  const rest = Object.entries(object).filter(([key, value]) => !known.includes(key) && value !== null);
  return rest.length === 0 ? {} : { carried: { dialect: dialectId, raw: Object.fromEntries(rest) } };
}

export const { withRaw, restored } = carrier(dialectId, rawKeys);
