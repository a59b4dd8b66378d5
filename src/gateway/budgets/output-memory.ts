/**
 * How long answers of a model usually are, learned from those that were: what a request holds for an answer that comes
 * in one piece and names no limit. Buckets of powers of two, halved now and then, so that old answers count less.
 */
const buckets = 24;
const forgetAt = 1_000;
/** Before anything is known: a first step, as a stream holds it. */
const unknownTokens = 256;
const quantile = 0.95;
const modelsMax = 2_000;

export class OutputMemory {
  readonly #models = new Map<string, { readonly counts: Uint32Array; total: number }>();

  learn(model: string, outputTokens: number): void {
    const known = this.#models.get(model) ?? this.#add(model);
    const bucket = Math.min(buckets - 1, bucketOf(outputTokens));
    known.counts[bucket] = (known.counts[bucket] ?? 0) + 1;
    known.total++;
    if (known.total >= forgetAt) halve(known);
  }

  /** Tokens that 19 of 20 answers stay below. */
  expected(model: string): number {
    const known = this.#models.get(model);
    if (known === undefined || known.total < 20) return unknownTokens;
    let seen = 0;
    for (const [bucket, count] of known.counts.entries()) {
      seen += count;
      if (seen >= known.total * quantile) return 2 ** bucket;
    }
    return unknownTokens;
  }

  #add(model: string) {
    if (this.#models.size >= modelsMax) this.#models.delete(this.#models.keys().next().value as string);
    const made = { counts: new Uint32Array(buckets), total: 0 };
    this.#models.set(model, made);
    return made;
  }
}

/** The smallest power of two that is not below. */
function bucketOf(tokens: number): number {
  return tokens <= 1 ? 0 : Math.ceil(Math.log2(tokens));
}

function halve(known: { readonly counts: Uint32Array; total: number }): void {
  known.total = 0;
  for (const [bucket, count] of known.counts.entries()) {
    known.counts[bucket] = count >> 1;
    known.total += count >> 1;
  }
}
