/**
 * How much happened in the last minute, in buckets of one second: exact to the second, one small array for each thing
 * that is counted. Synchronous, so a burst of a thousand on a limit of a hundred admits exactly a hundred. What is
 * counted leaves at the turn of a second, so a minute is here between 59 and 60 seconds long.
 */
const buckets = 60;
const bucketMs = 1000;
export const windowMs = buckets * bucketMs;

/** Amounts are whole numbers from 0; times are monotonic milliseconds. */
export class SlidingWindow {
  readonly #counts = new Float64Array(buckets);
  #second = 0;
  #total = 0;

  total(now: number): number {
    this.#roll(now);
    return this.#total;
  }

  add(amount: number, now: number): void {
    this.#roll(now);
    const at = this.#second % buckets;
    this.#counts[at] = (this.#counts[at] ?? 0) + amount;
    this.#total += amount;
  }

  /**
   * Takes back what was counted at `then` and did not happen. It is taken from that second: a negative amount in
   * today's bucket would outlive what it corrects, and let that much too much through. What has left the window
   * already needs no correction.
   */
  takeBack(amount: number, then: number, now: number): void {
    this.#roll(now);
    const second = Math.floor(then / bucketMs);
    if (second <= this.#second - buckets) return;
    const at = second % buckets;
    const counted = this.#counts[at] ?? 0;
    const taken = Math.min(amount, counted);
    this.#counts[at] = counted - taken;
    this.#total -= taken;
  }

  /** Milliseconds until at most `allowed` (from 0) is left in the window, if nothing more is counted. */
  msUntil(allowed: number, now: number): number {
    this.#roll(now);
    let left = this.#total;
    if (left <= allowed) return 0;
    for (let age = buckets - 1; age >= 0; age--) {
      const second = this.#second - age;
      left -= this.#counts[((second % buckets) + buckets) % buckets] ?? 0;
      if (left <= allowed) return (second + buckets) * bucketMs - now;
    }
    return windowMs;
  }

  #roll(now: number): void {
    const second = Math.floor(now / bucketMs);
    const passed = second - this.#second;
    if (passed <= 0) return;
    for (let i = 1; i <= Math.min(passed, buckets); i++) {
      const at = (this.#second + i) % buckets;
      this.#total -= this.#counts[at] ?? 0;
      this.#counts[at] = 0;
    }
    this.#second = second;
  }
}
