/**
 * Who waits for room, fairly: organizations take turns, whatever number of requests each has waiting; within one the
 * more urgent first, then the one that came first. Nobody waits longer than it said.
 */

export type Priority = 'high' | 'normal' | 'low';

export interface Waiting {
  readonly organization: string;
  readonly priority: Priority;
  /** It is its turn: it takes the room, or says false where it no longer wants it. */
  readonly call: () => boolean;
}

const ranks: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

export class FairQueue {
  /** In the order of their turns. */
  readonly #lines = new Map<string, Waiting[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(waiting: Waiting): void {
    const line = this.#lines.get(waiting.organization) ?? [];
    const at = line.findIndex(({ priority }) => ranks[priority] > ranks[waiting.priority]);
    line.splice(at < 0 ? line.length : at, 0, waiting);
    this.#lines.set(waiting.organization, line);
    this.#length++;
  }

  remove(waiting: Waiting): void {
    const line = this.#lines.get(waiting.organization);
    const at = line?.indexOf(waiting) ?? -1;
    if (line === undefined || at < 0) return;
    line.splice(at, 1);
    this.#length--;
    if (line.length === 0) this.#lines.delete(waiting.organization);
  }

  /** Calls the next that still wants room. False: nobody waits. */
  callNext(): boolean {
    for (;;) {
      const found = this.#lines.entries().next();
      if (found.done) return false;
      const [organization, line] = found.value;
      const next = line.shift() as Waiting;
      this.#length--;
      this.#lines.delete(organization);
      // Its next one waits for the turn of all others.
      if (line.length > 0) this.#lines.set(organization, line);
      if (next.call()) return true;
    }
  }
}

/** What a caller says of its own request, among those of its organization. */
export function priorityOf(header: string | undefined): Priority {
  return header === 'high' || header === 'low' ? header : 'normal';
}
