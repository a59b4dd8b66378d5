import { formatTime } from '@/lib/format.ts';
import type { ChartData } from './chart-options.ts';

interface ChartTooltipProps {
  readonly data: ChartData;
  readonly index: number;
  readonly left: number;
  readonly format: (value: number) => string;
  readonly stacked: boolean;
}

/** All series at one time, the largest first. */
export function ChartTooltip({ data, index, left, format, stacked }: ChartTooltipProps) {
  const time = data.times[index];
  if (time === undefined) return null;
  const rows = data.series
    .map(({ id, label, color, values }) => ({ id, label, color, value: values[index] ?? null }))
    .filter((row) => row.value !== null && (row.value !== 0 || !stacked))
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const total = rows.reduce((sum, { value }) => sum + (value ?? 0), 0);
  return (
    <div
      className="pointer-events-none absolute top-1 z-10 min-w-40 rounded-md border bg-popover px-2.5 py-1.5 text-xs shadow-md"
      style={left > 320 ? { right: `calc(100% - ${left + 46}px)` } : { left: left + 74 }}
    >
      <p className="mb-1 text-muted-foreground">
        {formatTime(time)}
        {time === data.partialFrom && ', so far'}
      </p>
      {rows.map(({ id, label, color, value }) => (
        <p key={id} className="flex items-center gap-2">
          <span aria-hidden className="size-2 shrink-0 rounded-sm" style={{ background: color }} />
          <span className="min-w-0 flex-1 truncate">{label}</span>
          <span className="figures">{format(value ?? 0)}</span>
        </p>
      ))}
      {rows.length === 0 && <p>Nothing</p>}
      {stacked && rows.length > 1 && (
        <p className="mt-1 flex justify-between border-t pt-1 font-medium">
          <span>Together</span>
          <span className="figures">{format(total)}</span>
        </p>
      )}
    </div>
  );
}
