/** Reads a caller's body field by field; a field of the wrong shape is refused with its path and what it should be. */
import { invalidRequest, type LlmFailure } from '../llm/error.ts';
import type { JsonObject } from './dialect.ts';
import { isObject } from './wire-object.ts';

export function refused(path: string, rule: string): LlmFailure {
  return invalidRequest(`${path}: ${rule}`, path);
}

/** Null is how SDKs write an absent optional field. */
export function absent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw refused(path, `must be an object, not ${nameOf(value)}`);
  return value;
}

/** An optional structure; absent is empty. */
export function optionalAt(value: unknown, path: string): JsonObject {
  return absent(value) ? {} : objectAt(value, path);
}

export function arrayAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refused(path, `must be an array, not ${nameOf(value)}`);
  return value;
}

/** Where an API takes one thing for a list of them; absent is an empty list. */
export function listAt(value: unknown): readonly unknown[] {
  if (absent(value)) return [];
  return Array.isArray(value) ? value : [value];
}

export function stringAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw refused(path, `must be a string, not ${nameOf(value)}`);
  return value;
}

export function filledAt(value: unknown, path: string): string {
  const text = stringAt(value, path);
  if (text === '') throw refused(path, 'must not be empty');
  return text;
}

export function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw refused(path, `must be true or false, not ${nameOf(value)}`);
  return value;
}

export function numberAt(value: unknown, path: string, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw refused(path, `must be a number from ${min} to ${max}, not ${nameOf(value)}`);
  }
  return value;
}

export function integerAt(value: unknown, path: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw refused(path, `must be a whole number from ${min} to ${max}, not ${nameOf(value)}`);
  }
  return value;
}

export function oneOf<const T extends string>(value: unknown, path: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw refused(path, `must be one of ${words.join(', ')}, not ${nameOf(value)}`);
  return word;
}

/** Short enough to be shown, and never a prompt: long strings and structures are only named. */
function nameOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value.length <= 40 ? JSON.stringify(value) : 'a long string';
  return Array.isArray(value) ? 'an array' : 'an object';
}
