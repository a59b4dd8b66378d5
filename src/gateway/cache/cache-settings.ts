/** What the cache of answers may take and give. */
export interface CacheSettings {
  /** Memory for answers; 0: there is no cache. */
  readonly bytesMax: number;
  /** A larger answer is not kept. */
  readonly answerBytesMax: number;
  /** How long answers are kept for requests that nothing else is said of; 0: not at all. */
  readonly ttlMs: number;
  /** No caller, key or route gets an older answer. */
  readonly ttlMsMax: number;
  /** What a hit costs: 0 to 100 percent of what the answer was charged when it was made. */
  readonly hitPricePercent: number;
  /** A shared store that takes longer has nothing. */
  readonly sharedMs: number;
}

export const defaultCacheSettings: CacheSettings = Object.freeze({
  bytesMax: 64 * 1024 * 1024,
  answerBytesMax: 1024 * 1024,
  ttlMs: 0,
  ttlMsMax: 24 * 3_600_000,
  hitPricePercent: 0,
  sharedMs: 25,
});
