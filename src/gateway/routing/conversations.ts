/** Where conversations were answered last, and how much of their prompt a provider keeps there. */

import { ExpiringMap } from '../../lib/expiring-map.ts';
import { inputTokensOf, type Usage } from '../../llm/usage.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import { sameTarget } from '../../snapshot/strategy.ts';

/** A prompt that a target keeps. */
interface Kept {
  readonly target: Target;
  readonly cachedTokens: number;
  /** Monotonic: until then the provider keeps it. */
  readonly untilMs: number;
}

export interface Held extends Kept {
  /** Where it was before, the latest first: after a failure it may be worth going back. */
  readonly earlier: readonly Kept[];
}

const conversationsMax = 100_000;
const earlierMax = 2;
const entryBytes = 500;
/** Providers keep a prompt for five minutes after its last use, or for an hour where the caller asks (and pays) for that. */
const usualMs = 5 * 60_000;
const longMs = 60 * 60_000;
/** Providers that keep prompts by themselves keep none that is shorter: https://platform.openai.com/docs/guides/prompt-caching */
export const cachedTokensMin = 1024;

export class Conversations {
  readonly #held = new ExpiringMap<Held>({
    ttlMs: longMs,
    entriesMax: conversationsMax,
    bytesMax: conversationsMax * entryBytes,
  });

  /** `now`: monotonic milliseconds. */
  of(name: string, now: number): Held | undefined {
    const held = this.#held.get(name, now);
    if (held === undefined || now > held.untilMs) return undefined;
    return held.earlier.every(({ untilMs }) => now <= untilMs)
      ? held
      : { ...held, earlier: held.earlier.filter(({ untilMs }) => now <= untilMs) };
  }

  /** What an answer says of the cache is what is there now. `nowMs`: of the wall clock, for the price. */
  remember(name: string, target: Target, usage: Usage, nowMs: number, now: number): void {
    const before = this.of(name, now);
    const wasHere = before !== undefined && sameTarget(before.target, target);
    const cachedTokens = cachedAfter(target, usage, wasHere, nowMs);
    const untilMs = now + (usage.cacheWrite1h > 0 ? longMs : usualMs);
    const others = before === undefined ? [] : [before, ...before.earlier];
    const earlier = others.filter((kept) => !sameTarget(kept.target, target)).slice(0, earlierMax);
    this.#held.set(name, { target, cachedTokens, untilMs, earlier: earlier.map(keptOf) }, entryBytes, now);
  }
}

function keptOf({ target, cachedTokens, untilMs }: Kept): Kept {
  return { target, cachedTokens, untilMs };
}

function cachedAfter({ model }: Target, usage: Usage, wasHere: boolean, nowMs: number): number {
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  const total = inputTokensOf(usage);
  // Who is told what to keep says what it wrote; who keeps by itself keeps all of it.
  if (written > 0) return usage.cacheRead + written;
  if (usage.cacheRead > 0) return total;
  // Nothing of the last turn was there: it keeps nothing, whatever its price list says.
  return !wasHere && model.priceAt(nowMs)?.cacheRead !== undefined && total >= cachedTokensMin ? total : 0;
}
