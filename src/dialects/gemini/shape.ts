/** Reads a caller's body field by field; a field of the wrong shape is refused with its path and what it should be. */
import { invalidRequest, type LlmFailure } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject } from './wire.ts';

export function refused(path: string, rule: string): LlmFailure {
  return invalidRequest(`${path}: ${rule}`, path);
}

/** Null is how some SDKs write an absent optional field. */
export function absent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw refused(path, 'must be an object');
  return value;
}

/** An optional structure; absent is empty. */
export function optionalAt(value: unknown, path: string): JsonObject {
  return absent(value) ? {} : objectAt(value, path);
}

/** The API takes one thing where it takes a list of them; absent is an empty list. */
export function listAt(value: unknown): readonly unknown[] {
  if (absent(value)) return [];
  return Array.isArray(value) ? value : [value];
}

export function stringAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw refused(path, 'must be a string');
  return value;
}

export function filledAt(value: unknown, path: string): string {
  const text = stringAt(value, path);
  if (text === '') throw refused(path, 'must not be empty');
  return text;
}

export function numberAt(value: unknown, path: string, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw refused(path, `must be a number from ${min} to ${max}`);
  }
  return value;
}

export function integerAt(value: unknown, path: string, min: number, max: number): number {
  const number = numberAt(value, path, min, max);
  if (!Number.isInteger(number)) throw refused(path, 'must be a whole number');
  return number;
}

export function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw refused(path, 'must be true or false');
  return value;
}
