/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://platform.claude.com/docs/en/api/messages
 */
import type { Carried } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { carrier } from '../wire-object.ts';

export const dialectId = 'anthropic';

/** A tool's arguments and schemas keep their bytes: key order, big integers and `1.0` would not survive a parse. */
export const rawKeys: readonly string[] = ['input', 'input_schema', 'schema'];

/** The fields of `object` beside `known`, to be given back to this dialect as they are; undefined when there are none. */
export function leftover(object: JsonObject, known: readonly string[]): Carried | undefined {
  const rest = Object.entries(object).filter(([key]) => !known.includes(key));
  return rest.length === 0 ? undefined : { dialect: dialectId, raw: Object.fromEntries(rest) };
}

export const { withRaw, restored } = carrier(dialectId, rawKeys);
