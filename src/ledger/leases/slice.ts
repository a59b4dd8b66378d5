/**
 * This instance's part of one pot: what is lent, less what is held for running requests and what they have used. What
 * an answer uses beyond its hold makes `free` smaller than nothing; the next loan makes up for it.
 */
import type { Lender, Loan } from './lender.ts';

export interface SliceTimes {
  /** How long a lease may be used after the database was last heard. */
  readonly usableMs: number;
  /** After a recall, what comes free is given back at once for this long. */
  readonly edgeMs: number;
}

export class Slice {
  readonly budget: string;
  pot: string | undefined;
  lease: number | undefined;
  free = 0;
  held = 0;
  /** Monotonic times. */
  endsAt = Number.POSITIVE_INFINITY;
  usableUntil = 0;
  lastUsedAt: number;
  /** The last loan that gave nothing, with what was there. */
  shortage: Loan | undefined;
  #edgeUntil = 0;
  #borrowing: Promise<Loan | undefined> | undefined;
  #waiting: (() => void)[] = [];
  readonly #lender: Lender;
  readonly #now: () => number;
  readonly #times: SliceTimes;

  constructor(budget: string, lender: Lender, now: () => number, times: SliceTimes) {
    this.budget = budget;
    this.#lender = lender;
    this.#now = now;
    this.#times = times;
    this.lastUsedAt = now();
  }

  has(units: number, now: number): boolean {
    return this.free >= units && now < this.usableUntil && now < this.endsAt;
  }

  take(units: number, now: number): void {
    this.free -= units;
    this.held += units;
    this.lastUsedAt = now;
  }

  /** Of what was held, `used` is gone. */
  settle(held: number, used: number, now: number): void {
    this.held -= held;
    this.free += held - used;
    this.lastUsedAt = now;
    this.wake();
    if (now < this.#edgeUntil) void this.giveBackFree();
  }

  /** One question at a time: who comes during one shares its answer. Throws LenderAway. */
  borrow(units: number): Promise<Loan | undefined> {
    this.#borrowing ??= this.#borrow(units).finally(() => {
      this.#borrowing = undefined;
    });
    return this.#borrowing;
  }

  async #borrow(units: number): Promise<Loan | undefined> {
    const sentAt = this.#now();
    const loan = await this.#lender.lend(this.budget, this.pot, Math.max(1, units - this.free));
    if (loan === undefined) return undefined;
    if (loan.lease !== this.lease) {
      // A new lease: the old one was closed, and what was free in it is nobody's here.
      this.free = Math.min(this.free, 0);
      this.lease = loan.lease;
    }
    this.pot = loan.pot;
    this.free += loan.lent;
    if (loan.endsInMs !== undefined) this.endsAt = sentAt + loan.endsInMs;
    this.heard(sentAt);
    this.shortage = loan.lent === 0 ? loan : undefined;
    this.wake();
    return loan;
  }

  /** The database was heard at `at` (monotonic). */
  heard(at: number): void {
    this.usableUntil = at + this.#times.usableMs;
  }

  /** The lease is closed: what was lent with it is gone; what runs may end. */
  lose(): void {
    this.lease = undefined;
    this.free = Math.min(this.free, 0);
    this.usableUntil = 0;
    this.wake();
  }

  /** Somebody needs what is free here, now and in the next moments. */
  recall(): Promise<void> {
    this.#edgeUntil = this.#now() + this.#times.edgeMs;
    return this.giveBackFree();
  }

  /** Before the answer comes nobody here may use it; when none comes it stays lost until the lease is closed. */
  async giveBackFree(close = false): Promise<void> {
    const { lease } = this;
    const units = Math.max(0, this.free);
    if (lease === undefined) return;
    this.free -= units;
    const open = await this.#lender.giveBack(lease, units, close);
    if ((!open || close) && this.lease === lease) this.lose();
  }

  /** Resolves when something changed here, or after `timeoutMs`. */
  changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
