/** One rule against the recorded hours: every request is asked, answered or given up, in the order of time. */
import type { Target } from '../../src/snapshot/snapshot.ts';
import type { Request } from './callers.ts';
import { chanceOf } from './chance.ts';
import { outcomeOf, PromptCaches } from './provider-world.ts';
import type { MakeRule } from './rule.ts';

export interface Score {
  readonly name: string;
  /** Of 1,000 answers. */
  readonly dollars: number;
  readonly firstTokenP50Ms: number;
  readonly firstTokenP99Ms: number;
  /** 0 to 1. */
  readonly success: number;
}

export function play(make: MakeRule, requests: readonly Request[], seed: number): Score {
  const time = { now: 0 };
  const caches = new PromptCaches();
  const rule = make({ now: () => time.now, random: chanceOf(seed), caches });
  const later = new Later();
  const waits: number[] = [];
  let nanoUsd = 0;

  const ask = (request: Request, target: Target | undefined, next: (now: number) => Target | undefined): void => {
    if (target === undefined) return;
    const outcome = outcomeOf(request, target, time.now);
    const { totalMs } = outcome;
    rule.asked?.(target);
    if ('error' in outcome) {
      later.at(time.now + totalMs, () => {
        rule.failed?.(request, target, { now: time.now, error: outcome.error, totalMs });
        ask(request, next(time.now), next);
      });
      return;
    }
    const { firstTokenMs } = outcome;
    const cachedTokens = caches.cachedTokens(request, target, time.now);
    nanoUsd += caches.costNanoUsd(request, target, time.now);
    waits.push(time.now + firstTokenMs - request.at);
    caches.answered(request, target, time.now);
    later.at(time.now + totalMs, () =>
      rule.answered?.(request, target, { now: time.now, firstTokenMs, totalMs, cachedTokens }),
    );
  };

  const until = (at: number): void => {
    for (let due = later.next(at); due !== undefined; due = later.next(at)) {
      time.now = due.at;
      due.run();
    }
    time.now = at;
  };
  for (const request of requests) {
    until(request.at);
    const next = rule.begin(request, time.now);
    ask(request, next(time.now), next);
  }
  until(Number.MAX_SAFE_INTEGER);
  waits.sort((a, b) => a - b);
  return {
    name: rule.name,
    dollars: (nanoUsd / 1e9 / waits.length) * 1000,
    firstTokenP50Ms: quantile(waits, 0.5),
    firstTokenP99Ms: quantile(waits, 0.99),
    success: waits.length / requests.length,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** What is to happen, the earliest last: few things are under way at a time. */
class Later {
  readonly #due: Due[] = [];

  at(at: number, run: () => void): void {
    let i = this.#due.length;
    while (i > 0 && (this.#due[i - 1] as Due).at <= at) i--;
    this.#due.splice(i, 0, { at, run });
  }

  /** The next that is due by then. */
  next(by: number): Due | undefined {
    const first = this.#due.at(-1);
    return first !== undefined && first.at <= by ? this.#due.pop() : undefined;
  }
}
