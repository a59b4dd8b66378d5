/** The ledger as a file for other programs: every entry, in order, with exact amounts. */
import { formatUsd } from '../lib/money.ts';
import type { Store } from '../store/store.ts';
import { pageTransfers, type Transfer, type TransferFilter } from './transfers.ts';

export type ExportFormat = 'csv' | 'jsonl' | 'hledger';

interface Writer {
  readonly head: string;
  readonly transfer: (transfer: Transfer) => string;
}

/** Text by text, so that a ledger of any size passes through. Throws StoreError. */
export async function* exportLedger(
  db: Store['db'],
  format: ExportFormat,
  filter: TransferFilter,
): AsyncGenerator<string> {
  const { head, transfer } = writers[format];
  if (head !== '') yield head;
  for await (const page of pageTransfers(db, filter)) yield page.map(transfer).join('');
}

const columns = [
  'time',
  'transfer',
  'kind',
  'organization',
  'organization_name',
  'position',
  'account',
  'amount_usd',
  'request',
  'idempotency_key',
  'description',
];

const writers: Readonly<Record<ExportFormat, Writer>> = {
  csv: { head: `${columns.join(',')}\r\n`, transfer: toCsv },
  jsonl: { head: '', transfer: (transfer) => `${JSON.stringify(toObject(transfer))}\n` },
  hledger: { head: 'commodity $1000.000000000\ndecimal-mark .\n\n', transfer: toJournal },
};

const dollars = (nanoUsd: bigint): string => formatUsd(nanoUsd).replace('$', '');
const timeOf = ({ createdAtMs }: Transfer): string => new Date(createdAtMs).toISOString();

/** A row for each entry (RFC 4180). */
function toCsv(transfer: Transfer): string {
  const { id, kind, organizationId, organization, requestId, idempotencyKey, description, entries } = transfer;
  const before = [timeOf(transfer), id, kind, organizationId, organization].map(cell);
  const after = [requestId, idempotencyKey, description].map(cell);
  return entries
    .map(({ account, amountNanoUsd }, i) => [...before, i + 1, cell(account), dollars(amountNanoUsd), ...after].join())
    .map((line) => `${line}\r\n`)
    .join('');
}

/** A table program would run a text that begins like a formula: an apostrophe keeps it a text. */
function cell(text = ''): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toObject(transfer: Transfer): object {
  const { createdAtMs: _, entries, ...rest } = transfer;
  return {
    time: timeOf(transfer),
    ...rest,
    entries: entries.map(({ account, amountNanoUsd }) => ({ account, amountUsd: dollars(amountNanoUsd) })),
  };
}

/**
 * https://hledger.org/1.25/hledger.html#journal-format. There, what we owe is below zero and what we own or are owed is
 * above it, so every amount is turned round.
 */
function toJournal(transfer: Transfer): string {
  const { id, kind, organization, description, entries } = transfer;
  const told = [kind, organization, description].filter(Boolean).map((text) => line(text ?? ''));
  const postings = entries.map(({ account, amountNanoUsd }) => {
    const [whole = '', fraction = ''] = dollars(-amountNanoUsd).replace('-', '').split('.');
    const amount = `${amountNanoUsd > 0n ? '-' : ''}$${whole}.${fraction.padEnd(9, '0')}`;
    return `    ${journalAccount(account)}  ${amount}\n`;
  });
  const time = timeOf(transfer);
  return `${time.slice(0, 10)} * (${id}) ${told.join(' | ')}  ; time: ${time}\n${postings.join('')}\n`;
}

/** One line, without what begins a comment. */
function line(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp};|]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

const houseAccounts: Readonly<Record<string, string>> = {
  'house:revenue': 'income:revenue',
  'house:plans': 'income:plans',
  'house:overrun': 'expenses:overrun',
  'house:promotions': 'expenses:promotions',
  'house:writeoff': 'expenses:writeoff',
  'house:rounding': 'expenses:rounding',
  'house:tax': 'liabilities:tax',
  'house:operator': 'assets:operator',
  'stripe:clearing': 'assets:stripe:clearing',
};

const kinds: Readonly<Record<string, string>> = {
  wallet: 'liabilities',
  credit: 'liabilities',
  metered: 'assets',
  invoiced: 'assets',
  receivable: 'assets',
};

function journalAccount(account: string): string {
  const kind = kinds[account.split(':', 1)[0] ?? ''];
  return houseAccounts[account] ?? `${kind ?? 'equity'}:${account}`;
}
