/** Automatic charges that a bank refused: how often, how long to wait, and when to stop. */
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
  const pauseMs = declinePauseMs * 4 ** (declines - 1);
  await db
    .updateTable('automatic_top_ups')
    .set({ declines, next_try_at: new Date(parts.clock.nowMs() + pauseMs) })
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
