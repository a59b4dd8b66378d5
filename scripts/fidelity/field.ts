import type { DialectId } from '../../src/llm/chat.ts';

/** One field of a dialect's requests, with a value that asks for something. */
export interface FieldCase {
  /** As a path: `messages[].content[].image_url.detail`. */
  readonly field: string;
  /** Top-level fields that hold it, put over the dialect's least body. */
  readonly body: object;
  /** The same without the field; absent: the least body. */
  readonly base?: object;
  /** Why a dialect (or any other) need not be told: it asks for what happens anyway, or the gateway does it itself. */
  readonly settled?: string | Partial<Record<DialectId, string>>;
}

export interface FieldList {
  /** The least body that is a request. */
  readonly least: object;
  readonly cases: readonly FieldCase[];
}

/** A case whose field stands at the top. */
export function top(field: string, value: unknown, settled?: string): FieldCase {
  return { field, body: { [field]: value }, ...(settled !== undefined && { settled }) };
}

export const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
export const png = 'iVBORw0KGgo=';
export const pdf = 'JVBERi0xLjQK';
export const wav = 'UklGRiQAAABXQVZF';
