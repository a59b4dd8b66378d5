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
  /** The lease that it was taken from. A slice may go on with another one meanwhile. */
  lease: number | undefined;
}

export class Hold {
  readonly #parts: HoldPart[];
  readonly #now: () => number;
  #settled = false;

  constructor(parts: readonly HoldPart[], now: () => number) {
    this.#parts = [...parts];
    this.#now = now;
  }

  /** One for each budget: the one that is charged. */
  get parts(): readonly HoldPart[] {
    return this.#parts.filter((part, i) => i === this.#lastOf(part));
  }

  /** For the journal: where the request's use is released when it is shipped. */
  get leases(): readonly number[] {
    return this.parts.flatMap(({ lease }) => (lease === undefined ? [] : [lease]));
  }

  /** More, of the same budgets. */
  add(more: readonly HoldPart[]): void {
    for (const part of more) {
      const known = this.#parts.find(({ slice, lease }) => slice === part.slice && lease === part.lease);
      if (known !== undefined) known.units += part.units;
      else if (part.units > 0) this.#parts.push(part);
    }
  }

  /** What the request used; nothing, when it was refused. Later calls do nothing. */
  settle(used: Needs): void {
    if (this.#settled) return;
    this.#settled = true;
    const now = this.#now();
    this.#parts.forEach((part, i) => {
      const charged = i === this.#lastOf(part) ? used[part.budget.unit] : 0;
      part.slice.settle(part.lease, part.units, charged, now);
    });
  }

  #lastOf({ slice }: HoldPart): number {
    return this.#parts.findLastIndex((part) => part.slice === slice);
  }
}

export const nothingUsed: Needs = Object.freeze({ usd: 0, tokens: 0, requests: 0 });
