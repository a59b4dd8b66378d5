/** Which part of a stacked bar lies at a height. */
import type { ChartData } from './chart-options.ts';

/** The first series lies on top. Undefined: above the bar, or there is none. */
export function seriesAt({ series }: ChartData, index: number, height: number): number | undefined {
  let top = 0;
  if (height < 0) return undefined;
  for (let i = series.length - 1; i >= 0; i--) {
    top += series[i]?.values[index] ?? 0;
    if (height <= top && top > 0) return i;
  }
  return undefined;
}

/** What one part stands for: the time from which until which, in ISO 8601. */
export function spanOf({ times, until }: ChartData, index: number): { from: string; to: string } | undefined {
  const from = times[index];
  return from === undefined ? undefined : { from, to: times[index + 1] ?? until };
}
