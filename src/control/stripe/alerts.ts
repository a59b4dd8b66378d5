/** What somebody has to look at: kept once for each subject, whoever sends it on. */
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import type { StripeParts } from './parts.ts';

export interface PaymentAlert {
  readonly organizationId: string;
  readonly kind:
    | 'payment-refused'
    | 'payment-disputed'
    | 'automatic-top-up-declined'
    | 'automatic-top-up-disabled'
    | 'invoice-payment-declined'
    | 'invoice-collection-stopped';
  /** What it is about: the same subject is told once. */
  readonly subject: string;
  /** Whole sentences: what happened, and what to do. */
  readonly message: string;
}

/** In the caller's transaction. */
export async function raiseAlert(
  { clock, log }: Pick<StripeParts, 'clock' | 'log'>,
  db: Store['db'],
  { organizationId, kind, subject, message }: PaymentAlert,
): Promise<void> {
  const raised = await db
    .insertInto('payment_alerts')
    .values({ id: newId('al', clock.nowMs()), organization_id: organizationId, kind, subject, message })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (raised !== undefined) log.warn({ organizationId, kind, subject }, 'a payment needs somebody to look at it');
}
