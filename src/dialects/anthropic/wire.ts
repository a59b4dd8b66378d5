/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://platform.claude.com/docs/en/api/messages
 */
import { RawJson, rawOrText } from '../../lib/json.ts';
import type { Carried } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';

export const dialectId = 'anthropic';

/** A tool's arguments and schemas keep their bytes: key order, big integers and `1.0` would not survive a parse. */
export const rawKeys: readonly string[] = ['input', 'input_schema', 'schema'];

/** An object that is being built; `JsonObject` is one that was read. */
export type WireObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** The fields of `object` beside `known`, to be given back to this dialect as they are; undefined when there are none. */
export function leftover(object: JsonObject, known: readonly string[]): Carried | undefined {
  const rest = Object.entries(object).filter(([key]) => !known.includes(key));
  return rest.length === 0 ? undefined : { dialect: dialectId, raw: Object.fromEntries(rest) };
}

/** What this dialect carried, ready to be written; empty when there is nothing, or it belongs to another dialect. */
export function restored(carried: Carried | undefined): WireObject {
  if (carried?.dialect !== dialectId || !isObject(carried.raw)) return {};
  return withRaw(carried.raw) as WireObject;
}

/** Puts the raw values back: where `parseJson` left a string of raw JSON text, `stringifyJson` finds a RawJson. */
export function withRaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRaw);
  if (!isObject(value)) return value;
  const object: WireObject = {};
  for (const [key, item] of Object.entries(value)) {
    object[key] = rawKeys.includes(key) && typeof item === 'string' ? rawOrText(item) : withRaw(item);
  }
  return object;
}

/** The JSON text of a raw value, whether or not the body was parsed with the raw keys. */
export function rawText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? {});
}
