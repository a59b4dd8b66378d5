/** What a request is expected to cost at a target: for comparing, so in floating point. Charges are made elsewhere. */
import type { PriceVersion, Rate } from '../catalog/catalog.ts';
import { perObject } from '../lib/per-object.ts';
import type { Target } from '../snapshot/snapshot.ts';

export interface ExpectedUsage {
  readonly inputTokens: number;
  /** Share of the input that is read from the provider's cache, 0 to 1. */
  readonly cacheShare: number;
  readonly outputTokens: number;
}

/** Pico-dollars for each token, for input up to the first tier; tiers are looked up. */
interface Rates {
  readonly input: (total: number) => number;
  readonly output: (total: number) => number;
  readonly cacheRead: (total: number) => number;
  readonly perRequest: number;
}

/** Nano-dollars at the provider's price. Undefined: the target has none. */
export function expectedNanoUsd(target: Target, usage: ExpectedUsage, nowMs: number): number | undefined {
  const price = target.model.priceAt(nowMs);
  return price && costNanoUsd(price, usage);
}

export function costNanoUsd(price: PriceVersion, { inputTokens, cacheShare, outputTokens }: ExpectedUsage): number {
  const rates = ratesOf(price);
  const cached = inputTokens * cacheShare;
  const pico =
    (inputTokens - cached) * rates.input(inputTokens) +
    cached * rates.cacheRead(inputTokens) +
    outputTokens * rates.output(inputTokens) +
    rates.perRequest;
  return pico / 1000;
}

const ratesOf = perObject((price: PriceVersion): Rates => {
  const input = reader(price.input);
  return {
    input,
    output: reader(price.output),
    cacheRead: price.cacheRead === undefined ? input : reader(price.cacheRead),
    perRequest: Number(price.perRequest ?? 0n),
  };
});

function reader({ base, tiers }: Rate): (total: number) => number {
  const first = Number(base);
  if (tiers === undefined) return () => first;
  const steps = tiers.map(({ fromInputTokens, rate }) => [fromInputTokens, Number(rate)] as const);
  return (total) => steps.findLast(([from]) => total > from)?.[1] ?? first;
}
