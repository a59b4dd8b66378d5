/** Answers of a backtest, which come some hundred requests at a time, as one. */
import type { RouteBacktest } from '@tollgate/client';
import { parseUsd } from '@/lib/format.ts';

type Target = RouteBacktest['targets'][number];

/** The later one says what follows. Dollars stay exact. */
export function together(a: RouteBacktest, b: RouteBacktest): RouteBacktest {
  return {
    ...b,
    ...costsOf(a, b),
    moved: a.moved + b.moved,
    nobody: a.nobody + b.nobody,
    actualWhole: a.actualWhole + b.actualWhole,
    wouldWhole: a.wouldWhole + b.wouldWhole,
    actualMs: a.actualMs + b.actualMs,
    wouldMs: a.wouldMs + b.wouldMs,
    targets: [...a.targets, ...b.targets].reduce(withTarget, []),
  };
}

type Costs = Pick<RouteBacktest, 'requests' | 'unpriced' | 'actualCostUsd' | 'wouldCostUsd'>;

function costsOf(a: Costs, b: Costs): Costs {
  return {
    requests: a.requests + b.requests,
    unpriced: a.unpriced + b.unpriced,
    actualCostUsd: sumUsd(a.actualCostUsd, b.actualCostUsd),
    wouldCostUsd: sumUsd(a.wouldCostUsd, b.wouldCostUsd),
  };
}

function withTarget(all: Target[], next: Target): Target[] {
  const known = all.find(({ target }) => target === next.target);
  if (known === undefined) return [...all, next];
  const sum = {
    ...next,
    ...costsOf(known, next),
    before: known.before + next.before,
    isAssumed: known.isAssumed || next.isAssumed,
  };
  return all.map((each) => (each === known ? sum : each));
}

const nanoDigits = 9;

function sumUsd(a: string, b: string): string {
  return usdText(parseUsd(a) + parseUsd(b));
}

function usdText(nano: bigint): string {
  const digits = nano.toString().padStart(nanoDigits + 1, '0');
  return `${digits.slice(0, -nanoDigits)}.${digits.slice(-nanoDigits)}`;
}

/** How much less or more it costs, as a share of before; undefined: it cost nothing. */
export function savedShare({ actualCostUsd, wouldCostUsd }: Costs): number | undefined {
  const before = Number(actualCostUsd);
  return before === 0 ? undefined : (before - Number(wouldCostUsd)) / before;
}
