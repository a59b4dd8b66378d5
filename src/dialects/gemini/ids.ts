/** Ids of tool calls. On this wire they may be missing: a result then belongs to the first open call of its name. */
import { randomBytes } from 'node:crypto';

/** Unique wherever it goes: callers of other dialects pair results with calls by nothing else. */
export function newCallId(): string {
  return `call_${randomBytes(12).toString('hex')}`;
}

interface OpenCall {
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

/**
 * The ids of a conversation that a caller sends. Made-up ones say only where the call stands, so that the same
 * conversation has the same ids each time (cached prompts live on that).
 */
export class CallIds {
  #open: OpenCall[] = [];
  #made = 0;

  call(id: string | undefined, name: string, path: string): string {
    const known = id ?? `call_${++this.#made}`;
    this.#open.push({ id: known, name, path });
    return known;
  }

  /** The id of the call that a result answers; undefined when it answers none. */
  result(id: string | undefined, name: string): string | undefined {
    const byId = this.#open.findIndex((call) => call.id === id);
    const at = byId === -1 ? this.#open.findIndex((call) => call.name === name) : byId;
    // An SDK that makes ids up for its results alone is understood by the name.
    return at === -1 ? undefined : this.#open.splice(at, 1)[0]?.id;
  }

  /** Where a call stands that has no result; undefined when all have one. */
  get unanswered(): string | undefined {
    return this.#open[0]?.path;
  }
}
