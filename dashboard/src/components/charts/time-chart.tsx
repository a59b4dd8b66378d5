/** A chart over time for any page. What draws it is loaded when the first one is shown. */
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import type { ChartData } from './chart-options.ts';
import { spanOf } from './stack.ts';

const DrawnChart = lazy(() => import('./drawn-chart.tsx').then((module) => ({ default: module.DrawnChart })));

interface TimeChartProps {
  readonly data: ChartData;
  /** What it shows, in a sentence: for whoever does not see it. */
  readonly label: string;
  /** Amounts are stacked bars, everything else lines. */
  readonly kind?: 'bars' | 'lines';
  readonly format: (value: number) => string;
  readonly height?: number;
  /** Search parameters of the requests behind a series, by its id; absent: nothing can be opened. */
  readonly rowsBehind?: (seriesId: string) => object;
}

/** Dragging over it sets the page's period; a click, or Enter, opens the requests behind a bar. */
export function TimeChart({ data, label, kind = 'bars', format, height = 240, rowsBehind }: TimeChartProps) {
  const navigate = useNavigate();
  const zoom = (fromMs: number, toMs: number) => {
    const minute = 60_000;
    const from = new Date(Math.floor(fromMs / minute) * minute).toISOString();
    const to = new Date(Math.ceil(toMs / minute) * minute).toISOString();
    void navigate({ to: '.', search: (before: object) => ({ ...before, period: 'custom', from, to }) as never });
  };
  const open = (index: number, series?: number) => {
    const span = spanOf(data, index);
    const one = series === undefined ? undefined : data.series[series];
    if (span === undefined || rowsBehind === undefined) return;
    const search = { period: 'custom', ...span, ...rowsBehind(one?.id ?? '') };
    void navigate({ to: '/requests', search: (before: object) => ({ ...keptOf(before), ...search }) as never });
  };
  return (
    <Suspense fallback={<Skeleton style={{ height }} />}>
      <DrawnChart
        data={data}
        label={label}
        kind={kind}
        format={format}
        height={height}
        onZoom={zoom}
        onOpen={rowsBehind && open}
      />
    </Suspense>
  );
}

/** Of the page that is left: whose requests they are. */
function keptOf(search: { org?: string; only?: string }): object {
  const { org, only } = search;
  return { ...(org !== undefined && { org }), ...(only !== undefined && { only }) };
}
