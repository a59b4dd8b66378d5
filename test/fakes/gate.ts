/**
 * A point that a script waits at. The test learns that it was reached and lets the script go on, so no test needs to
 * guess how long something takes.
 */
export class Gate {
  /** Resolves when the script has come to the gate. */
  readonly reached: Promise<void>;
  readonly #released: Promise<void>;
  #markReached: () => void = () => {};
  #markReleased: () => void = () => {};

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#markReached = resolve;
    });
    this.#released = new Promise((resolve) => {
      this.#markReleased = resolve;
    });
  }

  /** For the script: says that it is here, and waits. */
  pass(): Promise<void> {
    this.#markReached();
    return this.#released;
  }

  release(): void {
    this.#markReleased();
  }
}
