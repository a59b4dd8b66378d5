/** A request that goes to a provider while others that ask the same wait for its answer. */
import type { CachedAnswer } from './cached-answer.ts';

/**
 * What those who wait get: the answer; `alone`, where there is none that can be given to others, and each asks by
 * itself; `again`, where nobody was asked or nobody wanted the answer any more, and one of them goes next.
 */
export type Landing = CachedAnswer | 'alone' | 'again';

export class Flight {
  readonly landed: Promise<Landing>;
  /** Called when the last one that waited has left. */
  onForsaken: () => void = () => {};
  readonly #forget: () => void;
  #land: (landing: Landing) => void = () => {};
  #over = false;
  #waiting = 0;

  /** `forget`: nobody joins it any more. */
  constructor(forget: () => void) {
    this.#forget = forget;
    this.landed = new Promise((resolve) => {
      this.#land = resolve;
    });
  }

  get waiting(): number {
    return this.#waiting;
  }

  join(): void {
    this.#waiting++;
  }

  leave(): void {
    if (--this.#waiting === 0 && !this.#over) this.onForsaken();
  }

  /** The first word counts. */
  land(landing: Landing): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    this.#land(landing);
  }
}
