/**
 * Finds listed words and phrases in folded text: one walk from each word's start, so the time is the text's length times
 * the longest phrase at worst, whatever the text is. No regular expression, so none can run away.
 */

/** Of the hash table of steps, so that few collide. */
const slotsPerNode = 4;
/** A step is kept as one number of 32 bits: its node and its character. */
const nodesMax = 65_535;
export const phraseCharsMax = 40;

/** Between words in folded text. */
export const gap = 32;

export class WordTrie {
  /** By slot: the step, and the node that it leads to. No step is 0, for no character is. */
  readonly #steps: Int32Array;
  readonly #next: Uint16Array;
  readonly #mask: number;
  /** The same for the letters a to z and the gap, without a search: by node, then letter. */
  readonly #plain: Uint16Array;
  /** By node: the number of the word that ends there, plus 1. */
  readonly #ends: Uint16Array;
  /** The same for a word that is a beginning: anything may follow. */
  readonly #openEnds: Uint16Array;
  /** Pairs of characters, hashed, with which no word begins are 0: most words of a text need no walk. */
  readonly #beginnings = new Uint8Array(4096);
  /** `words`: folded, and at most `phraseCharsMax` long; a `*` at the end stands for any ending. A word's number is its index. */
  constructor(words: readonly string[]) {
    const count = 1 + words.reduce((sum, word) => sum + word.length, 0);
    if (count > nodesMax) throw new RangeError(`the words have ${count} letters; at most ${nodesMax}`);
    let slots = 1;
    while (slots < count * slotsPerNode) slots *= 2;
    this.#mask = slots - 1;
    this.#steps = new Int32Array(slots);
    this.#next = new Uint16Array(slots);
    this.#plain = new Uint16Array(count * plainLetters);
    this.#ends = new Uint16Array(count);
    this.#openEnds = new Uint16Array(count);
    let made = 1;
    words.forEach((word, number) => {
      const open = word.endsWith('*');
      const length = word.length - Number(open);
      let node = 0;
      for (let i = 0; i < length; i++) {
        const step = (node << 16) | word.charCodeAt(i);
        const slot = this.#slot(step);
        if (this.#steps[slot] === 0) {
          this.#steps[slot] = step;
          this.#next[slot] = made++;
        }
        const from = node;
        node = this.#next[slot] as number;
        const letter = plainLetter(word.charCodeAt(i));
        if (letter < plainLetters) this.#plain[from * plainLetters + letter] = node;
      }
      (open ? this.#openEnds : this.#ends)[node] = number + 1;
      if (length > 1) this.#beginnings[beginning(word.charCodeAt(0), word.charCodeAt(1))] = 1;
      else this.#mark(word.charCodeAt(0));
    });
  }

  /**
   * Writes the numbers of all words that start at `from` into `found`, and returns how many there are. `whole`: a word
   * must end where a word of the text does.
   */
  find(text: Uint16Array, from: number, to: number, whole: boolean, found: Uint16Array): number {
    if (from + 1 < to && this.#beginnings[beginning(text[from] as number, text[from + 1] as number)] === 0) return 0;
    let node = 0;
    let count = 0;
    for (let i = from; i < to; i++) {
      const letter = plainLetter(text[i] as number);
      node =
        letter < plainLetters
          ? (this.#plain[node * plainLetters + letter] as number)
          : this.#step(node, text[i] as number);
      if (node === 0) break;
      const open = this.#openEnds[node] as number;
      if (open !== 0) found[count++] = open - 1;
      const end = this.#ends[node] as number;
      if (end !== 0 && (!whole || i + 1 >= to || text[i + 1] === gap)) found[count++] = end - 1;
    }
    return count;
  }

  /** The next node; 0, the root, to which no step leads, for none. */
  #step(node: number, char: number): number {
    const slot = this.#slot((node << 16) | char);
    return this.#steps[slot] === 0 ? 0 : (this.#next[slot] as number);
  }

  /** A word of one letter may be followed by any. */
  #mark(first: number): void {
    for (let second = 0; second < 4096; second++) this.#beginnings[beginning(first, second)] = 1;
  }

  #slot(step: number): number {
    let slot = (Math.imul(step ^ (step >>> 15), 0x9e3779b1) >>> 12) & this.#mask;
    while (this.#steps[slot] !== 0 && this.#steps[slot] !== step) slot = (slot + 1) & this.#mask;
    return slot;
  }
}

const plainLetters = 27;

/** 0 for the gap, 1 to 26 for a to z; more for others. */
function plainLetter(char: number): number {
  return char === gap ? 0 : char > 96 ? char - 96 : plainLetters;
}

function beginning(first: number, second: number): number {
  return (Math.imul(first, 67) + second) & 4095;
}
