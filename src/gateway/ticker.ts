/** One timer for all running attempts: timeouts, keepalives, stalled callers, and progress in the journal. */

import type { GatewayParts } from './parts.ts';

/** A crash loses at most this much of a stream's count. */
const progressEveryMs = 1000;

export class Ticker {
  readonly #parts: GatewayParts;
  readonly #tickMs: number;
  #timer: NodeJS.Timeout | undefined;
  #progressAt = 0;

  constructor(parts: GatewayParts, tickMs: number) {
    this.#parts = parts;
    this.#tickMs = tickMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), this.#tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  tick(): void {
    const { active, clock, journal } = this.#parts;
    const now = clock.monotonicMs();
    for (const run of active) run.tick(now);
    if (now - this.#progressAt < progressEveryMs) return;
    this.#progressAt = now;
    for (const run of active) {
      const progress = run.progress(now);
      if (progress !== undefined) journal.progress(progress);
    }
  }
}
