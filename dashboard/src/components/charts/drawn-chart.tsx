import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import { useIsDark } from '@/lib/scheme.ts';
import { type ChartData, type ChartLook, chartOptions, lineData, stackedData } from './chart-options.ts';
import { ChartTooltip } from './chart-tooltip.tsx';

interface DrawnChartProps extends Omit<ChartLook, 'dark'> {
  readonly data: ChartData;
  readonly label: string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
}

/** A canvas is no part of React: it is made anew when what it shows, its width or the colours change. */
export function DrawnChart({ data, label, kind, format, height, onZoom }: DrawnChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<{ index: number; left: number } | null>(null);
  const dark = useIsDark();
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const events = {
      onPoint: (index: number | null, left: number) => setPoint(index === null || left < 0 ? null : { index, left }),
      onZoom: (fromMs: number, toMs: number) => zoom.current(fromMs, toMs),
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
      <div ref={place} key={dark ? 'dark' : 'light'} role="img" aria-label={label} className="h-full w-full" />
      {point !== null && <ChartTooltip data={data} format={format} stacked={kind === 'bars'} {...point} />}
    </div>
  );
}
