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

/** A recursive-descent walk, with recursion bounded by `depthMax`. */
class Scanner {
  readonly fields: JsonField[] = [];
  readonly rawSpans: number[] = [];
  readonly #body: Buffer;
  readonly #rawKeys: readonly string[];
  readonly #limits: JsonLimits;
  readonly #names = new Set<string>();
  #at = 0;
  #items = 0;
  #insideRaw = false;

  constructor(body: Buffer, rawKeys: readonly string[], limits: JsonLimits) {
    this.#body = body;
    this.#rawKeys = rawKeys;
    this.#limits = limits;
  }

  run(): void {
    this.#skipSpace();
    if (this.#at >= this.#body.length) throw new JsonRefused('syntax', 'the body is empty; send a JSON object', 0);
    if (this.#body[this.#at] !== OPEN_BRACE) this.#refuseStart();
    this.#object(1);
    this.#skipSpace();
    if (this.#at !== this.#body.length) this.#refuse('there is more after the end of the JSON object');
  }

  #refuseStart(): never {
    if (this.#body[0] === 0xef && this.#body[1] === 0xbb) this.#refuse('the body starts with a byte order mark');
    const first = String.fromCharCode(this.#body[this.#at] ?? 0);
    if (!'["-0123456789tfn'.includes(first)) this.#refuse('the body is not JSON');
    throw new JsonRefused('not-object', 'the body must be a JSON object', this.#at);
  }

  #refuse(message: string): never {
    throw new JsonRefused('syntax', `${message} (byte ${this.#at})`, this.#at);
  }

  #count(): void {
    if (++this.#items > this.#limits.itemsMax) {
      throw new JsonRefused('items', `the body has more than ${this.#limits.itemsMax} keys and elements`, this.#at);
    }
  }

  #value(depth: number): void {
    this.#skipSpace();
    const byte = this.#body[this.#at];
    if (byte === QUOTE) this.#string();
    else if (byte === OPEN_BRACE) this.#object(depth + 1);
    else if (byte === OPEN_BRACKET) this.#array(depth + 1);
    else this.#scalar();
  }

  #object(depth: number): void {
    this.#checkDepth(depth);
    this.#at++;
    this.#skipSpace();
    if (this.#body[this.#at] === CLOSE_BRACE) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#member(depth);
      this.#skipSpace();
      const byte = this.#body[this.#at++];
      if (byte === CLOSE_BRACE) return;
      if (byte !== COMMA) this.#at--, this.#refuse('expected a comma or a closing brace');
      this.#skipSpace();
    }
  }

  #member(depth: number): void {
    this.#count();
    const nameStart = this.#at;
    if (this.#body[nameStart] !== QUOTE) this.#refuse('expected a quoted key');
    const escaped = this.#string();
    const nameEnd = this.#at;
    this.#skipSpace();
    if (this.#body[this.#at] !== COLON) this.#refuse('expected a colon after a key');
    this.#at++;
    this.#skipSpace();
    const valueStart = this.#at;
    const raw = !this.#insideRaw && this.#rawKeys.length > 0 && this.#isRawKey(nameStart + 1, nameEnd - 1);
    if (raw) this.#insideRaw = true;
    this.#value(depth);
    if (raw) {
      this.#insideRaw = false;
      this.rawSpans.push(valueStart, this.#at);
    }
    if (depth === 1) this.#field(nameStart, nameEnd, escaped, valueStart);
  }

  #field(nameStart: number, nameEnd: number, escaped: boolean, valueStart: number): void {
    const name = escaped ? this.#unescape(nameStart, nameEnd) : this.#body.toString('utf8', nameStart + 1, nameEnd - 1);
    if (this.#names.has(name)) {
      throw new JsonRefused('duplicate', `the key ${JSON.stringify(name.slice(0, 64))} stands twice`, nameStart);
    }
    this.#names.add(name);
    this.fields.push({ name, nameStart, nameEnd, valueStart, valueEnd: this.#at });
  }

  #unescape(start: number, end: number): string {
    try {
      return JSON.parse(this.#body.toString('utf8', start, end)) as string;
    } catch {
      return this.#refuse('a key has a bad escape');
    }
  }

  #array(depth: number): void {
    this.#checkDepth(depth);
    this.#at++;
    this.#skipSpace();
    if (this.#body[this.#at] === CLOSE_BRACKET) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#count();
      this.#value(depth);
      this.#skipSpace();
      const byte = this.#body[this.#at++];
      if (byte === CLOSE_BRACKET) return;
      if (byte !== COMMA) this.#at--, this.#refuse('expected a comma or a closing bracket');
    }
  }

  /** Past the closing quote. Returns whether there was an escape. */
  #string(): boolean {
    const body = this.#body;
    let escaped = false;
    let at = this.#at + 1;
    // Most strings are short: look at them byte by byte, and let memchr run only over the long ones.
    const near = Math.min(body.length, at + 48);
    while (at < near && body[at] !== QUOTE) {
      if (body[at] === BACKSLASH) {
        escaped = true;
        at++;
      }
      at++;
    }
    if (at < body.length && body[at] !== QUOTE) {
      const found = this.#farQuote(at);
      escaped ||= found.escaped;
      at = found.at;
    }
    if (at >= body.length) this.#refuse('a string is not closed');
    this.#at = at + 1;
    return escaped;
  }

  #farQuote(from: number): { at: number; escaped: boolean } {
    const body = this.#body;
    let escaped = false;
    let search = from;
    for (;;) {
      const quote = body.indexOf(QUOTE, search);
      if (quote === -1) return { at: body.length, escaped };
      let slash = quote - 1;
      while (slash >= from && body[slash] === BACKSLASH) slash--;
      if (quote - 1 !== slash) escaped = true;
      if ((quote - 1 - slash) % 2 === 0) return { at: quote, escaped };
      search = quote + 1;
    }
  }

  /** A number or a literal: its bytes up to the next structural one, checked by its grammar. */
  #scalar(): void {
    const start = this.#at;
    while (this.#at < this.#body.length && !isDelimiter(this.#body[this.#at] as number)) {
      if (++this.#at - start > 1100) this.#refuse('a number is too long');
    }
    const text = this.#body.toString('latin1', start, this.#at);
    if (text === 'true' || text === 'false' || text === 'null' || isNumber(text)) return;
    this.#at = start;
    this.#refuse(text === '' ? 'a value is missing' : 'expected a JSON value');
  }

  #checkDepth(depth: number): void {
    if (depth > this.#limits.depthMax) {
      throw new JsonRefused('depth', `the body is nested deeper than ${this.#limits.depthMax} levels`, this.#at);
    }
  }

  #isRawKey(from: number, to: number): boolean {
    const length = to - from;
    for (const key of this.#rawKeys) {
      if (key.length === length && this.#body.toString('latin1', from, to) === key) return true;
    }
    return false;
  }

  #skipSpace(): void {
    const body = this.#body;
    let byte = body[this.#at];
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = body[++this.#at];
  }
}

function isDelimiter(byte: number): boolean {
  return (
    byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 32 || byte === QUOTE || byte === COLON
  );
}

const numberGrammar = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const isNumber = (text: string): boolean => numberGrammar.test(text);
