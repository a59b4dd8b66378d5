/**
 * May this request be paid for? It holds on all budgets of its chain at once, in memory; only where a budget is nearly
 * used up is the database asked. Nobody who is not limited pays for any of this.
 */
import type { SettlementRecord } from '../../journal/record.ts';
import { type Hold, type Needs, nothingUsed } from '../../ledger/leases/hold.ts';
import { BudgetShort, type LeaseBook } from '../../ledger/leases/lease-book.ts';
import type { Budget, Key, Route, Target } from '../../snapshot/snapshot.ts';
import type { Visit } from '../exchange.ts';
import { saleAt } from '../metering/payer.ts';
import type { Expected, ExpectedUse } from './expectation.ts';
import { OutputMemory } from './output-memory.ts';
import { asBudgetFailure, blocked } from './refusal.ts';
import { needsOf, type Priced, RequestFunds } from './request-funds.ts';

export interface FundsOptions {
  /** Absent: no budget is enforced (tests of other things). */
  readonly book?: LeaseBook | undefined;
  /** Output tokens that a stream holds ahead. */
  readonly stepTokens: number;
  readonly nowMs: () => number;
}

/** A request that wants to go on. */
export interface Applicant {
  readonly visit: Visit;
  readonly route: Route;
  readonly expected: Expected;
  /** What it takes, where that is known and nobody is asked. Absent: what is expected, at the route's price. */
  readonly needs?: Needs;
  /** The route that a used-up budget names. Throws LlmFailure. */
  readonly switchTo: (name: string) => Route;
}

interface Need {
  readonly use: ExpectedUse;
  readonly needs: Needs;
}

/** Routes that take over from each other in a circle end somewhere. */
const switchesMax = 3;

export class Funds {
  readonly memory = new OutputMemory();
  readonly #options: FundsOptions;

  constructor(options: FundsOptions) {
    this.#options = options;
  }

  get stepTokens(): number {
    return this.#options.stepTokens;
  }

  /**
   * Undefined: the request may go on by its route. A promise: by the route that it resolves to, or not at all. Throws or
   * rejects with LlmFailure: payment-required, unavailable.
   */
  admit(applicant: Applicant): undefined | Promise<Route> {
    const { key } = applicant.visit;
    if (key.organization.blockedReason !== undefined) throw blocked(key.organization);
    const budgets = budgetsOf(applicant.visit);
    const { book } = this.#options;
    if (budgets === undefined || book === undefined) return undefined;
    const quick = this.#need(applicant, applicant.route, false);
    const hold = book.hold(budgets, quick.needs);
    if (hold instanceof Promise) return this.#wait(hold, applicant, budgets, book, quick);
    this.#fund(applicant, hold, quick, book);
    return undefined;
  }

  /**
   * Whether what comes later can be paid for: looked at on each budget, and held for nobody. Rejects with LlmFailure:
   * payment-required, unavailable. `needs` is asked only where something limits the request.
   */
  async check(visit: Visit, needs: () => Promise<(budget: Budget) => Needs>): Promise<void> {
    const { key } = visit;
    if (key.organization.blockedReason !== undefined) throw blocked(key.organization);
    const budgets = budgetsOf(visit);
    const { book } = this.#options;
    if (budgets === undefined || book === undefined) return;
    const needed = await needs();
    try {
      for (const budget of budgets) (await book.hold([budget], needed(budget))).settle(nothingUsed);
    } catch (error) {
      throw asBudgetFailure(error, key);
    }
  }

  /** What the request used is known. */
  settle(visit: Visit, record: SettlementRecord): void {
    visit.funds?.settle(record);
    if (record.status === 'completed' && !record.stream && record.servedModel !== undefined) {
      this.memory.learn(record.servedModel, record.usage.output);
    }
  }

  /** Before anybody is refused, what the request needs is looked at closely. */
  async #wait(
    first: Promise<Hold>,
    applicant: Applicant,
    budgets: readonly Budget[],
    book: LeaseBook,
    quick: Need,
  ): Promise<Route> {
    try {
      this.#fund(applicant, await first, quick, book);
      return applicant.route;
    } catch (error) {
      if (!(error instanceof BudgetShort)) throw asBudgetFailure(error, applicant.visit.key);
    }
    const close = this.#need(applicant, applicant.route, true);
    try {
      this.#fund(applicant, await book.hold(budgets, close.needs), close, book);
      return applicant.route;
    } catch (error) {
      return this.#switch(error, applicant, budgets, book);
    }
  }

  /** A budget that is used up may name a route that takes over; what goes there no longer holds on that budget. */
  async #switch(reason: unknown, applicant: Applicant, budgets: readonly Budget[], book: LeaseBook): Promise<Route> {
    let error = reason;
    let left = budgets;
    for (let switches = 0; switches < switchesMax; switches++) {
      const used = error instanceof BudgetShort ? (error.budget as Budget) : undefined;
      if (used?.switchTo === undefined) break;
      left = left.filter(({ id }) => id !== used.id);
      const route = applicant.switchTo(used.switchTo);
      const need = this.#need(applicant, route, true);
      try {
        this.#fund(applicant, await book.hold(left, need.needs), need, book);
        applicant.visit.switchedBy = used.id;
        return route;
      } catch (next) {
        error = next;
      }
    }
    throw asBudgetFailure(error, applicant.visit.key);
  }

  #fund({ visit }: Applicant, hold: Hold, { use, needs }: Need, book: LeaseBook): void {
    visit.funds = new RequestFunds(hold, use, needs, { book, key: visit.key, stepTokens: this.stepTokens });
  }

  #need({ visit, expected, needs }: Applicant, { targets }: Route, closely: boolean): Need {
    const [target] = targets;
    const use = expected(target, closely);
    if (needs !== undefined) return { use, needs };
    const priced = target && this.#priced(visit.key, target);
    const tokens = use.usage.input + use.usage.output;
    return { use, needs: priced === undefined ? { usd: 0, tokens, requests: 1 } : needsOf(priced, use.usage) };
  }

  /** Undefined where the target has no price: it will not be asked. */
  #priced(key: Key, target: Target): Priced | undefined {
    const { model } = target;
    const nowMs = this.#options.nowMs();
    const price = model.operationPriceAt?.(nowMs) ?? model.priceAt(nowMs);
    return price && { sale: saleAt(key.organization.sales, target), price };
  }
}

/** Undefined: nothing holds this request back. */
function budgetsOf(visit: Visit): readonly Budget[] | undefined {
  const { budgets, organization } = visit.key;
  const { tagBudgets } = organization;
  if (tagBudgets === undefined) return budgets;
  const tagged = [...new Set(visit.tags ?? [])].flatMap((tag) => tagBudgets.get(tag) ?? []);
  return tagged.length === 0 ? budgets : [...(budgets ?? []), ...tagged];
}
