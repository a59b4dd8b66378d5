/** Where the time went: received, admitted, each attempt, the end. */
import type { LogDetail } from '@tollgate/client';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { cn } from '@/lib/classes.ts';
import { formatDuration } from '@/lib/format.ts';
import { type Bar, type Row, spanOf, timelineOf } from './timeline.ts';

const looks: Readonly<Record<Bar['kind'], string>> = {
  own: 'bg-muted-foreground/60',
  connect: 'bg-chart-3',
  wait: 'bg-chart-2/50',
  answer: 'bg-chart-1',
  failed: 'bg-bad',
};

export function Waterfall({ detail }: { detail: LogDetail }) {
  const rows = timelineOf(detail);
  const settledMs = Date.parse(detail.settledAt) - Date.parse(detail.startedAt);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Where the time went</CardTitle>
        <Legend />
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        {rows.map((row) => (
          <Line key={row.label} row={row} totalMs={detail.totalMs} firstTokenMs={detail.firstTokenMs} />
        ))}
        <p className="flex flex-wrap justify-between gap-x-6 gap-y-1 border-t pt-2 text-xs text-muted-foreground">
          <span>0 ms</span>
          {detail.firstTokenMs !== null && <span>first token after {formatDuration(detail.firstTokenMs)}</span>}
          <span>
            ended after {formatDuration(detail.totalMs)}, settled after {formatDuration(Math.max(settledMs, 0))}
          </span>
        </p>
      </CardContent>
    </Card>
  );
}

function Line({ row, totalMs, firstTokenMs }: { row: Row; totalMs: number; firstTokenMs: number | null }) {
  const shown = row.bars.filter(({ fromMs, toMs, kind }) => toMs > fromMs || kind === 'failed');
  const told = shown.map(({ name, fromMs, toMs }) => `${name} ${formatDuration(toMs - fromMs)}`).join(', ');
  return (
    <div className="grid grid-cols-1 items-center gap-x-4 gap-y-1 sm:grid-cols-[14rem_1fr]">
      <span className="min-w-0 truncate text-sm" title={row.label}>
        {row.label}
        {row.error !== null && <span className="ml-2 text-xs text-bad">{row.error.replaceAll('-', ' ')}</span>}
      </span>
      <div role="img" aria-label={told} title={told} className="relative h-4 rounded bg-muted">
        {shown.map((bar) => (
          <span
            key={bar.name}
            className={cn('absolute inset-y-0 rounded-sm', looks[bar.kind])}
            style={spanOf(bar, totalMs)}
          />
        ))}
        {firstTokenMs !== null && (
          <span
            className="absolute -inset-y-0.5 w-px bg-foreground/70"
            style={{ left: `${Math.min((firstTokenMs / Math.max(totalMs, 1)) * 100, 100)}%` }}
          />
        )}
      </div>
    </div>
  );
}

const legend = [
  ['own', 'own'],
  ['connect', 'connecting'],
  ['wait', 'waiting'],
  ['answer', 'answer'],
] as const;

function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1 text-xs text-muted-foreground">
      {legend.map(([kind, name]) => (
        <li key={kind} className="flex items-center gap-1">
          <span className={cn('size-2 rounded-xs', looks[kind])} aria-hidden />
          {name}
        </li>
      ))}
    </ul>
  );
}
