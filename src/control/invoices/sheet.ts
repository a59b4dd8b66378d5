/** What a document says, before it is drawn: the same for invoices, credit notes and receipts. */
import { formatUsd } from '../../lib/money.ts';
import type { StoredLine, StoredParty, StoredSeller } from '../../store/schema/invoices.ts';
import { creditable } from './credit-notes.ts';
import type { FullReceipt } from './receipts.ts';
import type { CreditNote, Invoice } from './records.ts';

export interface Sheet {
  readonly title: string;
  readonly number: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly seller: StoredParty;
  readonly buyer: StoredParty;
  readonly tables: readonly SheetTable[];
  readonly totals: readonly SheetTotal[];
  /** Under the totals: paragraphs. */
  readonly notes: readonly string[];
  readonly payments: readonly SheetPayment[];
  /** At the foot of each page. */
  readonly footer: readonly string[];
}

export interface SheetTable {
  readonly head: readonly string[];
  readonly rows: readonly SheetRow[];
}

export interface SheetRow {
  readonly text: string;
  /** Under it, smaller. */
  readonly detail?: string;
  readonly cells: readonly string[];
  readonly amountNanoUsd: bigint;
}

export interface SheetTotal {
  readonly label: string;
  readonly amountNanoUsd: bigint;
  readonly strong?: boolean;
}

export interface SheetPayment {
  readonly date: string;
  readonly text: string;
  readonly amountNanoUsd: bigint;
}

const lineHead = ['Description', 'Requests', 'Input', 'Output', 'Cached', 'Amount'];

export function invoiceSheet(invoice: Invoice): Sheet {
  const { seller, buyer, time_zone: zone } = invoice;
  const day = (at: Date) => dayText(at, zone);
  return {
    title: 'Invoice',
    number: invoice.number,
    facts: [
      ['Number', invoice.number],
      ['Date', day(invoice.created_at)],
      ['Period', `${day(invoice.period_start)} to ${day(new Date(invoice.period_end.getTime() - 1))}`],
      ...(invoice.due_nano_usd > 0n ? [['Payable by', day(invoice.due_at)] as const] : []),
      ['Status', statusText(invoice)],
    ],
    seller,
    buyer,
    tables: [{ head: lineHead, rows: invoice.lines.map(lineRow) }],
    totals: invoiceTotals(invoice),
    notes: invoiceNotes(invoice),
    payments: invoice.payments.map(({ at, kind, description, amountNanoUsd }) => ({
      date: day(new Date(at)),
      text: description ?? kindText(kind),
      amountNanoUsd: BigInt(amountNanoUsd),
    })),
    footer: seller.footer ?? [],
  };
}

/** Charges are called with their tokens' kinds: what one of each costs is not the same. */
function lineRow(line: StoredLine): SheetRow {
  const isUsage = line.kind === 'usage';
  const late = line.late ? 'used before this period, reported in it' : undefined;
  return {
    text: line.model ?? line.description ?? kindText(line.kind),
    ...(late !== undefined && { detail: late }),
    cells: isUsage
      ? [line.requests, line.inputTokens, line.outputTokens, line.cacheReadTokens + line.cacheWriteTokens].map(grouped)
      : ['', '', '', ''],
    amountNanoUsd: BigInt(line.amountNanoUsd),
  };
}

export function invoiceTotals(invoice: Invoice): readonly SheetTotal[] {
  const { seller, tax_basis_points: rate } = invoice;
  const less: readonly (readonly [string, bigint])[] = [
    ['Paid by credit', invoice.credit_nano_usd],
    ['Paid from the balance', invoice.wallet_nano_usd],
    ['Paid directly', invoice.direct_nano_usd],
    ['Covered by us', invoice.house_nano_usd],
  ];
  const paid = less.filter(([, amount]) => amount !== 0n).map(([label, amount]) => total(label, -amount));
  const owed: readonly SheetTotal[] = [
    ...(paid.length === 0 ? [] : [total('Left to pay', invoice.net_nano_usd)]),
    ...some('Returned to the balance', invoice.returned_nano_usd),
    ...(rate > 0 && invoice.net_nano_usd > 0n ? [total(taxText(seller, rate), invoice.tax_nano_usd)] : []),
    ...some('Rounding to cents', invoice.rounding_nano_usd),
  ];
  return [
    total('Total of charges', invoice.charges_nano_usd),
    ...paid,
    ...owed,
    { label: 'Total due', amountNanoUsd: invoice.due_nano_usd, strong: true },
  ];
}

const total = (label: string, amountNanoUsd: bigint): SheetTotal => ({ label, amountNanoUsd });
const some = (label: string, amount: bigint) => (amount === 0n ? [] : [total(label, amount)]);

function invoiceNotes(invoice: Invoice): readonly string[] {
  const paidBefore = invoice.wallet_nano_usd + invoice.direct_nano_usd !== 0n;
  return [
    ...(invoice.reverse_charge ? ['Reverse charge: the tax is owed by the customer.'] : []),
    ...(paidBefore && invoice.tax_basis_points > 0
      ? ['What was paid from the balance or directly includes its tax, as the receipts of those payments say.']
      : []),
    ...(invoice.rounding_nano_usd === 0n
      ? []
      : ['Charges are exact to the billionth of a dollar. What is left to pay is rounded half up to the cent, once.']),
    ...invoice.creditNotes.map(
      ({ number, amount_nano_usd }) => `Credited by ${number}: ${formatUsd(amount_nano_usd)}.`,
    ),
  ];
}

export function creditNoteSheet(note: CreditNote): Sheet {
  const { invoice, number, amount_nano_usd: amount, tax_nano_usd: tax } = note;
  const { seller, buyer, tax_basis_points: rate } = invoice;
  const day = (at: Date) => dayText(at, invoice.time_zone);
  return {
    title: 'Credit note',
    number,
    facts: [
      ['Number', number],
      ['Date', day(note.created_at)],
      ['Invoice', `${invoice.number} of ${day(invoice.created_at)}`],
    ],
    seller,
    buyer,
    tables: [{ head: ['Reason', 'Amount'], rows: [{ text: note.reason, cells: [], amountNanoUsd: amount - tax }] }],
    totals: [
      ...(tax > 0n ? [total(taxText(seller, rate), tax)] : []),
      { label: 'Total credited', amountNanoUsd: amount, strong: true },
    ],
    notes: [
      ...(invoice.reverse_charge ? ['Reverse charge: the tax is owed by the customer.'] : []),
      note.goes_to === 'owed'
        ? `The invoice ${invoice.number} is to be paid without this amount.`
        : 'The amount went to the balance of the account, and to open debts before that.',
    ],
    payments: [],
    footer: seller.footer ?? [],
  };
}

export function receiptSheet(receipt: FullReceipt): Sheet {
  const { seller, buyer, amountNanoUsd, taxNanoUsd, taxBasisPoints } = receipt;
  const text = receipt.description ?? 'Payment to the balance';
  return {
    title: 'Receipt',
    number: receipt.id,
    facts: [
      ['Payment', receipt.id],
      ['Date', dayText(new Date(receipt.paidAtMs), receipt.timeZone)],
      ['Paid by', receipt.by === 'stripe' ? 'card' : 'transfer'],
    ],
    seller,
    buyer,
    tables: [{ head: ['Description', 'Amount'], rows: [{ text, cells: [], amountNanoUsd }] }],
    totals: [
      ...(taxNanoUsd > 0n ? [total(`Includes ${taxText(seller, taxBasisPoints)}`, taxNanoUsd)] : []),
      { label: 'Total paid', amountNanoUsd, strong: true },
    ],
    notes: [],
    payments: [],
    footer: ('footer' in seller ? (seller as StoredSeller).footer : undefined) ?? [],
  };
}

const kinds: Readonly<Record<string, string>> = {
  usage: 'Usage',
  'plan-fee': 'Plan',
  'plan-refund': 'Refund of a plan',
  'top-up': 'Payment to the balance',
  'take-back': 'Refund',
  grant: 'Credit given',
  expiry: 'Credit expired',
  'invoice-payment': 'Payment of an invoice',
  'credit-note': 'Credit note',
};

function kindText(kind: string): string {
  return kinds[kind] ?? kind;
}

function taxText({ taxName = 'Tax' }: StoredSeller, basisPoints: number): string {
  const percent = String(basisPoints / 100);
  return `${taxName} ${percent} %`;
}

function statusText(invoice: Invoice): string {
  if (invoice.status === 'open') return `open, ${formatUsd(invoice.openNanoUsd)} to be paid`;
  return invoice.status === 'void' && creditable(invoice) === 0n ? 'void, credited' : invoice.status;
}

/** `2026-11-30` by that zone's clock: read the same everywhere. */
export function dayText(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
