/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://platform.openai.com/docs/api-reference/chat
 */
import { rawOrText } from '../../lib/json.ts';
import type { Carried } from '../../llm/chat.ts';
import { type Fields, isFields } from './shape.ts';

export const dialectId = 'openai-chat';

/** Schemas keep their bytes; arguments are strings on the wire already. */
export const rawKeys: readonly string[] = ['parameters', 'schema'];

/** An object that is being built. */
export type WireObject = Record<string, unknown>;

/** The fields beside `known`, to be given back to this dialect as they are; undefined when there are none. */
export function leftover(fields: Fields, known: readonly string[]): Carried | undefined {
  const rest = Object.entries(fields).filter(([key, value]) => !known.includes(key) && !isNothing(value));
  return rest.length === 0 ? undefined : { dialect: dialectId, raw: Object.fromEntries(rest) };
}

/** What this dialect carried, ready to be written; empty when there is nothing, or it belongs to another dialect. */
export function restored(carried: Carried | undefined): WireObject {
  if (carried?.dialect !== dialectId || !isFields(carried.raw)) return {};
  return withRaw(carried.raw) as WireObject;
}

/** The JSON text of a value under a raw key, whether or not the body was parsed with the raw keys. */
export function rawText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Clients send an answer's message back as it came, with its empty fields: they say nothing. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Where `parseJson` left a string of raw JSON text, `stringifyJson` finds a RawJson. */
function withRaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRaw);
  if (!isFields(value)) return value;
  const object: WireObject = {};
  for (const [key, item] of Object.entries(value)) {
    object[key] = rawKeys.includes(key) && typeof item === 'string' ? rawOrText(item) : withRaw(item);
  }
  return object;
}
