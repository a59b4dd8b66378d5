/**
 * The kinds of leaves that a configuration is made of. Each one's error text is the phrase that follows "expected", so
 * that a mistake and the reference page say the same.
 */
import { z } from 'zod';

/** A whole number; `unit` is for people (`milliseconds`), the name of the leaf carries it too. */
export function wholeNumber(min: number, max: number, unit?: string) {
  const error = `a whole number from ${show(min)} to ${show(max)}${unit ? ` (${unit})` : ''}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ expected: error });
}

export function amount(min: number, max: number, unit: string) {
  const error = `a number from ${show(min)} to ${show(max)} (${unit})`;
  return z.number({ error }).min(min, { error }).max(max, { error }).meta({ expected: error });
}

export function flag() {
  const error = 'true or false';
  return z.boolean({ error }).meta({ expected: error });
}

/** Text that matches a pattern, described in words. */
export function text(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected }).meta({ expected });
}

export function choice<const T extends readonly [string, ...string[]]>(values: T) {
  const error = `one of ${values.join(', ')}`;
  return z.enum(values, { error }).meta({ expected: error });
}

export function list<T extends z.ZodType>(element: T, expected: string) {
  return z.array(element, { error: expected }).max(10_000, { error: expected }).meta({ expected });
}

/** Names with a value each; the environment writes it as `name=value,name=value`. */
export function map<K extends z.ZodType<string, string>, V extends z.ZodType>(key: K, value: V, expected: string) {
  return z
    .record(key, value, { error: expected })
    .refine((entries) => Object.keys(entries).length <= 1_000, { error: `at most 1000 ${expected}` })
    .meta({ expected });
}

export function httpUrl() {
  const error = 'an address that begins with http:// or https://, without user name, query or fragment';
  return z
    .string({ error })
    .refine(isPlainHttpUrl, { error })
    .transform((value) => value.replace(/\/+$/, ''))
    .meta({ expected: error });
}

/**
 * For a value that the file format promises and this version cannot honour: a refusal in plain words, because a budget
 * that is read and not enforced is worse than a gateway that does not start.
 */
export function notYet(what: string, remedy: string) {
  return { error: what, params: { notYet: remedy } };
}

function isPlainHttpUrl(value: string): boolean {
  if (!/^https?:\/\/[^/]/.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function show(value: number): string {
  return Number.isInteger(value) && Math.abs(value) >= 100_000 ? value.toLocaleString('en-US') : String(value);
}
