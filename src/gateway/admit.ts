/**
 * May this request go on now? The limits of its key, project, organization and route. A request is counted in every
 * window of its chain at once, or in none, and takes its slots with them. Tokens are counted with the estimated input at
 * first and corrected when the request is settled; output is counted then.
 *
 * In memory, and without a promise, unless instances count together: then a request that has limits waits for their one
 * count, for a bounded time. While that is away, the instance goes by its own count and its share of each limit.
 */
import type { LimitState } from '../llm/limit-state.ts';
import type { Route } from '../snapshot/snapshot.ts';
import type { Exchange } from './exchange.ts';
import { Admission } from './limits/admission.ts';
import { type Chain, chainOf, costWithin, type SlotLimit, type WindowLimit } from './limits/chain.ts';
import { Counters } from './limits/counters.ts';
import { slotRefusal, windowRefusal } from './limits/refusal.ts';
import type { SharedLimits, SharedVerdict } from './limits/shared-limits.ts';

/** What of a request its limits look at. */
export type Admitted = Pick<Exchange, 'id' | 'key' | 'limitStates' | 'admission'> & {
  readonly ask: Pick<Exchange['ask'], 'inputTokensEstimate'>;
};

/** Where a share is nothing, another instance may have one, and the shared count may be back any time. */
const noShareWaitMs = 1_000;

export class RateLimits {
  readonly #counters = new Counters();
  /** What was let through while the shared count was away: it is told of it when it is back. */
  readonly #missed = new Counters();
  readonly #shared: SharedLimits | undefined;

  constructor(shared?: SharedLimits) {
    this.#shared = shared;
  }

  /**
   * Undefined: it may go on. A promise: when it resolves. Throws or rejects with LlmFailure (rate-limited) naming the
   * limit that takes longest to admit again, and when it will. `now`: monotonic. Whoever was let through calls
   * `admission.end` once it is over.
   */
  admit(exchange: Admitted, route: Route, now: number): undefined | Promise<void> {
    const chain = chainOf(exchange.key, route, exchange.ask.inputTokensEstimate);
    if (chain === undefined) return undefined;
    if (this.#shared?.up === true) return this.#admitTogether(exchange, chain, now, this.#shared);
    this.#admitHere(exchange, chain, now);
    return undefined;
  }

  #admitHere(exchange: Admitted, chain: Chain, now: number): void {
    const windows = chain.windows.map((limit) => this.#here(limit, now));
    const slots = chain.slots.map((limit) => ({ limit, share: this.#share(limit.slots, limit.limit) }));
    const longest = longestWait(windows);
    if (longest !== undefined && longest.waitMs > 0) {
      exchange.limitStates = [this.#state(longest, now)];
      throw windowRefusal(longest.limit, longest.waitMs, longest.share);
    }
    const full = slots.find(({ limit, share }) => this.#counters.used(limit) >= (share ?? limit.limit));
    if (full !== undefined) throw slotRefusal(full.limit, full.share);
    const costs = windows.map(({ cost }) => cost);
    this.#count(exchange, chain, costs, now, undefined);
    this.#shared?.occupy(
      exchange.id,
      chain.slots.map((each) => each.slots),
    );
    exchange.limitStates = windows.map((each) => this.#state(each, now));
  }

  /** One window by this instance's own count; `share`: the part of it that this instance may admit, where it is not all. */
  #here(limit: WindowLimit, now: number): Asked {
    const share = this.#share(limit.window, limit.limit);
    const most = share ?? limit.limit;
    const cost = costWithin(limit, most);
    const room = most - Math.max(1, cost);
    const waitMs = room < 0 ? noShareWaitMs : this.#counters.window(limit, now).msUntil(room, now);
    return { limit, share, cost, waitMs };
  }

  #share(name: string, limit: number): number | undefined {
    const share = this.#shared?.shareOf(name, limit);
    return share === limit ? undefined : share;
  }

  #state({ limit, share }: Asked, now: number): LimitState {
    const window = this.#counters.window(limit, now);
    const remaining = Math.max(0, (share ?? limit.limit) - window.total(now));
    return { unit: limit.unit, limit: limit.limit, remaining, resetMs: window.msUntil(0, now) };
  }

  async #admitTogether(exchange: Admitted, chain: Chain, now: number, shared: SharedLimits): Promise<void> {
    const costs = chain.windows.map((limit) => costWithin(limit, limit.limit));
    const missed = this.#missed.drain(now);
    if (missed.length > 0) shared.correct(0, missed);
    const windows = chain.windows.map(({ window, shape, limit }, i) => ({ window, shape, limit, cost: costs[i] ?? 0 }));
    let verdict: SharedVerdict;
    try {
      verdict = await shared.admit(exchange.id, windows, chain.slots);
    } catch {
      return this.#admitHere(exchange, chain, now);
    }
    if (!verdict.admitted) throw refusalBy(verdict, exchange, chain);
    this.#count(exchange, chain, costs, now, verdict.atMs);
    exchange.limitStates = chain.windows.map((limit, i) => stateBy(verdict, limit, i));
  }

  #count(
    exchange: Admitted,
    chain: Chain,
    costs: readonly number[],
    now: number,
    sharedAtMs: number | undefined,
  ): void {
    for (const [i, limit] of chain.windows.entries()) this.#counters.window(limit, now).add(costs[i] ?? 0, now);
    for (const slot of chain.slots) this.#counters.take(slot);
    const missed = this.#shared !== undefined && sharedAtMs === undefined ? this.#missed : undefined;
    if (missed !== undefined) {
      for (const [i, limit] of chain.windows.entries()) missed.window(limit, now).add(costs[i] ?? 0, now);
    }
    exchange.admission = new Admission({
      request: exchange.id,
      chain,
      costs,
      at: now,
      counters: this.#counters,
      missed,
      shared: this.#shared,
      sharedAtMs,
    });
  }
}

interface Asked {
  readonly limit: WindowLimit;
  readonly share: number | undefined;
  readonly cost: number;
  readonly waitMs: number;
}

function longestWait<T extends { readonly waitMs: number }>(windows: readonly T[]): T | undefined {
  return windows.reduce<T | undefined>(
    (found, each) => (found === undefined || each.waitMs > found.waitMs ? each : found),
    undefined,
  );
}

function refusalBy(verdict: SharedVerdict, exchange: Admitted, chain: Chain): Error {
  const asked = chain.windows.map((limit, i) => ({ limit, i, waitMs: verdict.windows[i]?.waitMs ?? 0 }));
  const longest = longestWait(asked);
  if (longest !== undefined && longest.waitMs > 0) {
    exchange.limitStates = [stateBy(verdict, longest.limit, longest.i)];
    return windowRefusal(longest.limit, longest.waitMs, undefined);
  }
  const isFull = ({ limit }: SlotLimit, i: number) => (verdict.slots[i]?.used ?? 0) >= limit;
  const full = chain.slots.find(isFull) ?? chain.slots[0];
  if (full === undefined) throw new Error('the shared count refused a request and named no limit');
  return slotRefusal(full, undefined);
}

function stateBy(verdict: SharedVerdict, { unit, limit }: WindowLimit, i: number): LimitState {
  const { total = 0, resetMs = 0 } = verdict.windows[i] ?? {};
  return { unit, limit, remaining: Math.max(0, limit - total), resetMs };
}
