/** What the rounds came to, point by point. */
import { formatUsd } from '../../../src/lib/money.ts';
import type { AwayResult } from './away.ts';
import type { Played, RoundResult } from './rounds.ts';

type Column = readonly [title: string, of: (results: readonly RoundResult[]) => number];

const sum = (of: (result: RoundResult) => number) => (results: readonly RoundResult[]) =>
  results.reduce((total, each) => total + of(each), 0);

const columns: readonly Column[] = [
  ['rounds', (results) => results.length],
  ['asked', sum(({ sent }) => sent)],
  ['served', sum(({ served }) => served)],
  ['cut', sum(({ cut }) => cut)],
  ['402', sum(({ refused }) => refused)],
  ['503, 504', sum(({ away }) => away)],
  ['taken', sum(({ taken }) => taken)],
  ['rows', sum(({ rows }) => rows)],
  ['recovered', sum(({ recovered }) => recovered)],
  ['untaken', sum(({ untaken }) => untaken)],
  ['drift', sum(({ drift }) => drift)],
  ['wrong', sum(({ problems }) => problems.length)],
  ['billed after s', (results) => Math.max(...results.map(({ billedMs }) => Math.ceil(billedMs / 100) / 10))],
];

export function table({ results, finally: left, overrunNanoUsd }: Played): string {
  if (results.length === 0) return 'no round was played';
  const names = [...new Set(results.map(({ point }) => point))];
  const lines = names.map((name) => [name, ...figures(results.filter(({ point }) => point === name))]);
  const all = [['killed at', ...columns.map(([title]) => title)], ...lines, ['all', ...figures(results)]];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((line) => (line[i] ?? '').length))) ?? [];
  const text = all.map((line) => line.map((cell, i) => pad(cell, widths[i] ?? 0, i)).join('  ')).join('\n');
  const after = left.length === 0 ? 'drift 0, nothing held, no lease open' : left.join('\n');
  return `${text}\nafter a clean stop: ${after}; the house paid ${formatUsd(BigInt(overrunNanoUsd))} beyond wallets`;
}

const figures = (results: readonly RoundResult[]): readonly string[] => columns.map(([, of]) => String(of(results)));
const pad = (cell: string, width: number, i: number): string => (i === 0 ? cell.padEnd(width) : cell.padStart(width));

export function awayReport(result: AwayResult, awayMs: number): string {
  const { asked, served, unavailable, refusedAfterMs, refusedMs, settledAfterMs, rows, drift, problems } = result;
  const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
  const during = `Postgres away for ${seconds(awayMs)}: ${served} served on leases, ${unavailable} without one told 503`;
  const times = `half of them within ${Math.round(refusedMs)} ms, the slowest after ${seconds(refusedAfterMs)}; all settled ${seconds(settledAfterMs)} after its return`;
  return `${during}, ${times}; of ${asked} asked ${rows} rows, drift ${drift}, ${problems.length} wrong`;
}
