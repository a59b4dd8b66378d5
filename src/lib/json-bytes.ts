/**
 * JSON text as bytes, for bodies that may hold pictures of many megabytes: a long string is copied once instead of being
 * searched for escapes, joined and encoded, which would hold up everybody else.
 */
import { RawJson } from './json.ts';

/** Shorter strings are cheaper to leave to JSON.stringify. */
const longLength = 64 * 1024;

/** What `stringifyJson` writes, as UTF-8. */
export function jsonBytes(value: unknown): Buffer {
  const writer = new Writer();
  writer.value(value);
  return writer.bytes();
}

class Writer {
  readonly #pieces: Buffer[] = [];
  #text = '';

  bytes(): Buffer {
    this.#flush();
    return this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
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
    const bytes = Buffer.from(text);
    if (bytes.length !== text.length || needsEscape(bytes)) {
      this.#text += JSON.stringify(text);
      return;
    }
    this.#text += '"';
    this.#flush();
    this.#pieces.push(bytes);
    this.#text += '"';
  }

  #flush(): void {
    if (this.#text !== '') this.#pieces.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/** Whether ASCII text holds a quote, a backslash or a control character. */
function needsEscape(bytes: Buffer): boolean {
  return bytes.includes(QUOTE) || bytes.includes(BACKSLASH) || hasControl(bytes);
}

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** Four bytes at a time: of a byte below 32, and of no other ASCII, the subtraction borrows into its highest bit. */
function hasControl(bytes: Buffer): boolean {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0;
  const words = new Int32Array(bytes.buffer, aligned === 0 ? 0 : bytes.byteOffset, aligned);
  for (let i = 0; i < aligned; i++) {
    const word = words[i] as number;
    if (((word - 0x20202020) & ~word & -0x7f7f7f80) !== 0) return true;
  }
  for (let i = aligned * 4; i < bytes.length; i++) if ((bytes[i] as number) < SPACE) return true;
  return false;
}
