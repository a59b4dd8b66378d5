/**
 * The budgets of this instance, in memory. A request that finds enough in every slice of its chain is decided without
 * waiting; otherwise more is borrowed, and where others hold what is missing, they are given a moment to give it back.
 */
import type { Log } from '../../lib/log.ts';
import { type HeldBudget, Hold, type HoldPart, type Needs } from './hold.ts';
import { type Lender, LenderAway, type Loan } from './lender.ts';
import { Slice } from './slice.ts';

export interface LeaseBookOptions {
  readonly lender: Lender;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** How long a request waits for what running ones may leave over. */
  readonly patienceMs?: number;
  readonly renewMs?: number;
  /** A lease that nobody used for this long is given back. */
  readonly idleMs?: number;
  /** How long a lease may be used after the database was last heard. */
  readonly usableMs?: number;
}

/** The time that a lease is lent for, and how much later others may close it: its owner has stopped using it by then. */
export const leaseTtlMs = 60_000;
export const leaseGraceMs = 600_000;

const defaults = {
  patienceMs: 1_000,
  renewMs: 5_000,
  idleMs: 60_000,
  usableMs: leaseTtlMs + leaseGraceMs / 2,
};
const edgeMs = 5_000;
const lookEveryMs = 25;

/** A budget has less than the request needs, also when what is held now would come free. */
export class BudgetShort<B extends HeldBudget = HeldBudget> extends Error {
  override readonly name = 'BudgetShort';
  readonly budget: B;
  readonly units: number;
  readonly loan: Loan;
  constructor(budget: B, units: number, loan: Loan) {
    super(`the budget ${budget.id} has less than ${units}`);
    this.budget = budget;
    this.units = units;
    this.loan = loan;
  }
}

export class LeaseBook {
  readonly #options: Required<LeaseBookOptions>;
  readonly #slices = new Map<string, Slice>();
  /** Of windows that are over: their requests still run. */
  readonly #past = new Set<Slice>();
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;

  constructor(options: LeaseBookOptions) {
    this.#options = { ...defaults, ...options };
  }

  start(): void {
    this.#timer = setInterval(() => void this.renew(), this.#options.renewMs).unref();
  }

  /** Throws (or rejects with) BudgetShort and LenderAway. Either all budgets hold or none. */
  hold(budgets: readonly HeldBudget[], needs: Needs): Hold | Promise<Hold> {
    const now = this.#options.now();
    const parts = budgets.map((budget): HoldPart => {
      return { budget, slice: this.#sliceOf(budget.id, now), units: needs[budget.unit] };
    });
    if (this.#takeAll(parts, now)) return new Hold(parts, this.#options.now);
    return this.#holdLater(budgets, needs);
  }

  /** More for a running request. Undefined: it has it. Rejects with BudgetShort and LenderAway. */
  grow(hold: Hold, more: Needs): undefined | Promise<void> {
    const wanted = hold.parts.map(({ budget, slice }) => ({ budget, slice, units: more[budget.unit] }));
    const grown = (): undefined => {
      for (const part of hold.parts) part.units += more[part.budget.unit];
    };
    if (this.#takeAll(wanted, this.#options.now(), true)) return grown();
    return this.#waitFor(() => wanted, true).then(grown);
  }

  async #holdLater(budgets: readonly HeldBudget[], needs: Needs): Promise<Hold> {
    const parts = await this.#waitFor(() => {
      const now = this.#options.now();
      return budgets.map((budget) => ({
        budget,
        slice: this.#sliceOf(budget.id, now),
        units: needs[budget.unit],
      }));
    }, false);
    return new Hold(parts, this.#options.now);
  }

  async #waitFor(partsNow: () => readonly HoldPart[], growing: boolean): Promise<readonly HoldPart[]> {
    const until = this.#options.now() + this.#options.patienceMs;
    for (;;) {
      const parts = partsNow();
      const now = this.#options.now();
      if (this.#takeAll(parts, now, growing)) return parts;
      const short = parts.find(({ slice, units }) => !enough(slice, units, now, growing)) as HoldPart;
      await this.#fill(short, until);
    }
  }

  /** Borrows what one part lacks. Returns when it is worth to look again. */
  async #fill({ budget, slice, units }: HoldPart, until: number): Promise<void> {
    const loan = await slice.borrow(units);
    if (loan === undefined || loan.lent > 0) {
      // A budget that is gone limits nobody: the snapshot will say so in a moment.
      if (loan === undefined) this.#unlimited(slice);
      return;
    }
    const missing = units - slice.free;
    if (missing <= loan.available) return;
    const mayComeFree = loan.granted - loan.spent >= units && (slice.held > 0 || loan.others > 0);
    const leftMs = until - this.#options.now();
    if (!mayComeFree || leftMs <= 0) throw new BudgetShort(budget, units, loan);
    await slice.changed(Math.min(lookEveryMs, leftMs));
  }

  #unlimited(slice: Slice): void {
    slice.free = Number.MAX_SAFE_INTEGER;
    slice.heard(this.#options.now());
    slice.endsAt = this.#options.now() + this.#options.renewMs;
  }

  #takeAll(parts: readonly HoldPart[], now: number, growing = false): boolean {
    for (const { slice, units } of parts) if (!enough(slice, units, now, growing)) return false;
    for (const { slice, units } of parts) slice.take(units, now);
    return true;
  }

  #sliceOf(budget: string, now: number): Slice {
    const known = this.#slices.get(budget);
    if (known !== undefined && now < known.endsAt) return known;
    if (known !== undefined) this.#past.add(known);
    const { lender, usableMs } = this.#options;
    const made = new Slice(budget, lender, this.#options.now, { usableMs, edgeMs });
    this.#slices.set(budget, made);
    return made;
  }

  /** `pot`: somebody needs what is free in it. */
  recall(pot: string): void {
    for (const slice of this.#slices.values()) {
      if (slice.pot === pot) slice.recall().catch((error: unknown) => this.#tellAway(error));
    }
  }

  /** Says that this instance lives, gives back what it does not use, and forgets what is over. Never rejects. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew()
      .catch((error: unknown) => this.#tellAway(error))
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const sentAt = this.#options.now();
    const mine = [...this.#slices.values(), ...this.#past].map((slice) => ({ slice, lease: slice.lease }));
    const open = new Map((await this.#options.lender.renew()).map((each) => [each.lease, each.recalled]));
    for (const { slice, lease } of mine) {
      if (lease === undefined || slice.lease !== lease) continue;
      const recalled = open.get(lease);
      if (recalled === undefined) slice.lose();
      else slice.heard(sentAt);
      if (recalled) await slice.recall();
    }
    for (const slice of this.#slices.values()) await this.#tidy(slice);
    for (const slice of this.#past) if (slice.held === 0 && (await this.#close(slice))) this.#past.delete(slice);
  }

  async #tidy(slice: Slice): Promise<void> {
    const { now, idleMs } = this.#options;
    if (slice.held > 0 || now() - slice.lastUsedAt < idleMs) return;
    await this.#close(slice);
    if (slice.held === 0 && slice.lease === undefined) this.#slices.delete(slice.budget);
  }

  async #close(slice: Slice): Promise<boolean> {
    await slice.giveBackFree(true);
    return slice.lease === undefined;
  }

  #tellAway(error: unknown): void {
    if (error instanceof LenderAway) this.#options.log.debug({ error }, 'leases cannot be renewed now');
    else this.#options.log.error({ error }, 'leases cannot be renewed');
  }

  /** Everything that is lent goes back. Call it when all usage is shipped. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    for (const slice of [...this.#slices.values(), ...this.#past]) {
      await slice.giveBackFree(true).catch((error: unknown) => this.#tellAway(error));
    }
    this.#slices.clear();
    this.#past.clear();
  }
}

/** A request that runs on may grow in a window that is over: it is charged where it began. */
function enough(slice: Slice, units: number, now: number, growing: boolean): boolean {
  if (units <= 0) return true;
  return slice.has(units, growing ? Math.min(now, slice.endsAt - 1) : now);
}
