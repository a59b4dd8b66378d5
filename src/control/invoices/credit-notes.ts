/**
 * Credit notes take an invoice back, all of it or a part: what is not paid yet is not to be paid any more, what was paid
 * goes to the wallet (a debt of the customer first). The invoice itself stays as it is.
 */
import { lockLedger, post } from '../../ledger/post.ts';
import { creditWalletIn } from '../../ledger/wallet.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import { formatUsd } from '../../lib/money.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { centNanoUsd, creditedTax } from './amounts.ts';
import { numberText } from './numbers.ts';
import { databaseNowMs, nextSerial } from './queries.ts';
import { type Invoice, lockInvoice } from './records.ts';

export interface CreditRequest {
  readonly invoiceId: string;
  /** With its tax. Absent: all that is left. */
  readonly amountNanoUsd?: bigint;
  /** For the customer, on the document. */
  readonly reason: string;
}

/** What may still be credited: what was paid or is to be paid, without earlier credit notes. */
export function creditable(invoice: Invoice): bigint {
  if (invoice.status === 'void') return 0n;
  const paid = invoice.wallet_nano_usd + invoice.direct_nano_usd;
  const whole = invoice.due_nano_usd + (invoice.status === 'paid' && paid > 0n ? paid : 0n);
  const left = whole - credited(invoice);
  return left > 0n ? left : 0n;
}

/** Returns the note's id; undefined: no such invoice. In the caller's transaction. Throws Refusal. */
export async function creditInvoiceIn(
  db: Store['db'],
  request: CreditRequest,
  clock: Clock,
): Promise<string | undefined> {
  const invoice = await lockInvoice(db, request.invoiceId);
  if (invoice === undefined) return undefined;
  const amountNanoUsd = request.amountNanoUsd ?? creditable(invoice);
  checkAmount(invoice, amountNanoUsd);
  const taxNanoUsd = creditedTax(
    { taxNanoUsd: invoice.tax_nano_usd, dueNanoUsd: invoice.due_nano_usd },
    credited(invoice),
    amountNanoUsd,
  );
  const goesTo = invoice.status === 'open' ? 'owed' : 'wallet';
  const id = newId('cn', clock.nowMs());
  const serial = await nextSerial(db, 'credit-note');
  const number = numberText(invoice.seller.creditNotePrefix ?? 'CN-', serial);
  const transfer_id = await move(db, { invoice, id, number, amountNanoUsd, taxNanoUsd, goesTo }, clock);
  await db
    .insertInto('credit_notes')
    .values({
      id,
      invoice_id: invoice.id,
      organization_id: invoice.organization_id,
      serial,
      number,
      amount_nano_usd: amountNanoUsd,
      tax_nano_usd: taxNanoUsd,
      goes_to: goesTo,
      reason: request.reason,
      transfer_id,
    })
    .execute();
  if (goesTo === 'owed' && amountNanoUsd === invoice.openNanoUsd) await annul(db, invoice.id);
  return id;
}

function credited({ creditNotes }: Invoice): bigint {
  return creditNotes.reduce((sum, { amount_nano_usd }) => sum + amount_nano_usd, 0n);
}

function checkAmount(invoice: Invoice, amountNanoUsd: bigint): void {
  const { number } = invoice;
  const left = creditable(invoice);
  if (amountNanoUsd <= 0n || amountNanoUsd > left) {
    const message = `${formatUsd(amountNanoUsd)} of the invoice ${number} cannot be credited: ${formatUsd(left)} is left.`;
    throw new Refusal(message, left > 0n ? 'Credit at most that.' : 'There is nothing left to credit.');
  }
  if (invoice.status === 'open' && amountNanoUsd % centNanoUsd !== 0n) {
    const message = `The invoice ${number} is to be paid in whole cents, and ${formatUsd(amountNanoUsd)} is not.`;
    throw new Refusal(message, 'Credit whole cents, or credit after it is paid.');
  }
}

interface Note {
  readonly invoice: Invoice;
  readonly id: string;
  readonly number: string;
  readonly amountNanoUsd: bigint;
  readonly taxNanoUsd: bigint;
  readonly goesTo: 'owed' | 'wallet';
}

async function move(db: Store['db'], note: Note, clock: Clock): Promise<string> {
  const { invoice, id, number, amountNanoUsd, taxNanoUsd, goesTo } = note;
  const organizationId = invoice.organization_id;
  const description = `Credit note ${number} for the invoice ${invoice.number}`;
  const reference = { creditNote: id, invoice: invoice.id };
  await lockLedger(db);
  const { transferId } = await post(
    db,
    {
      kind: 'credit-note',
      organizationId,
      idempotencyKey: `credit-note:${id}`,
      entries: [
        { account: 'house:revenue', amountNanoUsd: taxNanoUsd - amountNanoUsd },
        { account: 'house:tax', amountNanoUsd: -taxNanoUsd },
        { account: goesTo === 'owed' ? `invoiced:${organizationId}` : 'house:operator', amountNanoUsd },
      ].filter((entry) => entry.amountNanoUsd !== 0n),
      description,
      reference,
    },
    clock,
  );
  // By the way of every payment, which pays a debt back first and lets a blocked customer go on.
  if (goesTo === 'wallet') {
    const idempotencyKey = `credit-note:${id}:wallet`;
    await creditWalletIn(
      db,
      { organizationId, amountNanoUsd, idempotencyKey, from: 'operator', description, reference },
      clock,
    );
  }
  return transferId;
}

async function annul(db: Store['db'], invoiceId: string): Promise<void> {
  const settled_at = new Date(await databaseNowMs(db));
  await db.updateTable('invoices').set({ status: 'void', settled_at }).where('id', '=', invoiceId).execute();
}
