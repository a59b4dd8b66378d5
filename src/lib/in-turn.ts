/** Work of one name runs one after the other within this process; that of other names beside it. */
export class InTurn {
  /** By name, the end of what came last. */
  readonly #ends = new Map<string, Promise<unknown>>();

  /** Resolves and throws as `work` does. What came before may have failed: that is its own. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#ends.get(name) ?? Promise.resolve()).then(work);
    const end = mine.catch(() => {});
    this.#ends.set(name, end);
    try {
      return await mine;
    } finally {
      if (this.#ends.get(name) === end) this.#ends.delete(name);
    }
  }
}
