/**
 * What one request holds on the budgets of its chain: its input and a first step of output, then a step more whenever
 * the stream has used up what is held. A stream that gets no more ends, at most one step too late.
 */
import type { OperationPrice } from '../../catalog/catalog.ts';
import { type SaleRule, saleChargeNanoUsd } from '../../catalog/sale.ts';
import type { SettlementRecord } from '../../journal/record.ts';
import { type Hold, type Needs, nothingUsed } from '../../ledger/leases/hold.ts';
import type { LeaseBook } from '../../ledger/leases/lease-book.ts';
import { totalTokens, type Usage } from '../../llm/usage.ts';
import type { Key } from '../../snapshot/snapshot.ts';
import type { ExpectedUse } from './expectation.ts';
import { asBudgetFailure } from './refusal.ts';

/** How a target is priced for the customer. */
export interface Priced {
  readonly sale: SaleRule;
  readonly price: OperationPrice;
}

export class RequestFunds {
  readonly #hold: Hold;
  readonly #book: LeaseBook;
  readonly #key: Key;
  /** What the request is expected to use, with `output` as far as it is paid for. */
  #covered: Usage;
  readonly #outputMax: number;
  #needs: Needs;
  readonly #stepTokens: number;

  constructor(hold: Hold, use: ExpectedUse, needs: Needs, tools: { book: LeaseBook; key: Key; stepTokens: number }) {
    this.#hold = hold;
    this.#covered = use.usage;
    this.#outputMax = use.outputMax;
    this.#needs = needs;
    this.#book = tools.book;
    this.#key = tools.key;
    this.#stepTokens = tools.stepTokens;
  }

  get leases(): readonly number[] {
    return this.#hold.leases;
  }

  /** Output tokens that are paid for; of an answer that is paid for to its end, any number. */
  get coveredTokens(): number {
    return this.#covered.output < this.#outputMax ? this.#covered.output : Number.POSITIVE_INFINITY;
  }

  /** A target may be dearer than the one that was held for. Undefined: it is held already. Rejects with LlmFailure. */
  cover(priced: Priced): undefined | Promise<void> {
    return this.#raise(this.#covered, priced);
  }

  /** `seenTokens` of output have come: a step more than that. Undefined: it is held. Rejects with LlmFailure. */
  grow(priced: Priced, seenTokens: number): undefined | Promise<void> {
    const output = Math.min(Math.ceil(seenTokens) + this.#stepTokens, this.#outputMax);
    return this.#raise({ ...this.#covered, output }, priced);
  }

  #raise(usage: Usage, priced: Priced): undefined | Promise<void> {
    const wanted = needsOf(priced, usage);
    const more: Needs = {
      usd: Math.max(0, wanted.usd - this.#needs.usd),
      tokens: Math.max(0, wanted.tokens - this.#needs.tokens),
      requests: 0,
    };
    const raised = (): undefined => {
      this.#covered = usage;
      this.#needs = {
        usd: this.#needs.usd + more.usd,
        tokens: this.#needs.tokens + more.tokens,
        requests: this.#needs.requests,
      };
    };
    const waiting = this.#book.grow(this.#hold, more);
    if (waiting === undefined) return raised();
    return waiting.then(raised, (error: unknown) => {
      throw asBudgetFailure(error, this.#key);
    });
  }

  settle({ chargeNanoUsd, costNanoUsd, usage }: SettlementRecord): void {
    this.#hold.settle({ usd: Number(chargeNanoUsd ?? costNanoUsd), tokens: totalTokens(usage), requests: 1 });
  }

  /** Nothing was asked: everything comes free. */
  release(): void {
    this.#hold.settle(nothingUsed);
  }
}

/** What `usage` takes from a budget of each unit. */
export function needsOf({ sale, price }: Priced, usage: Usage): Needs {
  return { usd: Number(saleChargeNanoUsd(sale, price, usage)), tokens: totalTokens(usage), requests: 1 };
}
