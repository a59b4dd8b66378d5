import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import { cn } from '@/lib/classes.ts';
import { useIsDark } from '@/lib/scheme.ts';
import { ChartKeys } from './chart-keys.tsx';
import { type ChartData, type ChartLook, chartOptions, lineData, stackedData } from './chart-options.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import { seriesAt } from './stack.ts';

interface DrawnChartProps extends Omit<ChartLook, 'dark'> {
  readonly data: ChartData;
  readonly label: string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  /** Absent: a click does nothing. `series` is absent where all of them are meant. */
  readonly onOpen?: ((index: number, series?: number) => void) | undefined;
}

/** Where the tooltip stands for whoever has no pointer. */
const keyedLeft = 0;

/** A canvas is no part of React: it is made anew when what it shows, its width or the colours change. */
export function DrawnChart({ data, label, kind, format, height, onZoom, onOpen }: DrawnChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<{ index: number; left: number } | null>(null);
  const dark = useIsDark();
  const acts = useRef({ onZoom, onOpen });
  acts.current = { onZoom, onOpen };
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const events = {
      onPoint: (index: number | null, left: number) => setPoint(index === null || left < 0 ? null : { index, left }),
      onZoom: (fromMs: number, toMs: number) => acts.current.onZoom(fromMs, toMs),
      onClick: (index: number, at: number) =>
        acts.current.onOpen?.(index, kind === 'bars' ? seriesAt(data, index, at) : undefined),
    };
    const options = chartOptions(data, { kind, format, height, dark }, events, element.clientWidth);
    const chart = new uPlot(options, kind === 'bars' ? stackedData(data) : lineData(data), element);
    const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.destroy();
    };
  }, [data, kind, format, height, dark]);
  return (
    <div className="relative" style={{ height }}>
      <div
        ref={place}
        key={dark ? 'dark' : 'light'}
        role="img"
        aria-label={label}
        className={cn('h-full w-full', onOpen && '[&_.u-over]:cursor-pointer')}
      />
      {onOpen && (
        <ChartKeys
          data={data}
          label={label}
          format={format}
          onOpen={onOpen}
          onPoint={(index) => setPoint(index === null ? null : { index, left: keyedLeft })}
        />
      )}
      {point !== null && <ChartTooltip data={data} format={format} stacked={kind === 'bars'} {...point} />}
    </div>
  );
}
