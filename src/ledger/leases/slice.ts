/**
 * This instance's part of one pot: what is lent, less what is held for running requests and what they have used. What
 * an answer uses beyond its hold makes `free` smaller than nothing; the next loan makes up for it.
 *
 * Loans and gifts go to the database one after the other. Where an answer was lost, the next loan's answer says what
 * became of it, and a gift that arrives after that is refused by its version: so nothing is counted twice or forgotten.
 */
import type { LeaseState, Lender, Loan } from './lender.ts';

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
  /** An answer was lost: the database may have lent, or taken back, something else than is known here. */
  unsure = false;
  /** Of the lease, as the database has it. */
  #amount = 0;
  #version = 0;
  #edgeUntil = 0;
  #borrowing: Promise<Loan | undefined> | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #turnsBegun = 0;
  #turnsEnded = 0;
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

  /** Changes with every loan and gift; undefined while one is under way. */
  get calm(): number | undefined {
    return this.#turnsBegun === this.#turnsEnded ? this.#turnsBegun : undefined;
  }

  has(units: number, now: number): boolean {
    return this.free >= units && now < this.usableUntil && now < this.endsAt;
  }

  take(units: number, now: number): void {
    this.free -= units;
    this.held += units;
    this.lastUsedAt = now;
  }

  /** Of what was held on `lease`, `used` is gone. What a closed lease had is nobody's here. */
  settle(lease: number | undefined, held: number, used: number, now: number): void {
    this.held -= held;
    if (lease !== undefined && lease === this.lease) this.free += held - used;
    this.lastUsedAt = now;
    this.wake();
    if (now < this.#edgeUntil && this.free > 0) void this.giveBackFree().catch(() => {});
  }

  /** One question at a time: who comes during one shares its answer. Throws LenderAway. */
  borrow(units: number): Promise<Loan | undefined> {
    this.#borrowing ??= this.#inTurn(() => this.#lend(Math.max(1, units - this.free))).finally(() => {
      this.#borrowing = undefined;
    });
    return this.#borrowing;
  }

  /** Asks how things are, after an answer was lost. Throws LenderAway. */
  async ask(): Promise<void> {
    await this.#inTurn(() => this.#lend(0));
  }

  async #lend(need: number): Promise<Loan | undefined> {
    const sentAt = this.#now();
    this.unsure = true;
    const loan = await this.#lender.lend(this.budget, this.pot, need);
    this.unsure = false;
    if (loan === undefined) return undefined;
    this.#learn(loan);
    this.pot = loan.pot;
    if (loan.endsInMs !== undefined) this.endsAt = sentAt + loan.endsInMs;
    this.heard(sentAt);
    this.wake();
    return loan;
  }

  #learn({ lease, amount = 0, version = 0 }: Partial<LeaseState>): void {
    if (lease !== this.lease) {
      // A new lease: the old one was closed, and what was free in it is nobody's here.
      this.lease = lease;
      this.free = 0;
      this.#amount = 0;
    }
    this.free += amount - this.#amount;
    this.#amount = amount;
    this.#version = version;
  }

  /** The database was heard at `at` (monotonic). */
  heard(at: number): void {
    this.usableUntil = at + this.#times.usableMs;
  }

  /** What the database says of the lease, while nothing is under way. A loan may have arrived long after it was sent. */
  compare({ amount }: LeaseState): void {
    if (amount !== this.#amount) this.unsure = true;
  }

  /** The lease is closed: what was lent with it is gone; what runs may end. */
  lose(): void {
    this.lease = undefined;
    this.free = 0;
    this.#amount = 0;
    this.usableUntil = 0;
    this.wake();
  }

  /** Somebody needs what is free here, now and in the next moments. */
  recall(): Promise<void> {
    this.#edgeUntil = this.#now() + this.#times.edgeMs;
    return this.giveBackFree();
  }

  /** Before the answer comes nobody here may use it; when none comes, a later answer says whether it is still here. */
  async giveBackFree(close = false): Promise<void> {
    const { lease } = this;
    if (lease === undefined) return;
    const units = Math.max(0, this.free);
    this.free -= units;
    await this.#inTurn(() => this.#giveBack(lease, units, close));
  }

  async #giveBack(lease: number, units: number, close: boolean): Promise<void> {
    if (this.lease !== lease) return;
    const version = this.#version;
    this.#amount -= units;
    this.unsure = true;
    const state = await this.#lender.giveBack({ lease, units, close, version });
    this.unsure = false;
    if (this.lease !== lease) return;
    if (state === undefined) this.lose();
    else this.#learn(state);
    this.wake();
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    this.#turnsBegun++;
    const turn = this.#lastTurn.then(step).finally(() => {
      this.#turnsEnded++;
    });
    this.#lastTurn = turn.catch(() => {});
    return turn;
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
