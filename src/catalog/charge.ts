/** What a request costs: usage times rates, in pico-dollars, rounded once. */
import { nanoFromPicoUsd } from '../lib/money.ts';
import { inputTokensOf, type Usage } from '../llm/usage.ts';
import type { OperationPrice, PicoUsd, Rate } from './catalog.ts';

/**
 * The charge in nano-dollars, half up. Tiers are chosen for the whole request by its total input (uncached, read from
 * and written to the cache), as the vendors do: above the threshold every token costs the tier's rate.
 *
 * A kind without a rate of its own is never free: cache reads and 5-minute writes cost as input. Writes of one hour
 * without a rate cost twice the input where writes have a price at all (Anthropic's rule,
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing), else as input. Tokens of sound and
 * pictures are a part of input and output: they cost their own rate where there is one. Output without a rate (an
 * embedding has none) costs as input.
 */
export function chargeNanoUsd(price: OperationPrice, usage: Usage): bigint {
  return nanoFromPicoUsd(chargePicoUsd(price, usage));
}

/** The same before its rounding: for sums that are rounded once themselves. */
export function chargePicoUsd(price: OperationPrice, usage: Usage): PicoUsd {
  const total = inputTokensOf(usage);
  const at = (rate: Rate | undefined): PicoUsd | undefined => rate && rateFor(rate, total);
  const input = at(price.input) ?? 0n;
  const output = at(price.output) ?? input;
  const write5m = at(price.cacheWrite5m);
  const write1h = at(price.cacheWrite1h) ?? (write5m === undefined ? input : larger(write5m, 2n * input));
  return (
    withMedia(usage.input, input, [
      [usage.audioInput, at(price.audioInput)],
      [usage.imageInput, at(price.imageInput)],
    ]) +
    withMedia(usage.output, output, [
      [usage.audioOutput, at(price.audioOutput)],
      [usage.imageOutput, at(price.imageOutput)],
    ]) +
    BigInt(usage.cacheRead) * (at(price.cacheRead) ?? input) +
    BigInt(usage.cacheWrite5m) * (write5m ?? input) +
    BigInt(usage.cacheWrite1h) * write1h +
    BigInt(usage.webSearches) * (price.perWebSearch ?? 0n) +
    pieces(price, usage) +
    (price.perRequest ?? 0n)
  );
}

/** The rate of a tier holds for all tokens of the request. */
export function rateFor(rate: Rate, totalInputTokens: number): PicoUsd {
  return rate.tiers?.findLast((tier) => totalInputTokens > tier.fromInputTokens)?.rate ?? rate.base;
}

/** What is counted in pieces, where pieces have a price. */
function pieces(price: OperationPrice, usage: Usage): PicoUsd {
  return (
    BigInt(usage.images) * (price.perImage ?? 0n) +
    BigInt(usage.audioSeconds) * (price.perAudioSecond ?? 0n) +
    BigInt(usage.characters) * (price.perCharacter ?? 0n) +
    BigInt(usage.searches) * (price.perSearch ?? 0n)
  );
}

/** Each medium is a part of `tokens`; a provider that says more of it than there are tokens is not believed. */
function withMedia(tokens: number, rate: PicoUsd, media: readonly (readonly [number, PicoUsd | undefined])[]): PicoUsd {
  let rest = tokens;
  let cost = 0n;
  for (const [count, own] of media) {
    if (own === undefined) continue;
    const taken = Math.min(count, rest);
    rest -= taken;
    cost += BigInt(taken) * own;
  }
  return cost + BigInt(rest) * rate;
}

/** What is sold on its own: used without a rate, it is charged as text, or not at all. */
const soldApart = [
  ['webSearches', 'perWebSearch'],
  ['audioInput', 'audioInput'],
  ['audioOutput', 'audioOutput'],
  ['imageOutput', 'imageOutput'],
] as const;

/** `unpriced:webSearches`, for each kind that was used and has no rate. A price by the request has its searches in it. */
export function unpricedKinds(price: OperationPrice, usage: Usage): string[] {
  if (price.input?.base === 0n && price.output?.base === 0n) return [];
  return soldApart
    .filter(([kind, rate]) => usage[kind] > 0 && price[rate] === undefined)
    .filter(([kind]) => kind !== 'webSearches' || price.perRequest === undefined)
    .map(([kind]) => `unpriced:${kind}`);
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
