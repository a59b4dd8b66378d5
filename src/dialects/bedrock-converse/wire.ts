/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
import type { Carried } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { carrier } from '../wire-object.ts';

export const dialectId = 'bedrock-converse';

/** A tool's arguments, schema and JSON results keep their bytes: key order, big integers and `1.0` would not survive. */
export const rawKeys: readonly string[] = ['input', 'json'];

/** Carries what was not modelled, to be given back to this dialect as it is; nothing when nothing is left. */
export function carry(rest: JsonObject): { carried?: Carried } {
  return Object.keys(rest).length === 0 ? {} : { carried: { dialect: dialectId, raw: rest } };
}

/** The fields of `object` beside `known` that have a value. */
export function without(object: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => !known.includes(key) && value !== null));
}

export const { withRaw, restored } = carrier(dialectId, rawKeys);
