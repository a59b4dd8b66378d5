/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
import { RawJson, rawOrText } from '../../lib/json.ts';
import type { Carried } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';

export const dialectId = 'bedrock-converse';

/** A tool's arguments, schema and JSON results keep their bytes: key order, big integers and `1.0` would not survive. */
export const rawKeys: readonly string[] = ['input', 'json'];

/** An object that is being built; `JsonObject` is one that was read. */
export type WireObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** Carries what was not modelled, to be given back to this dialect as it is; nothing when nothing is left. */
export function carry(rest: JsonObject): { carried?: Carried } {
  return Object.keys(rest).length === 0 ? {} : { carried: { dialect: dialectId, raw: rest } };
}

/** The fields of `object` beside `known` that have a value. */
export function without(object: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => !known.includes(key) && value !== null));
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
