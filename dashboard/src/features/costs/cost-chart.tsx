import { useMemo } from 'react';
import { chartOf, viewerZone } from '@/components/charts/series.ts';
import { TimeChart } from '@/components/charts/time-chart.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Card, CardContent } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { rowsOfSeries } from '@/features/overview/links.ts';
import { useScope } from '@/features/overview/scope.ts';
import { useAsk } from '@/lib/api.ts';
import { formatUsdShort } from '@/lib/format.ts';
import { type GroupName, groupLabels } from './groups.ts';

const height = 200;
const dollars = (value: number) => formatUsdShort(value.toFixed(9));

/** Dragging over it sets the period of the whole page. */
export function CostChart({ by }: { by: GroupName }) {
  const query = { ...useScope(), metric: 'charge', by, timeZone: viewerZone, top: 7 } as const;
  const series = useAsk('GET /stats/timeseries', { query }, { keep: true });
  const chart = useMemo(() => series.data && chartOf(series.data, 'None'), [series.data]);
  return (
    <Card>
      <CardContent>
        {series.error ? (
          <ErrorState error={series.error} onRetry={series.refetch} />
        ) : chart === undefined ? (
          <Skeleton style={{ height }} />
        ) : (
          <TimeChart
            data={chart}
            label={`Spend over time by ${groupLabels[by].toLowerCase()}; the table below has the sums`}
            format={dollars}
            height={height}
            rowsBehind={rowsOfSeries(by)}
          />
        )}
      </CardContent>
    </Card>
  );
}
