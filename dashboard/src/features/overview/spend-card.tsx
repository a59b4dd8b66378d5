import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { chartOf, viewerZone } from '@/components/charts/series.ts';
import { TimeChart } from '@/components/charts/time-chart.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Segments } from '@/components/segments.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatUsdShort } from '@/lib/format.ts';
import { rowsBehind, rowsOfSeries } from './links.ts';
import { useOnly, useScope } from './scope.ts';

const kinds = [
  { value: 'model', label: 'Model' },
  { value: 'key', label: 'Key' },
  { value: 'provider', label: 'Provider' },
  { value: 'project', label: 'Project' },
] as const;

const height = 250;
/** Axes and tooltips; the API's text has all digits. */
const dollars = (value: number) => formatUsdShort(value.toFixed(9));

/** Spend over time, stacked. Dragging over it sets the period, a click opens what lies behind a bar. */
export function SpendCard() {
  const { by = 'model' } = useSearch({ from: '/app/overview' });
  const navigate = useNavigate();
  const query = { ...useScope(), metric: 'charge', by, timeZone: viewerZone, top: 7 } as const;
  const series = useAsk('GET /stats/timeseries', { query }, { keep: true });
  const chart = useMemo(() => series.data && chartOf(series.data, 'None'), [series.data]);
  const choose = (value: string) =>
    void navigate({ to: '.', search: (before: object) => ({ ...before, by: value }) as never, replace: true });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Spend over time</CardTitle>
        <Segments label="Stacked by" items={kinds} value={by} onChange={choose} />
      </CardHeader>
      <CardContent>
        {series.error ? (
          <ErrorState error={series.error} onRetry={series.refetch} />
        ) : chart === undefined ? (
          <Skeleton style={{ height: height + 28 }} />
        ) : (
          <>
            <TimeChart
              data={chart}
              label={`Spend over time, stacked by ${by}`}
              format={dollars}
              height={height}
              rowsBehind={rowsOfSeries(by)}
            />
            <Legend chart={chart} by={by} />
          </>
        )}
      </CardContent>
    </Card>
  );
}

function Legend({ chart, by }: { chart: ReturnType<typeof chartOf>; by: string }) {
  const only = useOnly();
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {chart.series.map(({ id, label, color }) => (
        <li key={id} className="flex min-w-0 items-center gap-1.5">
          <span aria-hidden className="size-2.5 shrink-0 rounded-sm" style={{ background: color }} />
          {id === 'other' || id === 'g:' ? (
            <span className="truncate">{label}</span>
          ) : (
            <Link
              to="/requests"
              search={{ ...only, ...rowsBehind(by, id.slice(2)) } as never}
              className="truncate hover:underline"
            >
              {label}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}
