/** What a request costs: usage times rates, in pico-dollars, rounded once. */
import { nanoFromPicoUsd } from '../lib/money.ts';
import type { Usage } from '../llm/usage.ts';
import type { PicoUsd, PriceVersion, Rate } from './catalog.ts';

/**
 * The charge in nano-dollars, half up. Tiers are chosen for the whole request by its total input (uncached, read from
 * and written to the cache), as the vendors do: above the threshold every token costs the tier's rate.
 *
 * A kind without a rate of its own is never free: cache reads and 5-minute writes cost as input. Writes of one hour
 * without a rate cost twice the input where writes have a price at all (Anthropic's rule,
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing), else as input. Audio tokens are a part
 * of input and output: they cost their own rate where there is one.
 */
export function chargeNanoUsd(price: PriceVersion, usage: Usage): bigint {
  return nanoFromPicoUsd(chargePicoUsd(price, usage));
}

/** The same before its rounding: for sums that are rounded once themselves. */
export function chargePicoUsd(price: PriceVersion, usage: Usage): PicoUsd {
  const total = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const at = (rate: Rate | undefined): PicoUsd | undefined => rate && rateFor(rate, total);
  const input = rateFor(price.input, total);
  const output = rateFor(price.output, total);
  const write5m = at(price.cacheWrite5m);
  const write1h = at(price.cacheWrite1h) ?? (write5m === undefined ? input : larger(write5m, 2n * input));
  return (
    withAudio(usage.input, input, usage.audioInput, at(price.audioInput)) +
    withAudio(usage.output, output, usage.audioOutput, at(price.audioOutput)) +
    BigInt(usage.cacheRead) * (at(price.cacheRead) ?? input) +
    BigInt(usage.cacheWrite5m) * (write5m ?? input) +
    BigInt(usage.cacheWrite1h) * write1h +
    BigInt(usage.webSearches) * (price.perWebSearch ?? 0n) +
    (price.perRequest ?? 0n)
  );
}

function rateFor(rate: Rate, totalInputTokens: number): PicoUsd {
  return rate.tiers?.findLast((tier) => totalInputTokens > tier.fromInputTokens)?.rate ?? rate.base;
}

/** `audio` is a part of `tokens`; a provider that says more audio than tokens is not believed. */
function withAudio(tokens: number, rate: PicoUsd, audio: number, audioRate: PicoUsd | undefined): PicoUsd {
  const audioTokens = audioRate === undefined ? 0 : Math.min(audio, tokens);
  return BigInt(tokens - audioTokens) * rate + BigInt(audioTokens) * (audioRate ?? 0n);
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
