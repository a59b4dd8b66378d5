/** Dollars as people type them and as programs read them: decimal text, never a fraction of binary digits. */
import { formatUsd, parseUsd } from '../lib/money.ts';
import { CommandFailure, exitCodes } from './outcome.ts';

/** What a bigint column takes. */
const nanoUsdMax = 9_000_000_000_000_000_000n;

/** `12.50`, `$12.50`: nano-dollars, more than nothing. Throws CommandFailure. */
export function parseAmount(what: string, text: string): bigint {
  try {
    const nanoUsd = parseUsd(text);
    if (nanoUsd > 0n && nanoUsd <= nanoUsdMax) return nanoUsd;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const remedy = 'Write dollars above 0 with at most nine digits after the point, such as 25 or 12.50.';
  throw new CommandFailure(exitCodes.usage, `${what} ${JSON.stringify(text.slice(0, 40))} is not an amount.`, remedy);
}

/** `12.50`, for `--json`. */
export function usdText(nanoUsd: bigint): string {
  return formatUsd(nanoUsd).replace('$', '');
}
