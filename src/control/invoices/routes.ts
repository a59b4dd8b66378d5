/** `/api/v1/invoices`, `/receipts` and what invoices say of both parties. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { conflict, notFound } from '../api/failure.ts';
import { id, organizationParams, time, usd, usdPositive } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiParts, type ApiRoute, downloadRoute, route } from '../api/route.ts';
import { closeMonth } from './close.ts';
import { creditInvoiceIn } from './credit-notes.ts';
import { invoiceCsv } from './csv.ts';
import { payInvoiceIn } from './payments.ts';
import { renderPdf } from './pdf.ts';
import { findReceipt, listReceipts, type Receipt } from './receipts.ts';
import { findCreditNote, findInvoice, type Invoice, listInvoices } from './records.ts';
import { creditNoteSheet, invoiceSheet, receiptSheet } from './sheet.ts';
import { creditNote, invoice, shownCreditNote, shownInvoice } from './views.ts';

const params = z.strictObject({ invoiceId: id('inv') });
const period = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .describe('A month: 2026-11.');
const tag = 'invoices';
const pdf = 'application/pdf';

const receipt = z
  .object({
    id: z.string().describe('Of the transfer.'),
    organizationId: z.string(),
    description: z.string().nullable(),
    amountUsd: usd,
    by: z.enum(['operator', 'stripe']),
    paidAt: time,
  })
  .meta({ id: 'Receipt' });

export const invoiceRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/invoices',
    tag,
    summary: 'List invoices, newest first',
    query: z.strictObject({
      ...pageQuery,
      organizationId: id('org').optional(),
      status: z.enum(['open', 'paid', 'void']).optional(),
      period: period.optional(),
    }),
    answer: pageOf(invoice),
    async handle({ caller, query: { limit, after, organizationId, status, period: month } }, { store }) {
      const only = ownerFilter(caller, organizationId);
      const rows = await listInvoices(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(status !== undefined && { status }),
        ...(month !== undefined && { period: month }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shownInvoice), limit, (row) => row.id);
    },
  }),
  route({
    method: 'GET',
    path: '/invoices/{invoiceId}',
    tag,
    summary: 'Get an invoice',
    params,
    answer: invoice,
    async handle({ caller, params: { invoiceId } }, parts) {
      return shownInvoice(await visible(caller, invoiceId, parts));
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/invoices/{invoiceId}/pdf',
    tag,
    summary: 'Get an invoice as PDF',
    params,
    produces: pdf,
    async handle({ caller, params: { invoiceId } }, parts) {
      const found = await visible(caller, invoiceId, parts);
      return {
        body: await renderPdf(invoiceSheet(found), found.created_at),
        filename: `${filename(found.number)}.pdf`,
      };
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/invoices/{invoiceId}/csv',
    tag,
    summary: 'Get the lines and totals of an invoice as a table',
    description: 'Amounts are exact to the nano-dollar. Text that a table program would run as a formula is quoted.',
    params,
    produces: 'text/csv; charset=utf-8',
    async handle({ caller, params: { invoiceId } }, parts) {
      const found = await visible(caller, invoiceId, parts);
      return { body: invoiceCsv(found), filename: `${filename(found.number)}.csv` };
    },
  }),
  route({
    method: 'POST',
    path: '/invoices/{invoiceId}/pay',
    tag,
    summary: 'Say that an invoice was paid',
    description: 'The whole open amount. An invoice that is paid already stays as it is.',
    params,
    body: z.strictObject({
      reference: z.string().min(1).max(200).optional().describe('What the payment is known by: of a bank statement.'),
    }),
    answer: invoice,
    async handle({ params: { invoiceId }, body: { reference }, write }, { clock }) {
      return write(async (db) => {
        const payment = { invoiceId, by: 'operator' as const, ...(reference !== undefined && { reference }) };
        const paid = await payInvoiceIn(db, payment, clock);
        if (paid === undefined) throw notFound('invoice', invoiceId);
        return shownInvoice(paid);
      });
    },
  }),
  route({
    method: 'POST',
    path: '/invoices/{invoiceId}/credit-notes',
    tag,
    summary: 'Take an invoice back, all of it or a part',
    description:
      'What is not paid yet is not to be paid any more; what was paid goes to the wallet, and to a debt before that. An open invoice that is credited whole becomes void. Invoices themselves never change.',
    status: 201,
    params,
    body: z.strictObject({
      amountUsd: usdPositive.optional().describe('With its tax; all that is left when absent.'),
      reason: z.string().min(1).max(500).describe('For the customer, on the credit note.'),
    }),
    answer: creditNote,
    async handle({ params: { invoiceId }, body, write }, { clock }) {
      return write(async (db) => {
        const request = { invoiceId, reason: body.reason, ...(body.amountUsd && { amountNanoUsd: body.amountUsd }) };
        const made = await creditInvoiceIn(db, request, clock);
        const note = made === undefined ? undefined : await findCreditNote(db, made);
        if (note === undefined) throw notFound('invoice', invoiceId);
        return shownCreditNote(note);
      });
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/credit-notes/{creditNoteId}/pdf',
    tag,
    summary: 'Get a credit note as PDF',
    params: z.strictObject({ creditNoteId: id('cn') }),
    produces: pdf,
    async handle({ caller, params: { creditNoteId } }, { store }) {
      const note = await findCreditNote(store.db, creditNoteId);
      if (note === undefined) throw notFound('credit note', creditNoteId);
      checkOwner(caller, note.organization_id, 'credit note', creditNoteId);
      return {
        body: await renderPdf(creditNoteSheet(note), note.created_at),
        filename: `${filename(note.number)}.pdf`,
      };
    },
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/invoices',
    tag,
    summary: 'Close a month now, instead of within the hour',
    description:
      'Closes all months up to this one that are over by the time zone of the organization. Asked again, it answers the same. Conflict: there was nothing to charge for in this month.',
    status: 201,
    params: organizationParams,
    body: z.strictObject({ period }),
    answer: invoice,
    async handle({ params: { organizationId }, body }, { store, clock }) {
      const { invoiceId } = await closeMonth({ store, clock }, organizationId, body.period);
      const made = invoiceId === undefined ? undefined : await findInvoice(store.db, invoiceId);
      if (made !== undefined) return shownInvoice(made);
      throw conflict(`There was nothing to charge for in ${body.period}.`, 'Close another month.');
    },
  }),
  route({
    method: 'GET',
    path: '/receipts',
    tag,
    summary: 'List payments into wallets, newest first',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(receipt),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      const only = ownerFilter(caller, organizationId);
      const rows = await listReceipts(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shownReceipt), limit, (row) => row.id);
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/receipts/{transferId}/pdf',
    tag,
    summary: 'Get the receipt of a payment as PDF',
    params: z.strictObject({ transferId: id('tr') }),
    produces: pdf,
    async handle({ caller, params: { transferId } }, { store }) {
      const found = await findReceipt(store.db, transferId);
      if (found === undefined) throw notFound('receipt', transferId);
      checkOwner(caller, found.organizationId, 'receipt', transferId);
      const body = await renderPdf(receiptSheet(found), new Date(found.paidAtMs));
      return { body, filename: `receipt-${found.id}.pdf` };
    },
  }),
];

function ownerFilter(caller: Caller, organizationId: string | undefined): string | undefined {
  if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
  return organizationId ?? visibleOrganization(caller);
}

async function visible(caller: Caller, invoiceId: string, { store }: ApiParts): Promise<Invoice> {
  const found = await findInvoice(store.db, invoiceId);
  if (found === undefined) throw notFound('invoice', invoiceId);
  checkOwner(caller, found.organization_id, 'invoice', invoiceId);
  return found;
}

function shownReceipt({ description, amountNanoUsd, paidAtMs, ...rest }: Receipt) {
  return { ...rest, description: description ?? null, amountUsd: amountNanoUsd, paidAt: paidAtMs };
}

/** A prefix is free text. */
function filename(number: string): string {
  return number.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
}
