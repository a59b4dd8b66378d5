/** A request that its limits let through: what it was counted as, and what it gives back. */
import { noUsage, type Usage } from '../../llm/usage.ts';
import { type Chain, usedOf, type WindowLimit } from './chain.ts';
import type { Counters } from './counters.ts';
import type { SharedLimits } from './shared-limits.ts';

export interface AdmissionFacts {
  readonly request: string;
  readonly chain: Chain;
  /** What each window of the chain was given, in its order. */
  readonly costs: readonly number[];
  /** Monotonic. */
  readonly at: number;
  readonly counters: Counters;
  /** What the shared count has to be told when it is back; undefined: it knows of this request. */
  readonly missed: Counters | undefined;
  readonly shared: SharedLimits | undefined;
  /** By the shared clock; undefined: nothing was counted there. */
  readonly sharedAtMs: number | undefined;
}

export class Admission {
  readonly #facts: AdmissionFacts;
  #settled = false;
  #ended = false;

  constructor(facts: AdmissionFacts) {
    this.#facts = facts;
  }

  /** What the request used is known: the windows get the difference to what was counted at admission. */
  settle(usage: Usage, now: number): void {
    if (this.#settled) return;
    this.#settled = true;
    const { chain, costs, shared, sharedAtMs } = this.#facts;
    const corrections: { window: string; shape: WindowLimit['shape']; by: number }[] = [];
    for (const [i, limit] of chain.windows.entries()) {
      const used = usedOf(limit.unit, usage);
      const by = used === undefined ? 0 : used - (costs[i] ?? 0);
      if (by === 0) continue;
      this.#correctIn(this.#facts.counters, limit, by, now);
      if (this.#facts.missed !== undefined) this.#correctIn(this.#facts.missed, limit, by, now);
      corrections.push({ window: limit.window, shape: limit.shape, by });
    }
    if (corrections.length > 0 && sharedAtMs !== undefined) shared?.correct(sharedAtMs, corrections);
  }

  /** It is over, however it ended. What was never settled used nothing. */
  end(now: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.settle(noUsage, now);
    const { chain, counters, shared, request } = this.#facts;
    if (chain.slots.length === 0) return;
    for (const slot of chain.slots) counters.giveBack(slot);
    shared?.release(
      request,
      chain.slots.map(({ slots }) => slots),
    );
  }

  #correctIn(counters: Counters, limit: WindowLimit, by: number, now: number): void {
    const { at } = this.#facts;
    const window = counters.window(limit, now);
    if (by > 0) window.add(by, now);
    else window.takeBack(-by, at, now);
  }
}
