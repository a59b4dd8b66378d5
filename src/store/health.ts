/** Whether the database is there. Learned from what the pool meets; while it is away, asked for again and again. */
import type { Log } from '../lib/log.ts';

const probeIntervalMs = 500;

export class Health {
  readonly #probe: () => Promise<void>;
  readonly #log: Log;
  readonly #listeners = new Set<(up: boolean) => void>();
  #up = true;
  #probing = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `probe` uses the pool, whose events come back to `markUp` and `markDown`. */
  constructor(probe: () => Promise<void>, log: Log) {
    this.#probe = probe;
    this.#log = log;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Returns how to stop listening. */
  onChange(listener: (up: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  markUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#up) return;
    this.#up = true;
    this.#log.info({}, 'Postgres is there again');
    this.#tell();
  }

  markDown(error: Error): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.suspect();
    }, probeIntervalMs).unref();
    if (!this.#up) return;
    this.#up = false;
    this.#log.warn({ error }, 'Postgres is away; serving on from the last snapshot');
    this.#tell();
  }

  /** Something broke: look at once, instead of letting the next caller find out. */
  suspect(): void {
    if (this.#probing || this.#closed) return;
    this.#probing = true;
    this.#probe()
      .catch(() => {})
      .finally(() => {
        this.#probing = false;
      });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#up);
  }
}
