/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://platform.openai.com/docs/api-reference/responses
 */
import type { Carried } from '../../llm/chat.ts';
import type { Fields } from '../openai-chat/shape.ts';
import { carrier } from '../wire-object.ts';

export const dialectId = 'openai-responses';

/** Schemas keep their bytes; arguments are strings on the wire already. */
export const rawKeys: readonly string[] = ['parameters', 'schema'];

/** The fields beside `known`, to be given back to this dialect as they are; undefined when there are none. */
export function leftover(fields: Fields, known: readonly string[]): Carried | undefined {
  const rest = Object.entries(fields).filter(([key, value]) => !known.includes(key) && !isNothing(value));
  return rest.length === 0 ? undefined : { dialect: dialectId, raw: Object.fromEntries(rest) };
}

export const { withRaw, restored } = carrier(dialectId, rawKeys);

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Clients send an answer's items back as they came, with their empty fields: they say nothing. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
