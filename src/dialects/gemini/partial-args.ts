/**
 * Arguments that come in pieces, each with the path of the value that it belongs to.
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc
 */
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';

type Branch = Record<string | number, unknown> | unknown[];

export class PartialArgs {
  readonly #root: Record<string, unknown> = {};

  /** Pieces of one string follow each other; every other value comes whole. */
  push(pieces: unknown): void {
    for (const piece of Array.isArray(pieces) ? pieces : []) if (isObject(piece)) this.#piece(piece);
  }

  toJson(): string {
    return JSON.stringify(this.#root);
  }

  #piece(piece: JsonObject): void {
    const steps = stepsOf(String(piece.jsonPath ?? ''));
    const last = steps.pop();
    if (last === undefined) return;
    let branch: Branch = this.#root;
    for (const [i, step] of steps.entries()) branch = grow(branch, step, steps[i + 1] ?? last);
    const value = pieceValue(piece);
    const before = own(branch, last);
    set(branch, last, typeof before === 'string' && typeof value === 'string' ? before + value : value);
  }
}

function pieceValue(piece: JsonObject): unknown {
  return piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? (piece.nullValue === undefined ? '' : null);
}

/** `$.a[0]['b c']`: names and places, from the root on. */
function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/g);
  return [...steps].map(([, name, place, single, double]) =>
    place === undefined ? (name ?? (single ?? double ?? '').replace(/\\(.)/g, '$1')) : Number(place),
  );
}

/** Far more than any tool takes: a place in a list is not a size that may be asked of memory. */
const placesMax = 10_000;

function grow(branch: Branch, step: string | number, next: string | number): Branch {
  const known = own(branch, step);
  if (typeof known === 'object' && known !== null) return known as Branch;
  const made: Branch = typeof next === 'number' ? [] : {};
  set(branch, step, made);
  return made;
}

function own(branch: Branch, step: string | number): unknown {
  return Object.hasOwn(branch, step) ? (branch as Record<string | number, unknown>)[step] : undefined;
}

function set(branch: Branch, step: string | number, value: unknown): void {
  if (typeof step === 'number' && step > placesMax) return;
  Object.defineProperty(branch, step, { value, writable: true, enumerable: true, configurable: true });
}
