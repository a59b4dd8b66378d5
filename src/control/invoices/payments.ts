/** An invoice is paid: what was invoiced is settled by the money that came. */
import { post } from '../../ledger/post.ts';
import { counterAccounts } from '../../ledger/wallet.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { databaseNowMs } from './queries.ts';
import { type Invoice, lockInvoice } from './records.ts';

export interface InvoicePayment {
  readonly invoiceId: string;
  /** `operator`: somebody saw the money arrive. */
  readonly by: 'operator' | 'stripe';
  /** What the payment is known by elsewhere. */
  readonly reference?: string;
  /** Of the transfer. Default: the invoice's own. */
  readonly idempotencyKey?: string;
}

/**
 * The whole open amount, once: paid again, it stays as it is. In the caller's transaction. Undefined: no such invoice.
 * Throws Refusal for one that is void.
 */
export async function payInvoiceIn(
  db: Store['db'],
  { invoiceId, by, reference, idempotencyKey = `invoice-payment:${invoiceId}` }: InvoicePayment,
  clock: Clock,
): Promise<Invoice | undefined> {
  const invoice = await lockInvoice(db, invoiceId);
  if (invoice === undefined || invoice.status === 'paid') return invoice;
  if (invoice.status === 'void') {
    throw new Refusal(`The invoice ${invoice.number} is void: all of it was credited.`, 'Credit the wallet instead.');
  }
  const { organization_id: organizationId, number, openNanoUsd } = invoice;
  await post(
    db,
    {
      kind: 'invoice-payment',
      organizationId,
      idempotencyKey,
      entries: [
        { account: counterAccounts[by], amountNanoUsd: -openNanoUsd },
        { account: `invoiced:${organizationId}`, amountNanoUsd: openNanoUsd },
      ],
      description: `Payment of the invoice ${number}`,
      reference: { invoice: invoiceId, ...(reference !== undefined && { reference }) },
    },
    clock,
  );
  const settled_at = new Date(await databaseNowMs(db));
  await db
    .updateTable('invoices')
    .set({ status: 'paid', paid_by: by, settled_at })
    .where('id', '=', invoiceId)
    .execute();
  return lockInvoice(db, invoiceId);
}
