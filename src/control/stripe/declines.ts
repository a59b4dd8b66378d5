/** Charges of a saved card that a bank refused: how often, how long to wait, and when to stop. */
import type { Clock } from '../../lib/clock.ts';
import type { StripePayment } from '../../store/schema/stripe.ts';
import type { Store } from '../../store/store.ts';
import { raiseAlert } from './alerts.ts';
import type { StripeParts } from './parts.ts';

type Db = Store['db'];

/** In a row: then a person has to look. */
const declinesMax = 3;
/** After the first decline; four times as long after each further one. */
const declinePauseMs = 3_600_000;

/** In the transaction that ends the order. `isFinal`: trying again would lead to the same. */
export async function countDecline(
  parts: StripeParts,
  db: Db,
  payment: StripePayment,
  reason: string,
  isFinal: boolean,
): Promise<void> {
  if (payment.invoice_id === null) await countTopUpDecline(parts, db, payment, reason, isFinal);
  else await countInvoiceDecline(parts, db, payment, payment.invoice_id, reason, isFinal);
}

/** It could not be done, now or later. */
export async function giveUp(parts: StripeParts, db: Db, payment: StripePayment, reason: string): Promise<void> {
  if (payment.invoice_id === null) await disable(parts, db, payment.organization_id, reason);
  else await stopCollecting(parts, db, payment, payment.invoice_id, reason);
}

async function countTopUpDecline(
  parts: StripeParts,
  db: Db,
  { id, organization_id: organizationId }: StripePayment,
  reason: string,
  isFinal: boolean,
): Promise<void> {
  const setting = await db
    .selectFrom('automatic_top_ups')
    .select('declines')
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  const declines = (setting?.declines ?? 0) + 1;
  await db
    .updateTable('automatic_top_ups')
    .set({ declines, next_try_at: nextTryAt(parts, declines) })
    .where('organization_id', '=', organizationId)
    .execute();
  await raiseAlert(parts, db, {
    organizationId,
    kind: 'automatic-top-up-declined',
    subject: id,
    message: `The automatic top-up ${id} was declined: ${reason}. Pay by the checkout page, or save another card.`,
  });
  if (isFinal || declines >= declinesMax) await disable(parts, db, organizationId, `the card was declined: ${reason}`);
}

function nextTryAt({ clock }: StripeParts, declines: number): Date {
  return new Date(clock.nowMs() + declinePauseMs * 4 ** (declines - 1));
}

async function countInvoiceDecline(
  parts: StripeParts,
  db: Db,
  payment: StripePayment,
  invoiceId: string,
  reason: string,
  isFinal: boolean,
): Promise<void> {
  const { declines } = await db
    .updateTable('invoice_collections')
    .set((row) => ({ declines: row('declines', '+', 1) }))
    .where('invoice_id', '=', invoiceId)
    .returning('declines')
    .executeTakeFirstOrThrow();
  await db
    .updateTable('invoice_collections')
    .set({ next_try_at: nextTryAt(parts, declines) })
    .where('invoice_id', '=', invoiceId)
    .execute();
  await raiseAlert(parts, db, {
    organizationId: payment.organization_id,
    kind: 'invoice-payment-declined',
    subject: payment.id,
    message: `The payment ${payment.id} of the invoice ${invoiceId} was declined: ${reason}. Save another card.`,
  });
  if (isFinal || declines >= declinesMax) {
    await stopCollecting(parts, db, payment, invoiceId, `the card was declined: ${reason}`);
  }
}

/** Until another card is saved, or somebody asks for it. */
async function stopCollecting(
  parts: StripeParts,
  db: Db,
  { id, organization_id: organizationId }: StripePayment,
  invoiceId: string,
  reason: string,
): Promise<void> {
  await db
    .updateTable('invoice_collections')
    .set({ stopped_reason: reason })
    .where('invoice_id', '=', invoiceId)
    .execute();
  await raiseAlert(parts, db, {
    organizationId,
    kind: 'invoice-collection-stopped',
    subject: id,
    message: `The invoice ${invoiceId} is not charged any more: ${reason}. Save another card, or pay it otherwise.`,
  });
}

/** Everything that is open of an organization, from the beginning. */
export async function tryAgain(db: Db, organizationId: string, clock: Clock): Promise<void> {
  await db
    .updateTable('invoice_collections')
    .set({ declines: 0, stopped_reason: null, next_try_at: new Date(clock.nowMs()) })
    .where('invoice_id', 'in', (query) =>
      query
        .selectFrom('invoices')
        .select('id')
        .where('organization_id', '=', organizationId)
        .where('status', '=', 'open'),
    )
    .execute();
}

/** Off until somebody turns it on again. */
export async function disable(parts: StripeParts, db: Db, organizationId: string, reason: string): Promise<void> {
  const row = await db
    .updateTable('automatic_top_ups')
    .set({ enabled: false, disabled_reason: reason, updated_at: new Date(parts.clock.nowMs()) })
    .where('organization_id', '=', organizationId)
    .where('enabled', '=', true)
    .returning('crossings')
    .executeTakeFirst();
  if (row === undefined) return;
  await raiseAlert(parts, db, {
    organizationId,
    kind: 'automatic-top-up-disabled',
    subject: `${organizationId}:${row.crossings}`,
    message: `The automatic top-up was turned off: ${reason}. Save another card and turn it on again.`,
  });
}
