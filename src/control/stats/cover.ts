/** Which sums a period is read from: whole days, then whole hours and minutes at its ends, and rows for the rest. */

import type { Span } from '../../store/roll-ups/cubes.ts';

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export type Unit = 'days' | 'hours' | 'minutes' | 'rows';

export interface Piece {
  readonly unit: Unit;
  readonly ranges: readonly Range[];
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const sizes: readonly (readonly [Unit, Span, number])[] = [
  ['days', 'day', dayMs],
  ['hours', 'hour', hourMs],
  ['minutes', 'minute', minuteMs],
];

/**
 * `bounds`: where the period begins, where its parts do, and where it ends; no sum reaches over one of them.
 * `spans`: those that there are sums of; of minutes, from `minutesSinceMs` on.
 */
export function cover(bounds: readonly number[], spans: readonly Span[], minutesSinceMs: number): readonly Piece[] {
  const found: Record<Unit, Range[]> = { days: [], hours: [], minutes: [], rows: [] };
  for (let i = 1; i < bounds.length; i++) split({ fromMs: bounds[i - 1] ?? 0, toMs: bounds[i] ?? 0 }, 0);
  return (Object.entries(found) as [Unit, Range[]][])
    .filter(([, ranges]) => ranges.length > 0)
    .map(([unit, ranges]) => ({ unit, ranges: joined(ranges) }));

  function split(range: Range, level: number): void {
    if (range.fromMs >= range.toMs) return;
    const here = sizes[level];
    if (here === undefined) {
      found.rows.push(range);
      return;
    }
    const [unit, span, size] = here;
    if (!spans.includes(span) || (unit === 'minutes' && range.fromMs < minutesSinceMs)) return split(range, level + 1);
    const fromMs = Math.ceil(range.fromMs / size) * size;
    const toMs = Math.floor(range.toMs / size) * size;
    if (fromMs >= toMs) return split(range, level + 1);
    split({ fromMs: range.fromMs, toMs: fromMs }, level + 1);
    found[unit].push({ fromMs, toMs });
    split({ fromMs: toMs, toMs: range.toMs }, level + 1);
  }
}

/** Ranges that meet become one: a condition for each of a month's days would be a long statement. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1);
    if (last?.toMs === range.fromMs) result[result.length - 1] = { fromMs: last.fromMs, toMs: range.toMs };
    else result.push(range);
  }
  return result;
}
