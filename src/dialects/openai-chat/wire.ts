/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://platform.openai.com/docs/api-reference/chat
 */
import type { Carried } from '../../llm/chat.ts';
import { carrier } from '../wire-object.ts';
import type { Fields } from './shape.ts';

export const dialectId = 'openai-chat';

/** Schemas keep their bytes; arguments are strings on the wire already. */
export const rawKeys: readonly string[] = ['parameters', 'schema'];

/** The fields beside `known`, to be given back to this dialect as they are; undefined when there are none. */
export function leftover(fields: Fields, known: readonly string[]): Carried | undefined {
  const rest = Object.entries(fields).filter(([key, value]) => !known.includes(key) && !isNothing(value));
  return rest.length === 0 ? undefined : { dialect: dialectId, raw: Object.fromEntries(rest) };
}

export const { restored } = carrier(dialectId, rawKeys);

/** Clients send an answer's message back as it came, with its empty fields: they say nothing. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
