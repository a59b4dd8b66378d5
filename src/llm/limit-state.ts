/** Where a caller stands with one of its rate limits: for the headers of its dialect. */
export interface LimitState {
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly remaining: number;
  /** Until the window is empty again. */
  readonly resetMs: number;
}
