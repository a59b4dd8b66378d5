/**
 * The budgets of this instance, in memory. A request that finds enough in every slice of its chain is decided without
 * waiting; otherwise more is borrowed, and where others hold what is missing, they are given a moment to give it back.
 */
import type { Log } from '../../lib/log.ts';
import { within } from '../../lib/within.ts';
import { type HeldBudget, Hold, type HoldPart, type Needs } from './hold.ts';
import { type Lender, LenderAway, type Loan, type OpenLease } from './lender.ts';
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
  /** How long a request waits for one answer of the database. */
  readonly answerMs?: number;
  /** Whether everything that was settled before the call is in the database. */
  readonly settled?: () => Promise<boolean>;
}

/** The time that a lease is lent for, and how much later others may close it: its owner has stopped using it by then. */
export const leaseTtlMs = 60_000;
export const leaseGraceMs = 600_000;

/** Long before others may close it. */
export function usableMs(ttlMs: number, graceMs: number): number {
  return ttlMs + graceMs / 2;
}

const defaults = {
  patienceMs: 1_000,
  renewMs: 5_000,
  idleMs: 60_000,
  usableMs: usableMs(leaseTtlMs, leaseGraceMs),
  answerMs: 5_000,
  settled: async () => true,
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
      return { budget, slice: this.#sliceOf(budget.id, now), units: needs[budget.unit], lease: undefined };
    });
    if (this.#takeAll(parts, now)) return new Hold(parts, this.#options.now);
    return this.#holdLater(budgets, needs);
  }

  /** More for a running request. Undefined: it has it. Rejects with BudgetShort and LenderAway. */
  grow(hold: Hold, more: Needs): undefined | Promise<void> {
    const wanted = hold.parts.map(({ budget, slice }): HoldPart => {
      return { budget, slice, units: more[budget.unit], lease: undefined };
    });
    if (this.#takeAll(wanted, this.#options.now(), true)) {
      hold.add(wanted);
      return undefined;
    }
    return this.#waitFor(() => wanted, true).then((taken) => hold.add(taken));
  }

  async #holdLater(budgets: readonly HeldBudget[], needs: Needs): Promise<Hold> {
    const parts = await this.#waitFor(() => {
      const now = this.#options.now();
      return budgets.map((budget) => ({
        budget,
        slice: this.#sliceOf(budget.id, now),
        units: needs[budget.unit],
        lease: undefined,
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
    const loan = await this.#answer(slice.borrow(units));
    if (loan === undefined || loan.lent > 0) {
      // A budget that is gone limits nobody: the snapshot will say so in a moment.
      if (loan === undefined) this.#unlimited(slice);
      return;
    }
    const missing = units - slice.free;
    if (missing <= loan.available) return;
    // An overdrawn slice is right again when what was used is in the database.
    const mayComeFree = loan.granted - loan.spent >= units && (slice.held > 0 || slice.free < 0 || loan.others > 0);
    const leftMs = until - this.#options.now();
    // What is lent to this instance and free is held for nobody.
    const held = Math.max(0, loan.held - Math.max(0, slice.free));
    if (!mayComeFree || leftMs <= 0) throw new BudgetShort(budget, units, { ...loan, held });
    await slice.changed(Math.min(lookEveryMs, leftMs));
  }

  /** A database that was cut off says nothing for long: nobody waits for it that long. */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    const { answerMs } = this.#options;
    if (await within(asked, answerMs)) return asked;
    throw new LenderAway(`the database did not answer within ${answerMs} ms`);
  }

  #unlimited(slice: Slice): void {
    slice.free = Number.MAX_SAFE_INTEGER;
    slice.heard(this.#options.now());
    slice.endsAt = this.#options.now() + this.#options.renewMs;
  }

  #takeAll(parts: readonly HoldPart[], now: number, growing = false): boolean {
    for (const { slice, units } of parts) if (!enough(slice, units, now, growing)) return false;
    for (const part of parts) {
      part.slice.take(part.units, now);
      part.lease = part.slice.lease;
    }
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
      // An answer that was lost told no pot. What was lent with it is in the leases, and so is who needs it.
      else if (slice.pot === undefined && pot.startsWith(slice.budget)) void this.renew();
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
    const mine = this.#all.map((slice) => ({ slice, lease: slice.lease, calm: slice.calm }));
    const open = await this.#options.lender.renew();
    const byId = new Map(open.map((each) => [each.lease, each]));
    for (const { slice, lease, calm } of mine) {
      if (lease === undefined || slice.lease !== lease) continue;
      const state = byId.get(lease);
      if (state === undefined) {
        slice.lose();
        continue;
      }
      slice.heard(sentAt);
      if (calm !== undefined && slice.calm === calm) slice.compare(state);
      if (state.recalled) await slice.recall();
    }
    for (const slice of this.#all) if (slice.unsure && slice.calm !== undefined) await slice.ask();
    // Only what nobody asked for while the database looked can be nobody's.
    const quiet = mine.length === this.#all.length && mine.every(({ slice, calm }) => calm === slice.calm);
    if (quiet) await this.#closeStray(open);
    await this.#closeIdle();
  }

  get #all(): readonly Slice[] {
    return [...this.#slices.values(), ...this.#past];
  }

  /** Of a loan whose answer was lost, in a window that was over when it was asked for again. */
  async #closeStray(open: readonly OpenLease[]): Promise<void> {
    const known = new Set(this.#all.map(({ lease }) => lease));
    for (const { lease, version } of open) {
      if (!known.has(lease)) await this.#options.lender.giveBack({ lease, units: 0, close: true, version });
    }
  }

  /** What is used must be known first, or it would be lent to somebody else for a moment. */
  async #closeIdle(): Promise<void> {
    if (!this.#all.some((slice) => this.#isIdle(slice)) || !(await this.#options.settled())) return;
    for (const slice of this.#all) {
      if (!this.#isIdle(slice)) continue;
      await slice.giveBackFree(true);
      if (slice.held > 0 || slice.lease !== undefined || slice.unsure) continue;
      this.#past.delete(slice);
      if (this.#slices.get(slice.budget) === slice) this.#slices.delete(slice.budget);
    }
  }

  #isIdle(slice: Slice): boolean {
    if (slice.held > 0) return false;
    return this.#past.has(slice) || this.#options.now() - slice.lastUsedAt >= this.#options.idleMs;
  }

  #tellAway(error: unknown): void {
    if (error instanceof LenderAway) this.#options.log.debug({ error }, 'leases cannot be renewed now');
    else this.#options.log.error({ error }, 'leases cannot be renewed');
  }

  /** Everything that is lent goes back. Call it when all usage is shipped. */
  async close(): Promise<void> {
    this.stop();
    await this.#renewing;
    for (const slice of this.#all) await this.#leave(slice).catch((error: unknown) => this.#tellAway(error));
    this.#slices.clear();
    this.#past.clear();
  }

  /** Renews no more; what is lent stays so. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #leave(slice: Slice): Promise<void> {
    if (slice.unsure) await slice.ask();
    await slice.giveBackFree(true);
  }
}

/** A request that runs on may grow in a window that is over: it is charged where it began. */
function enough(slice: Slice, units: number, now: number, growing: boolean): boolean {
  if (units <= 0) return true;
  return slice.has(units, growing ? Math.min(now, slice.endsAt - 1) : now);
}
