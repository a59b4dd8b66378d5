/**
 * Searches texts for many secrets in all their forms at once: a rolling hash of eight bytes tells where one may begin,
 * so that a hundred megabytes take a second however many secrets there are.
 */
import { looksLikeKey } from '../../src/control/keys/format.ts';
import { formsOf, joined } from './secret-forms.ts';

export interface Secret {
  /** What it is, for whoever has to find the leak. */
  readonly what: string;
  readonly secret: string;
}

export interface Find {
  readonly what: string;
  readonly form: string;
  /** What stands around it; of itself, three characters at either end. */
  readonly context: string;
}

const window = 8;
const base = 257;
const tableBits = 20;
/** What falls out of the window is taken off again by it. */
const leaving = Array.from({ length: window }).reduce<number>((power) => Math.imul(power, base), 1);
const slot = (hash: number) => Math.imul(hash, 0x9e3779b1) >>> (32 - tableBits);
const contextLength = 80;

interface Form extends Secret {
  readonly form: string;
  readonly text: string;
}

export class SecretSearch {
  readonly #may = new Uint8Array(1 << tableBits);
  readonly #byBeginning = new Map<string, Form[]>();

  constructor(secrets: Iterable<Secret>) {
    const seen = new Set<string>();
    for (const { what, secret } of secrets) {
      for (const [form, text] of Object.entries(formsOf(secret))) {
        const bytes = Buffer.from(text).toString('latin1');
        if (bytes.length < window || seen.has(bytes)) continue;
        seen.add(bytes);
        this.#add({ what, secret, form, text: bytes });
      }
    }
  }

  #add(form: Form): void {
    const beginning = form.text.slice(0, window);
    const others = this.#byBeginning.get(beginning);
    if (others === undefined) this.#byBeginning.set(beginning, [form]);
    else others.push(form);
    let hash = 0;
    for (let i = 0; i < window; i++) hash = (Math.imul(hash, base) + beginning.charCodeAt(i)) | 0;
    this.#may[slot(hash)] = 1;
  }

  /** The first place of each secret, and keys that nobody named, which their checksums give away. */
  in(text: Buffer): readonly Find[] {
    const plain = text.toString('latin1');
    const finds = new Map<string, Find>();
    for (const [how, each] of [
      ['', plain],
      [', over several lines', joined(plain)],
    ] as const) {
      for (const { at, what, form, text: found, secret } of this.#finds(each)) {
        if (!finds.has(secret)) finds.set(secret, { what, form: form + how, context: around(each, at, found.length) });
      }
      for (const { 0: key, index } of each.matchAll(/\btgm?-[0-9A-Za-z]{46}\b/g)) {
        if (finds.has(key) || !looksLikeKey(key)) continue;
        finds.set(key, { what: 'a key that was made', form: `plain${how}`, context: around(each, index, key.length) });
      }
    }
    return [...finds.values()];
  }

  *#finds(text: string): Generator<Form & { readonly at: number }> {
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
      if (i >= window) hash = (hash - Math.imul(leaving, text.charCodeAt(i - window))) | 0;
      if (i < window - 1 || this.#may[slot(hash)] === 0) continue;
      const at = i - window + 1;
      for (const form of this.#byBeginning.get(text.slice(at, i + 1)) ?? []) {
        if (text.startsWith(form.text, at)) yield { ...form, at };
      }
    }
  }
}

function around(text: string, at: number, length: number): string {
  const found = text.slice(at, at + length);
  const shown = `${found.slice(0, 3)}[${length} characters]${found.slice(-3)}`;
  return `${text.slice(Math.max(0, at - contextLength), at)}${shown}${text.slice(at + length, at + length + 40)}`;
}
