/**
 * JSON text as bytes, for bodies that may hold pictures of many megabytes: a long string is copied once instead of being
 * searched for escapes, joined and encoded, which would hold up everybody else.
 */
import { isAscii } from 'node:buffer';
import { RawJson, stringifyJson } from './json.ts';

/** Shorter strings are cheaper to leave to JSON.stringify. */
const longLength = 64 * 1024;

/** What `stringifyJson` writes, as UTF-8. */
export function jsonBytes(value: unknown): Buffer {
  const writer = new Writer();
  writer.value(value);
  return writer.bytes() ?? Buffer.from(stringifyJson(value));
}

class Writer {
  /** By turns: JSON text, and a long string that goes between its quotes as it is. */
  readonly #parts: string[] = [];
  #text = '';

  /** Undefined: a long string has to be escaped after all. */
  bytes(): Buffer | undefined {
    this.#parts.push(this.#text);
    const bytes = Buffer.allocUnsafeSlow(this.#parts.reduce((sum, part, i) => sum + byteLength(part, i), 0));
    let at = 0;
    for (const [i, part] of this.#parts.entries()) {
      const written = bytes.write(part, at);
      // In a part of ASCII each character is a byte.
      const isPlain = !isLong(i) || (written === part.length && isPlainText(bytes.subarray(at, at + written)));
      if (!isPlain) return undefined;
      at += written;
    }
    return bytes;
  }

  value(value: unknown): void {
    if (typeof value === 'string' && value.length >= longLength) this.#long(value);
    else if (value instanceof RawJson) this.#text += value.text;
    else if (Array.isArray(value)) this.#array(value);
    else if (typeof value === 'object' && value !== null) this.#object(value);
    else this.#text += JSON.stringify(value) ?? 'null';
  }

  #array(items: readonly unknown[]): void {
    this.#text += '[';
    items.forEach((item, i) => {
      if (i > 0) this.#text += ',';
      this.value(item ?? null);
    });
    this.#text += ']';
  }

  #object(value: object): void {
    this.#text += '{';
    let first = true;
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      this.#text += `${first ? '' : ','}${JSON.stringify(key)}:`;
      first = false;
      this.value(item);
    }
    this.#text += '}';
  }

  #long(text: string): void {
    this.#parts.push(`${this.#text}"`, text);
    this.#text = '"';
  }
}

const isLong = (part: number): boolean => part % 2 === 1;

function byteLength(part: string, i: number): number {
  return isLong(i) ? part.length : Buffer.byteLength(part);
}

/** ASCII without a quote, a backslash or a control character. */
function isPlainText(bytes: Buffer): boolean {
  return isAscii(bytes) && !bytes.includes(QUOTE) && !bytes.includes(BACKSLASH) && !hasControl(bytes);
}

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/**
 * Four bytes at a time: of a byte below 32, and of no other ASCII, the subtraction borrows into its highest bit. Four
 * times that in a row, since to ask after each takes longer than to compute.
 */
function hasControl(bytes: Buffer): boolean {
  const head = (4 - (bytes.byteOffset % 4)) % 4;
  const rest = Math.max(0, bytes.length - head);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (rest >> 4) * 4);
  for (let i = 0; i < words.length; i += 4) {
    const a = words[i] as number;
    const b = words[i + 1] as number;
    const c = words[i + 2] as number;
    const d = words[i + 3] as number;
    const low = ((a - ones) & ~a) | ((b - ones) & ~b) | ((c - ones) & ~c) | ((d - ones) & ~d);
    if ((low & highBits) !== 0) return true;
  }
  const tail = head + words.length * 4;
  return bytes.subarray(0, head).some(isControl) || bytes.subarray(tail).some(isControl);
}

const isControl = (byte: number): boolean => byte < SPACE;
const ones = 0x20202020;
const highBits = -0x7f7f7f80;
