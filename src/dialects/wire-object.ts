/** Objects on the wire, read and written, and how a field that is not modelled travels back into its own dialect. */
import { RawJson, rawOrText } from '../lib/json.ts';
import type { Carried, DialectId } from '../llm/chat.ts';
import type { JsonObject } from './dialect.ts';

/** An object that is being built; `JsonObject` is one that was read. */
export type WireObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** The JSON value that a text is; undefined when it is none. */
export function valueIn(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}

/** The JSON object that a text is; undefined when it is none. */
export function objectIn(text: string | Buffer): JsonObject | undefined {
  const value = valueIn(text);
  return isObject(value) ? value : undefined;
}

/** The JSON text of a raw value, whether or not the body was parsed with the raw keys. */
export function rawText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? {});
}

/** What a dialect's files need to write what it carried. `rawKeys`: its keys whose values are kept as raw JSON text. */
export function carrier(dialect: DialectId, rawKeys: readonly string[]) {
  /** Puts the raw values back: where `parseJson` left a string of raw JSON text, `stringifyJson` finds a RawJson. */
  function withRaw(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withRaw);
    if (!isObject(value)) return value;
    const object: WireObject = {};
    for (const [key, item] of Object.entries(value)) {
      object[key] = rawKeys.includes(key) && typeof item === 'string' ? rawOrText(item) : withRaw(item);
    }
    return object;
  }
  /** What this dialect carried, ready to be written; empty when there is nothing, or it belongs to another dialect. */
  function restored(carried: Carried | undefined): WireObject {
    if (carried?.dialect !== dialect || !isObject(carried.raw)) return {};
    return withRaw(carried.raw) as WireObject;
  }
  return { withRaw, restored };
}
