/** How long a balance lasts. */
import { parseUsd } from '@/lib/format.ts';

const days = 7n;
const dayMs = 86_400_000;
const daysMax = 365n;

/** Nano-dollars a day, from what a week's days cost. */
export function perDay(chargesUsd: readonly string[]): bigint {
  return chargesUsd.reduce((sum, usd) => sum + parseUsd(usd), 0n) / days;
}

/** Unix milliseconds; undefined: for more than a year. What is used up already lasts until now. */
export function lastsUntil(balanceUsd: string, paceNanoUsd: bigint, nowMs: number): number | undefined {
  const balance = parseUsd(balanceUsd);
  if (paceNanoUsd <= 0n || balance / paceNanoUsd >= daysMax) return undefined;
  if (balance <= 0n) return nowMs;
  return nowMs + Number((balance * BigInt(dayMs)) / paceNanoUsd);
}
