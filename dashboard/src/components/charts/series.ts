/** Answers of `GET /stats/timeseries` as charts. */
import type { Answer } from '@tollgate/client';
import { chartColor, otherColor } from '@/lib/chart-color.ts';
import type { ChartData } from './chart-options.ts';

type Timeseries = Answer<'GET /stats/timeseries'>;

/** Dollars as numbers: a chart is read to three digits. */
export function chartOf({ times, period, partialFrom, series }: Timeseries, nameless: string): ChartData {
  return {
    times,
    until: period.until,
    partialFrom,
    series: series.map(({ group, label, other, amountsUsd, values }) => ({
      id: other ? 'other' : `g:${group}`,
      label: other ? 'All others' : label === '' ? nameless : label,
      color: other ? otherColor : chartColor(group),
      values: amountsUsd?.map(Number) ?? values ?? [],
    })),
  };
}

/** The zone of whoever looks: days begin by it. */
export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
