/** Two attempts at one request: the first that has something to show is shown, and the other ends. */

export interface Runner {
  /** It has won: from here on it is the one that the caller's connection talks to. */
  won(): void;
  /** Another was first. */
  lost(): void;
  /** The caller has gone. */
  cancelled(): void;
}

export class Race {
  readonly #runners: Runner[] = [];
  #winner: Runner | undefined;

  get isDecided(): boolean {
    return this.#winner !== undefined;
  }

  join(runner: Runner): void {
    if (this.#winner === undefined) this.#runners.push(runner);
    else runner.lost();
  }

  /** Whether this one may show what it has. */
  claim(runner: Runner): boolean {
    if (this.#winner === undefined) {
      this.#winner = runner;
      for (const other of this.#runners) if (other !== runner) other.lost();
      runner.won();
    }
    return this.#winner === runner;
  }

  cancel(): void {
    for (const runner of this.#runners) runner.cancelled();
  }
}
