/** Where a caller stands with one of its rate limits: for the headers of its dialect. */
import type { LimitUnit } from './limits.ts';

export interface LimitState {
  readonly unit: LimitUnit;
  readonly limit: number;
  readonly remaining: number;
  /** Until the window is empty again. */
  readonly resetMs: number;
}
