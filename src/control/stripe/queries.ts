/** Reading and writing the orders. */
import type { UpdateObject } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { StripePayment } from '../../store/schema/stripe.ts';
import type { Schema } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

type Db = Store['db'];
type Changes = UpdateObject<Schema, 'stripe_payments', 'stripe_payments'>;

export function paymentOf(db: Db, id: string): Promise<StripePayment | undefined> {
  return db.selectFrom('stripe_payments').selectAll().where('id', '=', id).executeTakeFirst();
}

export function paymentOfIntent(db: Db, intentId: string): Promise<StripePayment | undefined> {
  return db.selectFrom('stripe_payments').selectAll().where('intent_id', '=', intentId).executeTakeFirst();
}

export function paymentOfSession(db: Db, sessionId: string): Promise<StripePayment | undefined> {
  return db.selectFrom('stripe_payments').selectAll().where('session_id', '=', sessionId).executeTakeFirst();
}

export function lockPayment(db: Db, id: string): Promise<StripePayment> {
  return db.selectFrom('stripe_payments').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Also notes that Stripe was asked just now. */
export async function updatePayment(
  db: Db,
  { id }: Pick<StripePayment, 'id'>,
  changes: Changes,
  clock: Clock,
): Promise<void> {
  await db
    .updateTable('stripe_payments')
    .set({ ...changes, checked_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .execute();
}

export interface PaymentFilter {
  readonly organizationId?: string;
  readonly limit: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export function listPayments(db: Db, { organizationId, limit, after }: PaymentFilter): Promise<StripePayment[]> {
  let query = db.selectFrom('stripe_payments').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (after !== undefined) query = query.where('id', '<', after);
  return query.execute();
}
