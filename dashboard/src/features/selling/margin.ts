/** Margins as shares. */
import { formatShare, parseUsd } from '@/lib/format.ts';

/** Of the revenue: `35%`, `-12%`. Undefined where there was no revenue. */
export function marginShare({ revenueUsd, marginUsd }: { revenueUsd: string; marginUsd: string }): string | undefined {
  const [revenue, margin] = [parseUsd(revenueUsd), parseUsd(marginUsd)];
  if (revenue <= 0n) return undefined;
  const share = Number((margin * 10_000n) / revenue) / 10_000;
  return share < 0 ? `-${formatShare(-share)}` : formatShare(share);
}
