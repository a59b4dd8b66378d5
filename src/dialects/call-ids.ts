/** Ids of tool calls where each may be used by one call of the conversation only. */

/** Room for what makes one of two equal ids another. */
const suffixCharacters = 4;

interface Calls {
  readonly turn: number;
  readonly ids: string[];
  answered: number;
}

/**
 * Gives each call of a conversation its id on the wire, and each result the id of its call. Depends on nothing but the
 * calls before it, so that one more turn never changes an earlier id (and with it the cached prefix).
 */
export class CallIds {
  readonly #used = new Set<string>();
  readonly #calls = new Map<string, Calls>();
  readonly #legal: (id: string) => string;
  readonly #charactersMax: number;

  /** `legal` makes an id one that the API takes, and never an empty one. */
  constructor(legal: (id: string) => string, charactersMax = Number.POSITIVE_INFINITY) {
    this.#legal = legal;
    this.#charactersMax = charactersMax;
  }

  call(id: string, turn: number): string {
    const base = this.#legal(id);
    let wireId = base;
    for (let n = 2; this.#used.has(wireId); n++)
      wireId = `${base.slice(0, this.#charactersMax - suffixCharacters)}_${n}`;
    this.#used.add(wireId);
    const calls = this.#calls.get(id);
    if (calls?.turn === turn) calls.ids.push(wireId);
    else this.#calls.set(id, { turn, ids: [wireId], answered: 0 });
    return wireId;
  }

  /** Results of calls that share an id are paired in order; a result without a call keeps its id, for the API to refuse. */
  result(id: string): string {
    const calls = this.#calls.get(id);
    if (calls === undefined) return this.#legal(id);
    const at = Math.min(calls.answered++, calls.ids.length - 1);
    return calls.ids[at] ?? this.#legal(id);
  }
}
