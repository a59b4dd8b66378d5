/** Retries are at most a tenth of the requests, plus three: a storm must not be answered with a larger one. */
const windowMs = 10_000;
const share = 0.1;
const free = 3;

export class RetryBudget {
  #windowStart = 0;
  #requests = 0;
  #retries = 0;

  request(now: number): void {
    this.#roll(now);
    this.#requests++;
  }

  /** Takes one retry if there is one left in this window. */
  take(now: number): boolean {
    this.#roll(now);
    if (this.#retries >= free + this.#requests * share) return false;
    this.#retries++;
    return true;
  }

  #roll(now: number): void {
    if (now - this.#windowStart < windowMs) return;
    this.#windowStart = now;
    this.#requests = 0;
    this.#retries = 0;
  }
}
