/**
 * Finds listed words and phrases in folded text: one walk from each word's start, so the time is the text's length times
 * the longest phrase, whatever the text is. No regular expression, so none can run away.
 */

/** Hash table slots are a power of two; at most half are used. */
const slotsPerNode = 4;
export const phraseCharsMax = 40;

/** Between words in folded text. */
export const gap = 32;

export class WordTrie {
  readonly #nodes: Int32Array;
  readonly #chars: Uint16Array;
  readonly #next: Int32Array;
  readonly #mask: number;
  /** By node: the number of the word that ends there, plus 1. */
  readonly #ends: Int32Array;
  /** By node: 1 if the word is a beginning, and anything may follow. */
  readonly #open: Uint8Array;
  /** Length of the last match, in characters. */
  matchedLength = 0;

  /** `words`: folded, and at most `phraseCharsMax` long; a `*` at the end stands for any ending. A word's number is its index. */
  constructor(words: readonly string[]) {
    const count = 1 + words.reduce((sum, word) => sum + word.length, 0);
    let slots = 1;
    while (slots < count * slotsPerNode) slots *= 2;
    this.#mask = slots - 1;
    this.#nodes = new Int32Array(slots).fill(-1);
    this.#chars = new Uint16Array(slots);
    this.#next = new Int32Array(slots);
    this.#ends = new Int32Array(count);
    this.#open = new Uint8Array(count);
    let made = 1;
    words.forEach((word, number) => {
      const open = word.endsWith('*');
      let node = 0;
      for (let i = 0; i < word.length - Number(open); i++) {
        const slot = this.#slot(node, word.charCodeAt(i));
        if (this.#nodes[slot] === -1) {
          this.#nodes[slot] = node;
          this.#chars[slot] = word.charCodeAt(i);
          this.#next[slot] = made++;
        }
        node = this.#next[slot] as number;
      }
      this.#ends[node] = number + 1;
      this.#open[node] = Number(open);
    });
  }

  /** The number of the longest word that starts at `from`, or -1. `whole`: a word must end where a word of the text does. */
  find(text: Uint16Array, from: number, to: number, whole: boolean): number {
    let node = 0;
    let found = -1;
    for (let i = from; i < to; i++) {
      const slot = this.#slot(node, text[i] as number);
      if (this.#nodes[slot] === -1) break;
      node = this.#next[slot] as number;
      const end = this.#ends[node] as number;
      if (end !== 0 && (!whole || this.#open[node] === 1 || i + 1 >= to || text[i + 1] === gap)) {
        found = end - 1;
        this.matchedLength = i + 1 - from;
      }
    }
    return found;
  }

  #slot(node: number, char: number): number {
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(char, 0x85ebca6b)) >>> 7;
    for (slot &= this.#mask; this.#nodes[slot] !== -1; slot = (slot + 1) & this.#mask) {
      if (this.#nodes[slot] === node && this.#chars[slot] === char) return slot;
    }
    return slot;
  }
}
