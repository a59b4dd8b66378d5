/**
 * A target that its provider limits: when it may be asked again. A provider's own word refuses for it; without one the
 * time is a guess, for which others are preferred, but nobody is refused.
 */

/** Doubled by each further limit, ... */
const guessMs = 1_000;
/** ... up to this. */
const guessMsMax = 30_000;
/** A provider is asked this often whatever it said: limits are raised, and clocks are wrong. */
const believedMsMax = 60_000;

export class Reservation {
  /** Monotonic milliseconds, by the provider's word. */
  until = 0;
  #believedUntil = 0;
  #guesses = 0;
  /** A provider's word on a limit. */
  #isTold = false;

  extend(now: number, { retryAfterMs, isLimit }: { retryAfterMs: number | undefined; isLimit: boolean }): void {
    // Limits of requests that ran side by side are one.
    if (retryAfterMs === undefined && !this.holds(now)) this.#guesses++;
    const guessed = Math.min(guessMsMax, guessMs * 2 ** Math.max(0, this.#guesses - 1));
    const until = now + (retryAfterMs ?? guessed);
    if (until < this.until && this.holds(now)) return;
    this.until = until;
    this.#believedUntil = Math.min(until, now + believedMsMax);
    this.#isTold = isLimit && retryAfterMs !== undefined;
  }

  holds(now: number): boolean {
    return now < this.#believedUntil;
  }

  /** Nobody is asked before its time, not even when there is nobody else. */
  refuses(now: number): boolean {
    return this.#isTold && this.holds(now);
  }
}
