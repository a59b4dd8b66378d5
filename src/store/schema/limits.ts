/** Rate limits, checked by the database: at least one member, whole numbers from 1. */
export interface StoredLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}
