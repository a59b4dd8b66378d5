/** Invoices as the management API shows them. */
import { z } from 'zod';
import type { CreditNoteRow } from '../../store/schema/invoices.ts';
import { time, usd } from '../api/fields.ts';
import type { Invoice } from './records.ts';

const partyFields = {
  name: z.string().max(200),
  address: z.array(z.string().max(200)).max(8).describe('Lines.'),
  taxId: z.string().max(50).describe('VAT number or the like.'),
  email: z.string().max(320),
};

/** What a customer says of itself. */
export const party = z.strictObject(partyFields).partial();

export const sellerDetails = z
  .strictObject({
    ...partyFields,
    taxName: z.string().max(20).describe('How the tax is called: VAT.'),
    invoicePrefix: z.string().max(20).describe('Before the numbers of invoices; INV- when absent.'),
    creditNotePrefix: z.string().max(20).describe('Before the numbers of credit notes; CN- when absent.'),
    footer: z.array(z.string().max(200)).max(6).describe('At the foot of each page: where to pay to.'),
  })
  .partial()
  .required({ name: true })
  .meta({ id: 'SellerDetails' });

const count = z.number().int();

const line = z
  .object({
    kind: z.string().describe('usage, plan-fee, plan-refund ...'),
    model: z.string().nullable(),
    description: z.string().nullable(),
    late: z.boolean().describe('Used before this month, and reported after that one was closed.'),
    requests: count,
    inputTokens: count,
    outputTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
    amountUsd: usd,
  })
  .meta({ id: 'InvoiceLine' });

export const creditNote = z
  .object({
    id: z.string(),
    number: z.string(),
    invoiceId: z.string(),
    amountUsd: usd.describe('With its tax.'),
    taxUsd: usd,
    goesTo: z.enum(['owed', 'wallet']),
    reason: z.string(),
    transferId: z.string(),
    createdAt: time,
  })
  .meta({ id: 'CreditNote' });

export const invoice = z
  .object({
    id: z.string(),
    number: z.string(),
    organizationId: z.string(),
    period: z.string(),
    periodStart: time,
    periodEnd: time,
    status: z.enum(['open', 'paid', 'void']),
    seller: z.looseObject({}),
    buyer: z.looseObject({}),
    taxPercent: z.number(),
    reverseCharge: z.boolean(),
    lines: z.array(line),
    chargesUsd: usd.describe('The sum of the lines, exactly; it is what the ledger charged.'),
    creditUsd: usd.describe('Of that, paid by credit.'),
    walletUsd: usd.describe('Of that, paid from the wallet.'),
    directUsd: usd.describe('Of that, paid directly, as by a card.'),
    houseUsd: usd.describe('Of that, covered by the house.'),
    netUsd: usd.describe('What is left to pay, before tax.'),
    returnedUsd: usd.describe('What went to the wallet, when that is below zero.'),
    taxUsd: usd,
    roundingUsd: usd.describe('What makes whole cents of it.'),
    dueUsd: usd.describe('net + returned + tax + rounding.'),
    openUsd: usd.describe('Not paid and not credited.'),
    payments: z.array(
      z.object({
        transferId: z.string(),
        kind: z.string(),
        description: z.string().nullable(),
        at: z.string(),
        amountUsd: usd,
      }),
    ),
    creditNotes: z.array(creditNote),
    dueAt: time,
    settledAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Invoice' });

export function shownInvoice(row: Invoice) {
  return {
    id: row.id,
    number: row.number,
    organizationId: row.organization_id,
    period: row.period,
    periodStart: row.period_start.getTime(),
    periodEnd: row.period_end.getTime(),
    status: row.status,
    seller: { ...row.seller },
    buyer: { ...row.buyer },
    taxPercent: row.tax_basis_points / 100,
    reverseCharge: row.reverse_charge,
    lines: row.lines.map(({ model, description, late, amountNanoUsd, ...rest }) => ({
      ...rest,
      model: model ?? null,
      description: description ?? null,
      late: late === true,
      amountUsd: BigInt(amountNanoUsd),
    })),
    chargesUsd: row.charges_nano_usd,
    creditUsd: row.credit_nano_usd,
    walletUsd: row.wallet_nano_usd,
    directUsd: row.direct_nano_usd,
    houseUsd: row.house_nano_usd,
    netUsd: row.net_nano_usd,
    returnedUsd: row.returned_nano_usd,
    taxUsd: row.tax_nano_usd,
    roundingUsd: row.rounding_nano_usd,
    dueUsd: row.due_nano_usd,
    openUsd: row.openNanoUsd,
    payments: row.payments.map(({ description, amountNanoUsd, ...rest }) => ({
      ...rest,
      description: description ?? null,
      amountUsd: BigInt(amountNanoUsd),
    })),
    creditNotes: row.creditNotes.map(shownCreditNote),
    dueAt: row.due_at.getTime(),
    settledAt: row.settled_at === null ? null : row.settled_at.getTime(),
    createdAt: row.created_at.getTime(),
  };
}

export function shownCreditNote(row: CreditNoteRow) {
  return {
    id: row.id,
    number: row.number,
    invoiceId: row.invoice_id,
    amountUsd: row.amount_nano_usd,
    taxUsd: row.tax_nano_usd,
    goesTo: row.goes_to,
    reason: row.reason,
    transferId: row.transfer_id,
    createdAt: row.created_at.getTime(),
  };
}
