/** Invoices and credit notes as people and programs read them. */
import type { CreditNoteRow, InvoiceRow, InvoiceStatus } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';

export interface Invoice extends InvoiceRow {
  /** The oldest first. */
  readonly creditNotes: readonly CreditNoteRow[];
  /** What is left of it to pay. */
  readonly openNanoUsd: bigint;
}

export interface InvoiceFilter {
  readonly organizationId?: string;
  readonly status?: InvoiceStatus;
  /** `2026-11`. */
  readonly period?: string;
  /** Default 50. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listInvoices(db: Store['db'], filter: InvoiceFilter = {}): Promise<readonly Invoice[]> {
  const { organizationId, status, period, limit = 50, after } = filter;
  let query = db.selectFrom('invoices').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (status !== undefined) query = query.where('status', '=', status);
  if (period !== undefined) query = query.where('period', '=', period);
  if (after !== undefined) query = query.where('id', '<', after);
  return withCreditNotes(db, await query.execute());
}

/** By id or number. */
export async function findInvoice(db: Store['db'], which: string): Promise<Invoice | undefined> {
  const rows = await db
    .selectFrom('invoices')
    .selectAll()
    .where((where) => where.or([where('id', '=', which), where('number', '=', which)]))
    .limit(1)
    .execute();
  return (await withCreditNotes(db, rows))[0];
}

/** Nobody else pays or credits it until the transaction ends. */
export async function lockInvoice(db: Store['db'], id: string): Promise<Invoice | undefined> {
  const row = await db.selectFrom('invoices').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return (await withCreditNotes(db, row === undefined ? [] : [row]))[0];
}

export interface CreditNote extends CreditNoteRow {
  readonly invoice: Invoice;
}

export async function findCreditNote(db: Store['db'], id: string): Promise<CreditNote | undefined> {
  const row = await db.selectFrom('credit_notes').selectAll().where('id', '=', id).executeTakeFirst();
  const invoice = row && (await findInvoice(db, row.invoice_id));
  return row && invoice && { ...row, invoice };
}

async function withCreditNotes(db: Store['db'], rows: readonly InvoiceRow[]): Promise<readonly Invoice[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const notes = await db
    .selectFrom('credit_notes')
    .selectAll()
    .where('invoice_id', 'in', ids)
    .orderBy('serial')
    .execute();
  return rows.map((row) => {
    const creditNotes = notes.filter(({ invoice_id }) => invoice_id === row.id);
    const credited = creditNotes
      .filter(({ goes_to }) => goes_to === 'owed')
      .reduce((sum, { amount_nano_usd }) => sum + amount_nano_usd, 0n);
    return { ...row, creditNotes, openNanoUsd: row.status === 'open' ? row.due_nano_usd - credited : 0n };
  });
}
