/** The one pass over a JSON body that `json.ts` is built on. */

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

/** A string from this length on is noted: whoever parses the body may want to go round it. */
const longBytes = 64 * 1024;

/** Below this length a loop finds the end of a string sooner than a call of memchr. */
const nearBytes = 48;

/**
 * A recursive-descent walk, with recursion bounded by `depthMax`. It is on every request's path, so each step takes the
 * position and returns the next one: a local number, where a field of the scanner would be written at every byte.
 */
export class JsonScanner {
  readonly fields: JsonField[] = [];
  readonly rawSpans: number[] = [];
  readonly longStrings: number[] = [];
  readonly #body: Buffer;
  readonly #rawKeys: readonly string[];
  readonly #limits: JsonLimits;
  readonly #names = new Set<string>();
  #items = 0;
  #insideRaw = false;

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

  #value(at: number, depth: number): number {
    this.#count(at);
    const body = this.#body;
    const byte = body[at];
    if (byte === QUOTE) return this.#string(at);
    if (byte === OPEN_BRACE) return this.#object(at, depth + 1);
    if (byte === OPEN_BRACKET) return this.#array(at, depth + 1);
    const end = byte === MINUS || isDigit(byte) ? numberEnd(body, at) : literalEnd(body, at);
    if (end === -1) this.#refuse(isValueEnd(byte) ? 'a value is missing' : 'expected a JSON value', at);
    return end;
  }

  /** Keys are read here and not in a function of their own: this loop is where the time goes. */
  #object(open: number, depth: number): number {
    this.#checkDepth(depth, open);
    const body = this.#body;
    const length = body.length;
    let at = skipSpace(body, open + 1);
    if (body[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      if (body[at] !== QUOTE) this.#refuse('expected a quoted key', at);
      const nameStart = at++;
      let escaped = false;
      for (; at < length; at++) {
        const byte = body[at];
        if (byte === QUOTE) break;
        if (byte === BACKSLASH) {
          escaped = true;
          at++;
        }
      }
      const nameEnd = at + 1;
      at = body[nameEnd] === COLON ? nameEnd : this.#colon(nameStart, nameEnd);
      at = skipSpace(body, at + 1);
      const known = depth > 1 && this.#rawKeys.length === 0;
      at = known ? this.#value(at, depth) : this.#named(nameStart, nameEnd, escaped, at, depth);
      at = skipSpace(body, at);
      const byte = body[at++];
      if (byte === CLOSE_BRACE) return at;
      if (byte !== COMMA) this.#refuse('expected a comma or a closing brace', at - 1);
      at = skipSpace(body, at);
    }
  }

  #colon(nameStart: number, nameEnd: number): number {
    if (nameEnd > this.#body.length) this.#refuse('a string is not closed', nameStart);
    const at = skipSpace(this.#body, nameEnd);
    if (this.#body[at] !== COLON) this.#refuse('expected a colon after a key', at);
    return at;
  }

  /** The value of a key that may matter: a field of the body, or one whose value is wanted raw. */
  #named(nameStart: number, nameEnd: number, escaped: boolean, valueStart: number, depth: number): number {
    const raw = !this.#insideRaw && this.#isRawKey(nameStart, nameEnd, escaped);
    if (raw) this.#insideRaw = true;
    const valueEnd = this.#value(valueStart, depth);
    if (raw) {
      this.#insideRaw = false;
      this.rawSpans.push(valueStart, valueEnd);
    }
    if (depth === 1) {
      const name = escaped
        ? this.#unescape(nameStart, nameEnd)
        : this.#body.toString('utf8', nameStart + 1, nameEnd - 1);
      this.#field({ name, nameStart, nameEnd, valueStart, valueEnd });
    }
    return valueEnd;
  }

  #array(open: number, depth: number): number {
    this.#checkDepth(depth, open);
    const body = this.#body;
    let at = skipSpace(body, open + 1);
    if (body[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = skipSpace(body, this.#value(at, depth));
      const byte = body[at++];
      if (byte === CLOSE_BRACKET) return at;
      if (byte !== COMMA) this.#refuse('expected a comma or a closing bracket', at - 1);
      at = skipSpace(body, at);
    }
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
      if (quote === -1) return this.#refuse('a string is not closed', open);
      let slash = quote - 1;
      while (slash >= at && body[slash] === BACKSLASH) slash--;
      if ((quote - 1 - slash) % 2 === 0) {
        if (quote - open > longBytes && !this.#insideRaw) this.longStrings.push(open + 1, quote);
        return quote + 1;
      }
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
  let byte = body[at] ?? 0;
  while (byte <= 32 && (byte === 32 || byte === 10 || byte === 13 || byte === 9)) byte = body[++at] ?? 0;
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
