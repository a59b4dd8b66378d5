/**
 * Reads a parsed JSON body field by field and refuses what has the wrong shape, naming the path. Null counts as
 * absent: SDKs write null for an option that was not set.
 */
import type { Carried, DialectId } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** `messages[2]` + `content` = `messages[2].content`. */
export function pathOf(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws invalid-request with the path. */
export function readFields(value: unknown, at: string): Fields {
  if (isFields(value)) return value;
  throw wrongShape(at, 'an object', value);
}

export function optionalFields(fields: Fields, key: string, at = ''): Fields | undefined {
  const value = fields[key];
  return value === undefined || value === null ? undefined : readFields(value, pathOf(at, key));
}

export function optionalArray(fields: Fields, key: string, at = ''): readonly unknown[] | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongShape(pathOf(at, key), 'an array', value);
  return value;
}

export function optionalString(fields: Fields, key: string, at = ''): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongShape(pathOf(at, key), 'a string', value);
  return value;
}

/** A string that must be there and must not be empty. */
export function requiredString(fields: Fields, key: string, at = ''): string {
  const value = optionalString(fields, key, at);
  if (value === undefined || value === '') throw wrongShape(pathOf(at, key), 'a non-empty string', fields[key]);
  return value;
}

export function optionalBoolean(fields: Fields, key: string, at = ''): boolean | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongShape(pathOf(at, key), 'true or false', value);
  return value;
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

export function optionalNumber(fields: Fields, key: string, range: NumberRange, at = ''): number | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  const fits = typeof value === 'number' && value >= range.min && value <= range.max;
  if (fits && (!range.integer || Number.isInteger(value))) return value;
  const what = `${range.integer ? 'an integer' : 'a number'} from ${range.min} to ${range.max}`;
  throw wrongShape(pathOf(at, key), what, value);
}

export function optionalWord<Word extends string>(
  fields: Fields,
  key: string,
  words: readonly Word[],
  at = '',
): Word | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw wrongShape(pathOf(at, key), `one of ${words.join(', ')}`, value);
  return word;
}

/**
 * The fields beside `known`, carried for their own dialect; undefined when there are none. Clients send an answer back as
 * it came, with its empty fields: they say nothing.
 */
export function filledBeside(fields: Fields, known: readonly string[], dialect: DialectId): Carried | undefined {
  const rest = Object.entries(fields).filter(([key, value]) => !known.includes(key) && !isNothing(value));
  return rest.length === 0 ? undefined : { dialect, raw: Object.fromEntries(rest) };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** The refusal for a value of the wrong shape. Says what it is only as far as that cannot be a secret or a prompt. */
export function wrongShape(path: string, expected: string, value: unknown): Error {
  return invalidRequest(`${path} must be ${expected}, but is ${describe(value)}.`, path);
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return /^[\w.-]{1,32}$/.test(value) ? `"${value}"` : 'another string';
  return 'an object';
}
