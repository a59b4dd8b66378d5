/**
 * How much happened in the last minute, or day, in buckets: exact to the bucket, one small array for each thing that is
 * counted. Synchronous, so a burst of a thousand on a limit of a hundred admits exactly a hundred. What is counted
 * leaves at the turn of a bucket, so a minute is here between 59 and 60 seconds long, and a day between 23:50 and 24 h.
 */
export interface WindowShape {
  readonly bucketMs: number;
  readonly buckets: number;
}

export const minuteWindow: WindowShape = Object.freeze({ bucketMs: 1_000, buckets: 60 });
export const dayWindow: WindowShape = Object.freeze({ bucketMs: 600_000, buckets: 144 });
export const windowMs = minuteWindow.bucketMs * minuteWindow.buckets;

/** Amounts are whole numbers from 0; times are monotonic milliseconds. */
export class SlidingWindow {
  readonly shape: WindowShape;
  readonly #bucketMs: number;
  readonly #buckets: number;
  readonly #counts: Float64Array;
  /** The newest one that anything was counted in, since the clock began. */
  #bucket = 0;
  #total = 0;

  constructor(shape: WindowShape = minuteWindow) {
    const { bucketMs, buckets } = shape;
    this.shape = shape;
    this.#bucketMs = bucketMs;
    this.#buckets = buckets;
    this.#counts = new Float64Array(buckets);
  }

  total(now: number): number {
    this.#roll(now);
    return this.#total;
  }

  add(amount: number, now: number): void {
    this.#roll(now);
    const at = this.#bucket % this.#buckets;
    this.#counts[at] = (this.#counts[at] ?? 0) + amount;
    this.#total += amount;
  }

  /**
   * Takes back what was counted at `then` and did not happen. It is taken from that bucket: a negative amount in
   * the newest one would outlive what it corrects, and let that much too much through. What has left the window
   * already needs no correction.
   */
  takeBack(amount: number, then: number, now: number): void {
    this.#roll(now);
    const bucket = Math.floor(then / this.#bucketMs);
    if (bucket <= this.#bucket - this.#buckets) return;
    const at = bucket % this.#buckets;
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
    if (allowed === 0) return (this.#newest() + this.#buckets) * this.#bucketMs - now;
    const buckets = this.#buckets;
    for (let age = buckets - 1; age >= 0; age--) {
      const bucket = this.#bucket - age;
      left -= this.#counts[((bucket % buckets) + buckets) % buckets] ?? 0;
      if (left <= allowed) return (bucket + buckets) * this.#bucketMs - now;
    }
    return buckets * this.#bucketMs;
  }

  /** The newest bucket with anything in it, where there is one: the usual question, and it is mostly that of now. */
  #newest(): number {
    const buckets = this.#buckets;
    let bucket = this.#bucket;
    for (let age = 0; age < buckets - 1 && !this.#counts[((bucket % buckets) + buckets) % buckets]; age++) bucket--;
    return bucket;
  }

  #roll(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs);
    const passed = bucket - this.#bucket;
    if (passed <= 0) return;
    for (let i = 1; i <= Math.min(passed, this.#buckets); i++) {
      const at = (this.#bucket + i) % this.#buckets;
      this.#total -= this.#counts[at] ?? 0;
      this.#counts[at] = 0;
    }
    this.#bucket = bucket;
  }
}
