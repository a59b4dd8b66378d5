/**
 * Text that comes in very many small pieces. Added up as a string, each piece would take many times its own size until
 * somebody looks at the whole.
 */
import { createHash, type Hash } from 'node:crypto';

const piecesMax = 256;

/** Keeps the text. */
export class Gathering {
  #pieces: string[] = [];
  readonly #done: string[] = [];

  add(piece: string): void {
    this.#pieces.push(piece);
    if (this.#pieces.length < piecesMax) return;
    this.#done.push(this.#pieces.join(''));
    this.#pieces = [];
  }

  text(): string {
    return [...this.#done, ...this.#pieces].join('');
  }
}

/** Keeps nothing of the text but what tells it from any other. */
export class TextDigest {
  readonly #hash: Hash = createHash('sha256');
  #pieces: string[] = [];

  add(piece: string): this {
    this.#pieces.push(piece);
    if (this.#pieces.length >= piecesMax) this.#flush();
    return this;
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('base64url');
  }

  /** A character may be cut between two pieces: its halves must be one before they become bytes. */
  #flush(): void {
    const text = this.#pieces.join('');
    const isCut = /[\ud800-\udbff]$/.test(text);
    this.#pieces = isCut ? [text.slice(-1)] : [];
    this.#hash.update(isCut ? text.slice(0, -1) : text);
  }
}
