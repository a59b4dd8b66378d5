/** Requests per minute of each management key, counted by this instance in memory. */
import type { Clock } from '../../lib/clock.ts';
import { SlidingWindow, windowMs } from '../../lib/sliding-window.ts';
import { ApiFailure } from './failure.ts';

export const requestsPerMinuteMax = 600;
/** Windows that count nothing any more are thrown away when there are more than this. */
const windowsMax = 1_000;

export class ApiRateLimit {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #windows = new Map<string, SlidingWindow>();

  constructor(clock: Clock, max = requestsPerMinuteMax) {
    this.#clock = clock;
    this.#max = max;
  }

  /** Counts one request. Throws ApiFailure (rate_limited) with Retry-After. */
  admit(keyId: string): void {
    const now = this.#clock.monotonicMs();
    const window = this.#windowOf(keyId, now);
    if (window.total(now) < this.#max) return window.add(1, now);
    const seconds = Math.max(1, Math.ceil(window.msUntil(this.#max - 1, now) / 1000));
    throw new ApiFailure(
      'rate_limited',
      `This key sent more than ${this.#max} requests within ${windowMs / 1000} seconds.`,
      { remedy: `Send it again in ${seconds} seconds.`, headers: { 'retry-after': String(seconds) } },
    );
  }

  #windowOf(keyId: string, now: number): SlidingWindow {
    const known = this.#windows.get(keyId);
    if (known !== undefined) return known;
    if (this.#windows.size >= windowsMax) {
      for (const [id, window] of this.#windows) if (window.total(now) === 0) this.#windows.delete(id);
    }
    const window = new SlidingWindow();
    this.#windows.set(keyId, window);
    return window;
  }
}
