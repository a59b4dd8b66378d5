/**
 * JSON at the byte level: one pass that checks structure and limits and finds the top-level fields, so that a body can
 * be relayed with only some of its fields spliced; and a parser that keeps chosen values as raw text, so that a tool's
 * arguments keep their key order, big integers and `1.0` (JSON.parse would lose them).
 */
import { isUtf8 } from 'node:buffer';

export interface JsonLimits {
  readonly depthMax: number;
  /** Keys and elements of the whole body together. */
  readonly itemsMax: number;
}

export const jsonLimits: JsonLimits = { depthMax: 64, itemsMax: 200_000 };

/** Where one top-level field stands, in bytes: `"name": value`. */
export interface JsonField {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export type JsonFault = 'utf8' | 'syntax' | 'not-object' | 'depth' | 'items' | 'duplicate';

/** The body is refused: what is wrong, and at which byte. */
export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
  readonly fault: JsonFault;
  readonly position: number;
  constructor(fault: JsonFault, message: string, position: number) {
    super(message);
    this.fault = fault;
    this.position = position;
  }
}

export interface JsonScan {
  readonly body: Buffer;
  readonly fields: readonly JsonField[];
  /** Values under the raw keys, outermost only: [start, end) pairs in order. */
  readonly rawSpans: readonly number[];
}

/**
 * Checks one JSON object: UTF-8, brackets, commas, literals, numbers, depth and size, and no top-level key twice (two
 * readers of such a body could see two different models). Throws JsonRefused. String contents are not examined.
 */
export function scanJson(body: Buffer, rawKeys: readonly string[] = [], limits: JsonLimits = jsonLimits): JsonScan {
  if (!isUtf8(body)) throw new JsonRefused('utf8', 'the body is not valid UTF-8', 0);
  const scanner = new Scanner(body, rawKeys, limits);
  scanner.run();
  return { body, fields: scanner.fields, rawSpans: scanner.rawSpans };
}

/** Parses a scanned body; values under its raw keys come as strings of raw JSON text. Throws JsonRefused. */
export function parseScanned(scan: JsonScan): Record<string, unknown> {
  try {
    return JSON.parse(withRawAsStrings(scan)) as Record<string, unknown>;
  } catch {
    throw new JsonRefused('syntax', 'the body is not valid JSON', 0);
  }
}

/** Scan and parse in one. Throws JsonRefused. */
export function parseJson(body: Buffer, rawKeys: readonly string[] = []): Record<string, unknown> {
  return parseScanned(scanJson(body, rawKeys));
}

/** A value that `stringifyJson` writes as it stands. The text must be valid JSON. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** JSON.stringify that also knows RawJson; undefined fields are left out, as there. */
export function stringifyJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value))
    return `[${value.map((item) => (item === undefined ? 'null' : stringifyJson(item))).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let text = '';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${stringifyJson(item)}`;
  }
  return `{${text}}`;
}

/** A replacement, removal (`value` undefined) or addition of one top-level field. `value` is JSON text. */
export interface JsonEdit {
  readonly name: string;
  readonly value: string | undefined;
  /** Give the field this name instead. */
  readonly rename?: string;
}

/** The body with its edits, as slices of the original and new pieces: nothing else is copied or changed. */
export function spliceJson(scan: JsonScan, edits: readonly JsonEdit[]): Buffer[] {
  const { body, fields } = scan;
  const added = edits.filter((edit) => edit.value !== undefined && !fields.some((field) => field.name === edit.name));
  const pieces: Buffer[] = [];
  let from = 0;
  let kept = 0;
  fields.forEach((field, i) => {
    const edit = edits.find((candidate) => candidate.name === field.name);
    if (edit === undefined) {
      kept++;
      return;
    }
    if (edit.value === undefined && edit.rename === undefined) {
      // The comma goes with it: the one before, or for the first kept field the one after.
      const next = fields[i + 1];
      const previous = fields[i - 1];
      const cutFrom = kept > 0 && previous ? Math.max(from, previous.valueEnd) : field.nameStart;
      const cutTo = kept > 0 || !next ? field.valueEnd : next.nameStart;
      pieces.push(body.subarray(from, Math.max(from, cutFrom)));
      from = Math.max(from, cutTo);
      return;
    }
    kept++;
    if (edit.rename !== undefined) {
      pieces.push(body.subarray(from, field.nameStart), Buffer.from(JSON.stringify(edit.rename)));
      from = field.nameEnd;
    }
    if (edit.value !== undefined) {
      pieces.push(body.subarray(from, field.valueStart), Buffer.from(edit.value));
      from = field.valueEnd;
    }
  });
  if (added.length > 0) {
    const close = body.lastIndexOf(CLOSE_BRACE);
    const text = added.map((edit) => `${JSON.stringify(edit.rename ?? edit.name)}:${edit.value}`).join(',');
    pieces.push(body.subarray(from, close), Buffer.from(kept > 0 ? `,${text}` : text));
    from = close;
  }
  pieces.push(body.subarray(from));
  return pieces.filter((piece) => piece.length > 0);
}

/** The value of a scanned field, parsed; undefined when the field is not there. */
export function readField(scan: JsonScan, name: string): unknown {
  const field = scan.fields.find((candidate) => candidate.name === name);
  if (field === undefined) return undefined;
  try {
    return JSON.parse(scan.body.toString('utf8', field.valueStart, field.valueEnd));
  } catch {
    throw new JsonRefused('syntax', `the value of "${name}" is not valid JSON`, field.valueStart);
  }
}

function withRawAsStrings({ body, rawSpans }: JsonScan): string {
  if (rawSpans.length === 0) return body.toString('utf8');
  let text = '';
  let from = 0;
  for (let i = 0; i < rawSpans.length; i += 2) {
    const start = rawSpans[i] as number;
    const end = rawSpans[i + 1] as number;
    const raw = body.toString('utf8', start, end);
    JSON.parse(raw);
    text += body.toString('utf8', from, start) + JSON.stringify(raw);
    from = end;
  }
  return text + body.toString('utf8', from);
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;
const COLON = 58;
const MINUS = 45;
const ZERO = 48;
const POINT = 46;

/** Below this length a loop finds the end of a string sooner than a call of memchr. */
const nearBytes = 24;

/**
 * A recursive-descent walk, with recursion bounded by `depthMax`. It is on every request's path, so each step takes the
 * position and returns the next one: a local number, where a field of the scanner would be written at every byte.
 */
class Scanner {
  readonly fields: JsonField[] = [];
  readonly rawSpans: number[] = [];
  readonly #body: Buffer;
  readonly #rawKeys: readonly string[];
  readonly #limits: JsonLimits;
  readonly #names = new Set<string>();
  #items = 0;
  #insideRaw = false;
  /** Whether the key that was read last has an escape in it. */
  #keyEscaped = false;

  constructor(body: Buffer, rawKeys: readonly string[], limits: JsonLimits) {
    this.#body = body;
    this.#rawKeys = rawKeys;
    this.#limits = limits;
  }

  run(): void {
    const body = this.#body;
    const start = skipSpace(body, 0);
    if (start >= body.length) throw new JsonRefused('syntax', 'the body is empty; send a JSON object', 0);
    if (body[start] !== OPEN_BRACE) this.#refuseStart(start);
    const end = skipSpace(body, this.#object(start, 1));
    if (end !== body.length) this.#refuse('there is more after the end of the JSON object', end);
  }

  #refuseStart(at: number): never {
    const body = this.#body;
    if (body[0] === 0xef && body[1] === 0xbb) this.#refuse('the body starts with a byte order mark', 0);
    const first = String.fromCharCode(body[at] ?? 0);
    if (!'["-0123456789tfn'.includes(first)) this.#refuse('the body is not JSON', at);
    throw new JsonRefused('not-object', 'the body must be a JSON object', at);
  }

  #refuse(message: string, at: number): never {
    throw new JsonRefused('syntax', `${message} (byte ${at})`, at);
  }

  #value(from: number, depth: number): number {
    const body = this.#body;
    const at = skipSpace(body, from);
    const byte = body[at];
    if (byte === QUOTE) return this.#string(at);
    if (byte === OPEN_BRACE) return this.#object(at, depth + 1);
    if (byte === OPEN_BRACKET) return this.#array(at, depth + 1);
    const end = byte === MINUS || isDigit(byte) ? numberEnd(body, at) : literalEnd(body, at);
    if (end === -1) this.#refuse(isValueEnd(byte) ? 'a value is missing' : 'expected a JSON value', at);
    return end;
  }

  #object(open: number, depth: number): number {
    this.#checkDepth(depth, open);
    const body = this.#body;
    let at = skipSpace(body, open + 1);
    if (body[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      at = skipSpace(body, this.#member(at, depth));
      const byte = body[at];
      if (byte === CLOSE_BRACE) return at + 1;
      if (byte !== COMMA) this.#refuse('expected a comma or a closing brace', at);
      at = skipSpace(body, at + 1);
    }
  }

  #array(open: number, depth: number): number {
    this.#checkDepth(depth, open);
    const body = this.#body;
    let at = skipSpace(body, open + 1);
    if (body[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      this.#count(at);
      at = skipSpace(body, this.#value(at, depth));
      const byte = body[at++];
      if (byte === CLOSE_BRACKET) return at;
      if (byte !== COMMA) this.#refuse('expected a comma or a closing bracket', at - 1);
    }
  }

  #member(nameStart: number, depth: number): number {
    this.#count(nameStart);
    const body = this.#body;
    if (body[nameStart] !== QUOTE) this.#refuse('expected a quoted key', nameStart);
    const nameEnd = this.#key(nameStart);
    const escaped = this.#keyEscaped;
    const colon = skipSpace(body, nameEnd);
    if (body[colon] !== COLON) this.#refuse('expected a colon after a key', colon);
    const valueStart = skipSpace(body, colon + 1);
    const raw = !this.#insideRaw && this.#isRawKey(nameStart, nameEnd, escaped);
    if (raw) this.#insideRaw = true;
    const valueEnd = this.#value(valueStart, depth);
    if (raw) {
      this.#insideRaw = false;
      this.rawSpans.push(valueStart, valueEnd);
    }
    if (depth === 1) {
      const name = escaped ? this.#unescape(nameStart, nameEnd) : body.toString('utf8', nameStart + 1, nameEnd - 1);
      this.#field({ name, nameStart, nameEnd, valueStart, valueEnd });
    }
    return valueEnd;
  }

  #field(field: JsonField): void {
    if (this.#names.has(field.name)) {
      const shown = JSON.stringify(field.name.slice(0, 64));
      throw new JsonRefused('duplicate', `the key ${shown} stands twice`, field.nameStart);
    }
    this.#names.add(field.name);
    this.fields.push(field);
  }

  #unescape(start: number, end: number): string {
    try {
      return JSON.parse(this.#body.toString('utf8', start, end)) as string;
    } catch {
      return this.#refuse('a key has a bad escape', start);
    }
  }

  #isRawKey(start: number, end: number, escaped: boolean): boolean {
    const keys = this.#rawKeys;
    if (keys.length === 0) return false;
    if (escaped) return keys.includes(this.#unescape(start, end));
    for (const key of keys) {
      if (key.length === end - start - 2 && standsAt(this.#body, start + 1, key)) return true;
    }
    return false;
  }

  /** Past the closing quote. Keys are short, and need to be known for their escapes. */
  #key(open: number): number {
    const body = this.#body;
    let at = open + 1;
    let escaped = false;
    for (; body[at] !== QUOTE; at++) {
      if (at >= body.length) this.#refuse('a string is not closed', open);
      if (body[at] === BACKSLASH) {
        escaped = true;
        at++;
      }
    }
    this.#keyEscaped = escaped;
    return at + 1;
  }

  /** Past the closing quote. */
  #string(open: number): number {
    const body = this.#body;
    const near = Math.min(body.length, open + nearBytes);
    let at = open + 1;
    for (; at < near; at++) {
      const byte = body[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at++;
    }
    // `at` is not inside an escape, so a quote ends the string when an even number of backslashes is before it.
    for (let search = at; ; ) {
      const quote = body.indexOf(QUOTE, search);
      if (quote === -1 || quote < at) return this.#refuse('a string is not closed', open);
      let slash = quote - 1;
      while (slash >= at && body[slash] === BACKSLASH) slash--;
      if ((quote - 1 - slash) % 2 === 0) return quote + 1;
      search = quote + 1;
    }
  }

  #count(at: number): void {
    if (++this.#items > this.#limits.itemsMax) {
      throw new JsonRefused('items', `the body has more than ${this.#limits.itemsMax} keys and elements`, at);
    }
  }

  #checkDepth(depth: number, at: number): void {
    if (depth > this.#limits.depthMax) {
      throw new JsonRefused('depth', `the body is nested deeper than ${this.#limits.depthMax} levels`, at);
    }
  }
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  let byte = body[at];
  while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = body[++at];
  return at;
}

function standsAt(body: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (body[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function literalEnd(body: Buffer, at: number): number {
  for (const literal of literals) if (standsAt(body, at, literal)) return at + literal.length;
  return -1;
}

const literals = ['true', 'false', 'null'] as const;

/** Past the number at `from`, or -1. What follows it is the caller's to check, so that `01` fails at its second digit. */
function numberEnd(body: Buffer, from: number): number {
  let at = body[from] === MINUS ? from + 1 : from;
  if (!isDigit(body[at])) return -1;
  at = body[at] === ZERO ? at + 1 : digitsEnd(body, at);
  if (body[at] === POINT) {
    if (!isDigit(body[at + 1])) return -1;
    at = digitsEnd(body, at + 1);
  }
  if (((body[at] ?? 0) | 32) !== 101) return at;
  at++;
  if (body[at] === 43 || body[at] === MINUS) at++;
  return isDigit(body[at]) ? digitsEnd(body, at) : -1;
}

function digitsEnd(body: Buffer, from: number): number {
  let at = from;
  while (isDigit(body[at])) at++;
  return at;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= 57;

const isValueEnd = (byte: number | undefined): boolean =>
  byte === undefined || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
