/** What a request must cost, by hand: nothing of the product's own arithmetic is used. Nano-dollars for one token. */
import { formatUsd } from '../../../src/lib/money.ts';
import type { Counts } from './fake-model.ts';

interface Rates {
  readonly input: bigint;
  readonly cacheRead: bigint;
  readonly output: bigint;
}

export type ModelName = 'studio/writer' | 'claude-sonnet-4-5';

const writer: Rates = { input: 10_000n, cacheRead: 1_000n, output: 200_000n };
/** https://www.anthropic.com/pricing#api */
const sonnet: Rates = { input: 3_000n, cacheRead: 300n, output: 15_000n };
const sonnetLong: Rates = { input: 6_000n, cacheRead: 600n, output: 22_500n };
const longFrom = 200_001;

export interface Bill {
  readonly costNanoUsd: bigint;
  readonly chargeNanoUsd: bigint;
  /** Line by line. */
  readonly lines: readonly string[];
}

export function billOf(model: ModelName, { input, cacheRead = 0, output }: Counts, markupPercent: bigint): Bill {
  const rates = ratesOf(model, input + cacheRead);
  const kinds = [
    ['input', input, rates.input],
    ['read from a cache', cacheRead, rates.cacheRead],
    ['output', output, rates.output],
  ] as const;
  const used = kinds.filter(([, count]) => count > 0);
  const costNanoUsd = used.reduce((total, [, count, rate]) => total + BigInt(count) * rate, 0n);
  // No charge of this month has a fraction of a nano-dollar.
  const chargeNanoUsd = (costNanoUsd * (100n + markupPercent)) / 100n;
  const lines = used.map(
    ([kind, count, rate]) =>
      `${count.toLocaleString('en-US')} ${kind} x ${formatUsd(rate * 1_000_000n)} a million = ${formatUsd(BigInt(count) * rate)}`,
  );
  const sale = `cost ${formatUsd(costNanoUsd)} + ${markupPercent} % = charge ${formatUsd(chargeNanoUsd)}`;
  return { costNanoUsd, chargeNanoUsd, lines: [...lines, sale] };
}

function ratesOf(model: ModelName, prompt: number): Rates {
  if (model === 'studio/writer') return writer;
  return prompt < longFrom ? sonnet : sonnetLong;
}
