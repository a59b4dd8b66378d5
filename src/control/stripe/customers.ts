/** Stripe's customer of an organization, made when the organization first comes near a payment. */
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { tryAgain } from './declines.ts';
import type { StripeParts } from './parts.ts';

/** Throws Refusal for an organization that is not there, and Stripe's errors. */
export async function ensureCustomer(parts: StripeParts, organizationId: string): Promise<string> {
  const { store, stripe } = parts;
  const known = await customerOf(parts, organizationId);
  if (known !== undefined) return known;
  const organization = await store.db
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', organizationId)
    .executeTakeFirst();
  if (organization === undefined) {
    throw new Refusal(`There is no organization ${organizationId}.`, 'List them, and use an id from the list.');
  }
  const made = await stripe.customers.create(
    { name: organization.name, metadata: { tollgate_organization: organizationId } },
    // Two at the same time get the same customer.
    { idempotencyKey: `tollgate:customer:${organizationId}` },
  );
  await store.db
    .insertInto('stripe_customers')
    .values({ organization_id: organizationId, customer_id: made.id })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .execute();
  return (await customerOf(parts, organizationId)) ?? made.id;
}

async function customerOf({ store }: StripeParts, organizationId: string): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('stripe_customers')
    .select('customer_id')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row?.customer_id;
}

/** From now on this card is charged automatically; invoices that another one could not pay are tried again. */
export async function saveCard({ store, clock }: StripeParts, customerId: string, cardId: string): Promise<void> {
  await store.db.transaction().execute(async (db) => {
    const changed = await db
      .updateTable('stripe_customers')
      .set({ card_id: cardId })
      .where('customer_id', '=', customerId)
      .where('card_id', 'is distinct from', cardId)
      .returning('organization_id')
      .executeTakeFirst();
    if (changed !== undefined) await tryAgain(db, changed.organization_id, clock);
  });
}

/** The card and its customer. */
export async function savedCard(db: Store['db'], organizationId: string) {
  const row = await db
    .selectFrom('stripe_customers')
    .select(['customer_id', 'card_id'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row?.card_id ? { customer: row.customer_id, card: row.card_id } : undefined;
}
