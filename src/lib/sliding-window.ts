/**
 * How much happened in the last minute, in buckets of one second: exact to the second, one small array for each thing
 * that is counted. Synchronous, so a burst of a thousand on a limit of a hundred admits exactly a hundred.
 */
const buckets = 60;
const bucketMs = 1000;
export const windowMs = buckets * bucketMs;

export class SlidingWindow {
  readonly #counts = new Float64Array(buckets);
  #second = 0;
  #total = 0;

  total(now: number): number {
    this.#roll(now);
    return this.#total;
  }

  /** Negative amounts give back what was counted too high; the total never goes below zero. */
  add(amount: number, now: number): void {
    this.#roll(now);
    const at = this.#second % buckets;
    const counted = Math.max(amount, -this.#total);
    this.#counts[at] = (this.#counts[at] ?? 0) + counted;
    this.#total += counted;
  }

  /** Milliseconds until at most `allowed` is left in the window. */
  msUntil(allowed: number, now: number): number {
    this.#roll(now);
    let left = this.#total;
    if (left <= allowed) return 0;
    for (let age = buckets - 1; age >= 0; age--) {
      const second = this.#second - age;
      left -= this.#counts[((second % buckets) + buckets) % buckets] ?? 0;
      if (left <= allowed) return Math.max(1, (second + buckets) * bucketMs - now);
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
    if (passed >= buckets) this.#total = 0;
    this.#second = second;
  }
}
