/** What one request holds, on every budget of its chain at once. */
import type { BudgetUnit } from '../../store/schema/ledger.ts';
import type { Slice } from './slice.ts';

/** A budget as far as holding on it needs to know it. */
export interface HeldBudget {
  /** `bud_…`, or `wallet:org_…`. */
  readonly id: string;
  readonly unit: BudgetUnit;
}

/** Nano-dollars, tokens and requests. */
export type Needs = Readonly<Record<BudgetUnit, number>>;

export interface HoldPart {
  readonly budget: HeldBudget;
  readonly slice: Slice;
  units: number;
}

export class Hold {
  readonly parts: readonly HoldPart[];
  readonly #now: () => number;
  #settled = false;

  constructor(parts: readonly HoldPart[], now: () => number) {
    this.parts = parts;
    this.#now = now;
  }

  /** For the journal: where the request's use is released when it is shipped. */
  get leases(): readonly number[] {
    return this.parts.flatMap(({ slice }) => (slice.lease === undefined ? [] : [slice.lease]));
  }

  /** What the request used; nothing, when it was refused. Later calls do nothing. */
  settle(used: Needs): void {
    if (this.#settled) return;
    this.#settled = true;
    const now = this.#now();
    for (const { budget, slice, units } of this.parts) slice.settle(units, used[budget.unit], now);
  }
}

export const nothingUsed: Needs = Object.freeze({ usd: 0, tokens: 0, requests: 0 });
