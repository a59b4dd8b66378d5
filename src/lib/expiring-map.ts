/** A map that forgets: what was not used for a while, and the least recently used where it grows too large. */

export interface ForgettingLimits {
  /** Since its last use an entry lives this long. */
  readonly ttlMs: number;
  readonly entriesMax: number;
  readonly bytesMax: number;
}

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
  usedAt: number;
}

export class ExpiringMap<V> {
  /** In the order of their last use, so that whatever must go stands first. */
  readonly #entries = new Map<string, Entry<V>>();
  readonly #limits: ForgettingLimits;
  readonly #onForgotten: (value: V) => void;
  #bytes = 0;

  constructor(limits: ForgettingLimits, onForgotten: (value: V) => void = () => {}) {
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `bytes`: what the entry takes in memory, keys and all. One that alone is larger than the limit is not kept. */
  set(key: string, value: V, bytes: number, now: number): void {
    this.delete(key);
    if (bytes > this.#limits.bytesMax) return this.#onForgotten(value);
    this.#entries.set(key, { value, bytes, usedAt: now });
    this.#bytes += bytes;
    this.forget(now);
  }

  /** A look is a use. */
  get(key: string, now: number): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#isOver(entry, now)) {
      this.forget(now);
      return undefined;
    }
    entry.usedAt = now;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#onForgotten(entry.value);
  }

  /** Lets go of what is over, and of the eldest where there is too much. */
  forget(now: number): void {
    for (const [key, entry] of this.#entries) {
      const isFull = this.#entries.size > this.#limits.entriesMax || this.#bytes > this.#limits.bytesMax;
      if (!isFull && !this.#isOver(entry, now)) return;
      this.delete(key);
    }
  }

  #isOver(entry: Entry<V>, now: number): boolean {
    return now - entry.usedAt > this.#limits.ttlMs;
  }
}
