import { type KeyboardEvent, useState } from 'react';
import { formatTime } from '@/lib/format.ts';
import type { ChartData } from './chart-options.ts';

interface ChartKeysProps {
  readonly data: ChartData;
  readonly label: string;
  readonly format: (value: number) => string;
  readonly onPoint: (index: number | null) => void;
  /** `series` is absent where all of them are meant. */
  readonly onOpen: (index: number, series?: number) => void;
}

/** The chart by keyboard: left and right through time, up and down through the series, Enter opens what lies behind. */
export function ChartKeys({ data, label, format, onPoint, onOpen }: ChartKeysProps) {
  const [at, setAt] = useState({ index: data.times.length - 1, series: -1 });
  const last = data.times.length - 1;
  const index = Math.min(at.index, last);
  const series = Math.min(at.series, data.series.length - 1);
  function move(to: number, of: number) {
    const next = { index: clamp(to, 0, last), series: clamp(of, -1, data.series.length - 1) };
    setAt(next);
    onPoint(next.index);
  }
  function press(event: KeyboardEvent) {
    const step = steps[event.key];
    if (step !== undefined) move(index + step.time * (last + 1), series + step.series);
    else if (event.key === 'ArrowLeft') move(index - 1, series);
    else if (event.key === 'ArrowRight') move(index + 1, series);
    else if (event.key === 'Enter') onOpen(index, series < 0 ? undefined : series);
    else return;
    event.preventDefault();
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`${label}: arrows move, Enter opens the requests`}
      aria-valuemin={0}
      aria-valuemax={Math.max(last, 0)}
      aria-valuenow={Math.max(index, 0)}
      aria-valuetext={wordsOf(data, index, series, format)}
      className="pointer-events-none absolute inset-0 rounded focus-visible:outline-2"
      onKeyDown={press}
      onFocus={() => onPoint(index)}
      onBlur={() => onPoint(null)}
    />
  );
}

const steps: Readonly<Record<string, { readonly time: number; readonly series: number }>> = {
  ArrowUp: { time: 0, series: -1 },
  ArrowDown: { time: 0, series: 1 },
  Home: { time: -1, series: 0 },
  End: { time: 1, series: 0 },
};

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

function wordsOf({ times, series }: ChartData, index: number, of: number, format: (value: number) => string): string {
  const time = times[index];
  if (time === undefined) return 'nothing';
  const one = series[of];
  const value = one ? (one.values[index] ?? 0) : series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
  return `${formatTime(time)}: ${one?.label ?? 'together'} ${format(value)}`;
}
