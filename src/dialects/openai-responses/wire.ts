/**
 * What every file of this dialect shares: its name, its raw keys, and how a field that is not modelled travels.
 * The API: https://platform.openai.com/docs/api-reference/responses
 */
import type { Carried } from '../../llm/chat.ts';
import { type Fields, filledBeside } from '../openai-chat/shape.ts';
import { carrier } from '../wire-object.ts';

export const dialectId = 'openai-responses';

/** Schemas keep their bytes; arguments are strings on the wire already. */
export const rawKeys: readonly string[] = ['parameters', 'schema'];

/** The fields beside `known`, to be given back to this dialect as they are; undefined when there are none. */
export function leftover(fields: Fields, known: readonly string[]): Carried | undefined {
  return filledBeside(fields, known, dialectId);
}

export const { withRaw, restored } = carrier(dialectId, rawKeys);

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
