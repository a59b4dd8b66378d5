/** Tool-call ids as the API takes them: `^[a-zA-Z0-9_-]+$`, at most 64 characters, each used by one call. */
import { createHash } from 'node:crypto';

const idCharactersMax = 64;
/** Room for what makes one of two equal ids another. */
const baseCharactersMax = idCharactersMax - 4;

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

  call(id: string, turn: number): string {
    const base = legalId(id);
    let wireId = base;
    for (let n = 2; this.#used.has(wireId); n++) wireId = `${base.slice(0, baseCharactersMax)}_${n}`;
    this.#used.add(wireId);
    const calls = this.#calls.get(id);
    if (calls?.turn === turn) calls.ids.push(wireId);
    else this.#calls.set(id, { turn, ids: [wireId], answered: 0 });
    return wireId;
  }

  /** Results of calls that share an id are paired in order; a result without a call keeps its id, for the API to refuse. */
  result(id: string): string {
    const calls = this.#calls.get(id);
    if (calls === undefined) return legalId(id);
    const at = Math.min(calls.answered++, calls.ids.length - 1);
    return calls.ids[at] ?? legalId(id);
  }
}

/** The id itself where it is legal. A long one ends in its hash, so that two long ones stay two. */
export function legalId(id: string): string {
  const text = id.replace(/[^a-zA-Z0-9_-]/g, '_') || 'call';
  if (text.length <= idCharactersMax) return text;
  return `${text.slice(0, 40)}_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
