/** The table as a file for spreadsheets. */
import type { StatsGroup } from '@tollgate/client';

const columns = [
  'group',
  'label',
  'requests',
  'failed',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'chargeUsd',
  'costUsd',
] as const satisfies readonly (keyof StatsGroup)[];

/** RFC 4180. A text that a spreadsheet would take for a formula gets a quote before it. */
export function toCsv(rows: readonly StatsGroup[]): string {
  const lines = rows.map((row) => columns.map((name) => cell(row[name])));
  return [columns, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}
