/** The stretch of time that a page shows, in the address: `period=7d`, or `period=custom&from=…&to=…`. */
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

export const periods = {
  '24h': { label: 'Last 24 hours', ms: 86_400_000 },
  '7d': { label: 'Last 7 days', ms: 7 * 86_400_000 },
  '30d': { label: 'Last 30 days', ms: 30 * 86_400_000 },
  '90d': { label: 'Last 90 days', ms: 90 * 86_400_000 },
} as const;

export type PeriodName = keyof typeof periods | 'custom';
export const periodDefault = '7d';

export interface Period {
  readonly name: PeriodName;
  /** ISO 8601; what begins earlier is not in it. */
  readonly from: string;
  /** ISO 8601, exclusive. */
  readonly to: string;
}

interface PeriodSearch {
  readonly period?: PeriodName | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const stepMs = 60_000;

/** Ends at the next whole minute, so that what is asked stays the same, and cached, for a minute. */
export function periodOf({ period = periodDefault, from, to }: PeriodSearch, nowMs: number): Period {
  const end = Math.ceil(nowMs / stepMs) * stepMs;
  if (period !== 'custom') return { name: period, ...span(end - periods[period].ms, end) };
  const [start, stop] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
  if (!(start < stop)) return periodOf({}, nowMs);
  return { name: 'custom', ...span(start, stop) };
}

/** The one of the same length right before: what figures are compared with. */
export function periodBefore({ from, to }: Period): { readonly from: string; readonly to: string } {
  const start = Date.parse(from);
  return span(start - (Date.parse(to) - start), start);
}

function span(fromMs: number, toMs: number) {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** Of the address. Fixed while it is the same; a page that wants what came since reloads its queries. */
export function usePeriod(): Period {
  const { period, from, to } = useSearch({ strict: false });
  return useMemo(() => periodOf({ period, from, to }, Date.now()), [period, from, to]);
}
