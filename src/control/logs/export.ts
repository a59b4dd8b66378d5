/**
 * The log as a file: page after page of rows, so that memory stays the same whatever its length. The next page is asked
 * for when the reader has taken the one before; whoever hangs up asks for no more.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { formatUsd } from '../../lib/money.ts';
import type { Store } from '../../store/store.ts';
import type { LogFilter } from './filter.ts';
import { type LogRow, listLogs } from './list.ts';

export const exportFormats = ['csv', 'jsonl'] as const;
export type LogFormat = (typeof exportFormats)[number];

/** Made in one go, between requests to models: a millisecond or two. */
const pageRowsDefault = 50;
/** It rests as long as a page took, so that requests have at least half of the process: longer where it is busy. */
const restMsMax = 250;

export interface LogExport extends LogFilter {
  readonly format: LogFormat;
  /** With what providers take, which is not for customers. */
  readonly withHouse: boolean;
  readonly pageRows?: number;
}

/** Oldest first. Text by text; ends early with whoever reads it. Throws StoreError. */
export async function* exportLogs(db: Store['db'], options: LogExport): AsyncGenerator<string> {
  const { pageRows = pageRowsDefault } = options;
  const columns = options.withHouse ? [...everybodys, ...houses] : everybodys;
  const render = options.format === 'csv' ? csvLine : jsonLine;
  if (options.format === 'csv') yield `${columns.map(([name]) => name).join(',')}\r\n`;
  let after: string | undefined;
  do {
    const startedMs = performance.now();
    const page = await listLogs(db, { ...options, order: 'startedAt', limit: pageRows, after });
    const text = page.rows.map((row) => render(columns, row)).join('');
    const tookMs = performance.now() - startedMs;
    if (text !== '') yield text;
    after = page.next;
    if (after !== undefined) await rest(Math.min(restMsMax, tookMs));
  } while (after !== undefined);
}

type Value = string | number | boolean | null | readonly string[] | Amount;
type Column = readonly [name: string, value: (row: LogRow) => Value];

/** Dollars: a number to a table program, and text in JSON, which would make a float of it. */
class Amount {
  readonly text: string;
  constructor(nanoUsd: bigint) {
    this.text = formatUsd(nanoUsd).replace('$', '');
  }
}

const everybodys: readonly Column[] = [
  ['request_id', (row) => row.request_id],
  ['started_at', (row) => row.started_at.toISOString()],
  ['organization_id', (row) => row.organization_id],
  ['key_id', (row) => row.key_id],
  ['key_name', (row) => row.key_name],
  ['operation', (row) => row.operation],
  ['model_asked', (row) => row.requested_model],
  ['model_served', (row) => row.served_model],
  ['status', (row) => row.status],
  ['http_status', (row) => row.http_status],
  ['error_kind', (row) => row.error_kind],
  ['stream', (row) => row.stream],
  ['charge_usd', (row) => new Amount(row.charge_nano_usd)],
  ['input_tokens', (row) => row.input_tokens],
  ['output_tokens', (row) => row.output_tokens],
  ['cache_read_tokens', (row) => row.cache_read_tokens],
  ['cache_write_tokens', (row) => row.cache_write_5m_tokens + row.cache_write_1h_tokens],
  ['thinking_tokens', (row) => row.thinking_tokens],
  ['first_token_ms', (row) => row.first_token_ms],
  ['total_ms', (row) => row.total_ms],
  ['overhead_ms', (row) => row.overhead_ms],
  ['attempts', (row) => row.attempt_count],
  ['estimated', (row) => row.estimated],
  ['paid_by', (row) => row.paid_by],
  ['session_id', (row) => row.session_id],
  ['end_user', (row) => row.end_user],
  ['client_request_id', (row) => row.client_request_id],
  ['tags', (row) => row.tags],
];

const houses: readonly Column[] = [
  ['provider', (row) => row.provider],
  ['credential', (row) => row.credential],
  ['cost_usd', (row) => new Amount(row.cost_nano_usd)],
];

function jsonLine(columns: readonly Column[], row: LogRow): string {
  const values = columns.map(([name, value]) => [name, value(row)] as const);
  return `${JSON.stringify(Object.fromEntries(values.map(([name, value]) => [name, value instanceof Amount ? value.text : value])))}\n`;
}

/** RFC 4180. */
function csvLine(columns: readonly Column[], row: LogRow): string {
  return `${columns.map(([, value]) => cell(value(row))).join(',')}\r\n`;
}

/** A table program would run a text that begins like a formula: an apostrophe keeps it a text. */
function cell(value: Value): string {
  if (value === null) return '';
  if (value instanceof Amount) return value.text;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : value.join(' ');
  const safe = /^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
