/**
 * May this request be paid for? It holds on all budgets of its chain at once, in memory; only where a budget is nearly
 * used up is the database asked. Nobody who is not limited pays for any of this.
 */
import { saleFor } from '../../catalog/sale.ts';
import type { SettlementRecord } from '../../journal/record.ts';
import type { Hold } from '../../ledger/leases/hold.ts';
import { BudgetShort, type LeaseBook } from '../../ledger/leases/lease-book.ts';
import type { Usage } from '../../llm/usage.ts';
import type { Budget, Key, Route, Target } from '../../snapshot/snapshot.ts';
import type { Visit } from '../exchange.ts';
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

/** What a request is expected to use of a model. */
export type Expected = (target: Target | undefined) => Usage;

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
   * Undefined: the request may go on by `route`. A promise: by the route that it resolves to, or not at all. Throws or
   * rejects with LlmFailure: payment-required, unavailable.
   */
  admit(visit: Visit, route: Route, expected: Expected, switchTo: (name: string) => Route): undefined | Promise<Route> {
    const { organization } = visit.key;
    if (organization.blockedReason !== undefined) throw blocked(organization);
    const budgets = budgetsOf(visit);
    const { book } = this.#options;
    if (budgets === undefined || book === undefined) return undefined;
    const { usage, needs } = this.#need(visit.key, route, expected);
    const taken = (hold: Hold): undefined => {
      visit.funds = new RequestFunds(hold, usage, needs, { book, key: visit.key, stepTokens: this.stepTokens });
    };
    const hold = book.hold(budgets, needs);
    if (!(hold instanceof Promise)) return taken(hold);
    return hold.then(
      (held) => taken(held) ?? route,
      (error: unknown) => this.#switch(error, visit, expected, switchTo, budgets, book),
    );
  }

  /** What the request used is known. */
  settle(visit: Visit, record: SettlementRecord): void {
    visit.funds?.settle(record);
    if (record.status === 'completed' && !record.stream && record.servedModel !== undefined) {
      this.memory.learn(record.servedModel, record.usage.output);
    }
  }

  /** A budget that is used up may name a route that takes over; what holds on it no longer holds on that budget. */
  async #switch(
    reason: unknown,
    visit: Visit,
    expected: Expected,
    switchTo: (name: string) => Route,
    budgets: readonly Budget[],
    book: LeaseBook,
  ): Promise<Route> {
    let error = reason;
    let left = budgets;
    for (let switches = 0; switches < switchesMax; switches++) {
      const used = error instanceof BudgetShort ? (error.budget as Budget) : undefined;
      if (used?.switchTo === undefined) break;
      left = left.filter(({ id }) => id !== used.id);
      const route = switchTo(used.switchTo);
      const { usage, needs } = this.#need(visit.key, route, expected);
      try {
        const hold = await book.hold(left, needs);
        visit.funds = new RequestFunds(hold, usage, needs, { book, key: visit.key, stepTokens: this.stepTokens });
        visit.switchedBy = used.id;
        return route;
      } catch (next) {
        error = next;
      }
    }
    throw asBudgetFailure(error, visit.key);
  }

  #need(key: Key, { targets }: Route, expected: Expected) {
    const [target] = targets;
    const usage = expected(target);
    const priced = target && this.#priced(key, target);
    const tokensOnly = { usd: 0, tokens: usage.input + usage.output, requests: 1 };
    return { usage, needs: priced === undefined ? tokensOnly : needsOf(priced, usage) };
  }

  /** Undefined where the target has no price: it will not be asked. */
  #priced(key: Key, { model }: Target): Priced | undefined {
    const nowMs = this.#options.nowMs();
    const price = model.operationPriceAt?.(nowMs) ?? model.priceAt(nowMs);
    return price && { sale: saleFor(key.organization.sales, model), price };
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
