/**
 * What one request used, by kind: tokens, and what some operations count instead. Each kind is priced on its own, so no
 * kind is inside another except `thinking` (a part of `output`, named for reports), and tokens of sound and pictures (a
 * part of `input` and `output`, priced differently).
 * Dialects whose input includes cached tokens (OpenAI, Gemini) subtract at their own edge.
 */
export interface Usage {
  /** Uncached input, without cache reads and writes. */
  readonly input: number;
  /** All output, thinking included. */
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  /** Of `output`. */
  readonly thinking: number;
  /** Of `input`. */
  readonly audioInput: number;
  /** Of `output`. */
  readonly audioOutput: number;
  /** Server-side searches that the provider charges by the piece. */
  readonly webSearches: number;
  /** Of `input`: tokens of pictures, where they have a price of their own. */
  readonly imageInput: number;
  /** Of `output`: tokens of pictures that were made. */
  readonly imageOutput: number;
  /** Pictures that were made. */
  readonly images: number;
  /** Seconds of sound that were listened to, rounded up. */
  readonly audioSeconds: number;
  /** Characters that were spoken. */
  readonly characters: number;
  /** Units of search in which reranking is sold. */
  readonly searches: number;
}

export const noUsage: Usage = Object.freeze({
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  thinking: 0,
  audioInput: 0,
  audioOutput: 0,
  webSearches: 0,
  imageInput: 0,
  imageOutput: 0,
  images: 0,
  audioSeconds: 0,
  characters: 0,
  searches: 0,
});

/** The largest count that is believed: above every context window that exists, far below what breaks arithmetic. */
export const tokensMax = 100_000_000;

/** Reads one count from a provider. Absent (undefined or null) is undefined; a lie (negative, huge, not a number) is flagged. */
export function readCount(value: unknown, field: string, flags: string[]): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > tokensMax) {
    flags.push(`absurd:${field}`);
    return undefined;
  }
  if (!Number.isInteger(value)) flags.push(`fraction:${field}`);
  // JSON knows -0; adding 0 makes it the only zero there is.
  return Math.ceil(value) + 0;
}

/** Everything that was read and written, cached input included. */
export function totalTokens(usage: Usage): number {
  return inputTokensOf(usage) + usage.output;
}

/** All of a prompt: new, read from the cache, and written to it. */
export function inputTokensOf(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}
