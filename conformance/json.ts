/** Reading JSON of which nothing is known. */

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Undefined where it is no JSON. */
export function parse(data: string): Fields | undefined {
  try {
    return fields(JSON.parse(data));
  } catch {
    return undefined;
  }
}

/** The message of an error in any dialect. */
export function errorText(body: unknown): string | undefined {
  const { error, message } = fields(body);
  const told =
    typeof error === 'string' ? error : (fields(error).message ?? (error === undefined ? undefined : message));
  return typeof told === 'string' ? told : undefined;
}
