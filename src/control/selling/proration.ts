/**
 * Months of subscriptions, and what a part of one is worth. A month belongs to the day on which the subscription began
 * (UTC): the 31st becomes the 30th or the 28th, and the 31st again. Parts are counted in whole seconds.
 */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

/** Unix milliseconds; the day is the anchor's, or the last one of a shorter month. */
export function monthsAfter(anchorMs: number, months: number): number {
  const anchor = new Date(anchorMs);
  const year = anchor.getUTCFullYear();
  const month = anchor.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const timeOfDayMs = anchorMs - Date.UTC(year, anchor.getUTCMonth(), anchor.getUTCDate());
  return Date.UTC(year, month, Math.min(anchor.getUTCDate(), lastDay)) + timeOfDayMs;
}

/** The month that holds a moment; before the anchor the first one. */
export function periodAt(anchorMs: number, atMs: number): Period {
  const anchor = new Date(anchorMs);
  const at = new Date(atMs);
  const passed = (at.getUTCFullYear() - anchor.getUTCFullYear()) * 12 + at.getUTCMonth() - anchor.getUTCMonth();
  const months = Math.max(0, monthsAfter(anchorMs, passed) > atMs ? passed - 1 : passed);
  return { startMs: monthsAfter(anchorMs, months), endMs: monthsAfter(anchorMs, months + 1) };
}

/** Nano-dollars of a month's amount for the time before and after a moment: together always the whole. */
export function splitAt(
  amountNanoUsd: bigint,
  { startMs, endMs }: Period,
  atMs: number,
): { readonly usedNanoUsd: bigint; readonly unusedNanoUsd: bigint } {
  const total = Math.floor((endMs - startMs) / 1_000);
  const elapsed = Math.min(total, Math.max(0, Math.floor((atMs - startMs) / 1_000)));
  const usedNanoUsd = (2n * amountNanoUsd * BigInt(elapsed) + BigInt(total)) / (2n * BigInt(total));
  return { usedNanoUsd, unusedNanoUsd: amountNanoUsd - usedNanoUsd };
}

/** What a plan costs and gives for a whole month. */
export interface Monthly {
  readonly monthlyNanoUsd: bigint;
  readonly allowanceNanoUsd: bigint;
}

export interface Upgrade {
  /** Of the old price, for the time that is left: it is taken off. */
  readonly creditNanoUsd: bigint;
  /** Of the new price, for the same time. */
  readonly chargeNanoUsd: bigint;
  /** The difference, to be paid now. */
  readonly dueNanoUsd: bigint;
  /** Allowance that comes on top of what is left of the old one: the difference of the two for the time that is left. */
  readonly allowanceNanoUsd: bigint;
}

/** To a plan that costs more, in the middle of a month whose end stays. */
export function prorateUpgrade(from: Monthly, to: Monthly, period: Period, atMs: number): Upgrade {
  const left = (amount: bigint) => splitAt(amount, period, atMs).unusedNanoUsd;
  const creditNanoUsd = left(from.monthlyNanoUsd);
  const chargeNanoUsd = left(to.monthlyNanoUsd);
  const more = left(to.allowanceNanoUsd) - left(from.allowanceNanoUsd);
  return {
    creditNanoUsd,
    chargeNanoUsd,
    dueNanoUsd: chargeNanoUsd - creditNanoUsd,
    allowanceNanoUsd: more > 0n ? more : 0n,
  };
}

/**
 * What comes back when a plan ends at once: the price for the time that is left, and never a larger part of it than of
 * the allowance is left, or a month could be used up in a day and be paid back.
 */
export function prorateCancel(
  monthlyNanoUsd: bigint,
  period: Period,
  atMs: number,
  allowance: { readonly grantedNanoUsd: bigint; readonly leftNanoUsd: bigint },
): bigint {
  const byTime = splitAt(monthlyNanoUsd, period, atMs).unusedNanoUsd;
  if (allowance.grantedNanoUsd === 0n) return byTime;
  const byUse = (monthlyNanoUsd * allowance.leftNanoUsd) / allowance.grantedNanoUsd;
  if (byUse < byTime) return byUse;
  return byTime;
}
