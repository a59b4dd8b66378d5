/** Durations in buckets that grow by a quarter, from a millisecond to twenty minutes, each fading with time. */
const buckets = 64;
const growth = 1.25;
const logGrowth = Math.log(growth);

export class FadingHistogram {
  readonly #weights = new Float64Array(buckets);
  #total = 0;

  add(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + 1;
    this.#total++;
  }

  /** What another one holds, counting this much. */
  addAll(other: FadingHistogram, weight: number): void {
    for (let bucket = 0; bucket < buckets; bucket++) {
      const more = (other.#weights[bucket] ?? 0) * weight;
      this.#weights[bucket] = (this.#weights[bucket] ?? 0) + more;
      this.#total += more;
    }
  }

  /** Everything that was added counts this much of what it did. */
  fade(left: number): void {
    if (left === 1) return;
    this.#total = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const weight = (this.#weights[bucket] ?? 0) * left;
      this.#weights[bucket] = weight;
      this.#total += weight;
    }
  }

  /** Milliseconds that this share stays below, at most a quarter too much. Undefined: nothing is known. */
  quantile(share: number): number | undefined {
    if (this.#total < 1e-9) return undefined;
    let seen = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      seen += this.#weights[bucket] ?? 0;
      if (seen >= this.#total * share) return growth ** bucket;
    }
    return growth ** (buckets - 1);
  }
}

/** The first bucket whose upper bound is not below. */
function bucketOf(durationMs: number): number {
  if (!(durationMs > 1)) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log(durationMs) / logGrowth - 1e-9));
}
