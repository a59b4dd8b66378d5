/** An invoice as a table (RFC 4180): a row for each line and each total, exact to the nano-dollar. */
import { formatUsd } from '../../lib/money.ts';
import type { Invoice } from './records.ts';
import { invoiceTotals } from './sheet.ts';

const columns = [
  'invoice',
  'period',
  'row',
  'kind',
  'description',
  'late',
  'requests',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'amount_usd',
];

export function invoiceCsv(invoice: Invoice): string {
  const same = [invoice.number, invoice.period];
  const lines = invoice.lines.map((line) => [
    ...same,
    'line',
    line.kind,
    line.model ?? line.description ?? '',
    line.late ? 'yes' : '',
    line.requests,
    line.inputTokens,
    line.outputTokens,
    line.cacheReadTokens,
    line.cacheWriteTokens,
    dollars(BigInt(line.amountNanoUsd)),
  ]);
  const totals = invoiceTotals(invoice).map(({ label, amountNanoUsd }) => [
    ...same,
    'total',
    '',
    label,
    ...Array.from({ length: 6 }, () => ''),
    dollars(amountNanoUsd),
  ]);
  return [columns, ...lines, ...totals].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** What a table program takes for a number, and no formula. */
class Amount {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function dollars(nanoUsd: bigint): Amount {
  return new Amount(formatUsd(nanoUsd).replace('$', ''));
}

/** A table program would run a text that begins like a formula: an apostrophe keeps it a text. */
function cell(value: string | number | Amount): string {
  if (value instanceof Amount) return value.text;
  const text = String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
