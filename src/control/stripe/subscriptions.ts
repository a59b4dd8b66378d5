/** Plans that are paid monthly: Stripe bills and renews, the feature that sells plans hears what was paid. */
import type Stripe from 'stripe';
import { Refusal } from '../refusal.ts';
import { centsFromNano, nanoFromCents } from './amount.ts';
import { type Checkout, openCheckout, type ReturnUrls } from './checkout.ts';
import { saveCard } from './customers.ts';
import { errors } from './errors.ts';
import { idOf } from './identifier.ts';
import { currency, type StripeParts } from './parts.ts';

export interface SoldPlan {
  readonly id: string;
  /** On the customer's bill. */
  readonly name: string;
  /** Whole cents, above nothing. */
  readonly monthlyNanoUsd: bigint;
}

export interface SubscriptionRequest extends ReturnUrls {
  readonly organizationId: string;
  readonly plan: SoldPlan;
}

/** A page on which a person pays the first month. Throws Refusal and Stripe's errors. */
export async function startSubscription(parts: StripeParts, request: SubscriptionRequest): Promise<Checkout> {
  const { organizationId, plan } = request;
  if ((await runningSubscription(parts, organizationId)) !== undefined) {
    throw new Refusal('The organization has a plan already.', 'Change it, or cancel it first.');
  }
  const price = await ensurePrice(parts, plan);
  const more: Stripe.Checkout.SessionCreateParams = {
    mode: 'subscription',
    line_items: [{ price, quantity: 1 }],
    subscription_data: { metadata: { tollgate_organization: organizationId, tollgate_plan: plan.id } },
  };
  return openCheckout(parts, request, 'plan', plan.monthlyNanoUsd, more, plan.id);
}

/**
 * Another plan. From `now` on, the difference for the rest of the month is billed at once; from the `next` month on,
 * nothing is before that. `idempotencyKey`: changes once.
 */
export async function changeSubscription(
  parts: StripeParts,
  organizationId: string,
  plan: SoldPlan,
  idempotencyKey: string,
  from: 'now' | 'next' = 'now',
): Promise<void> {
  const { stripe } = parts;
  const { id } = await requireSubscription(parts, organizationId);
  const price = await ensurePrice(parts, plan);
  const item = (await stripe.subscriptions.retrieve(id)).items.data[0];
  if (item === undefined) throw new Error(`the subscription ${id} has no item`);
  await stripe.subscriptions.update(
    id,
    {
      items: [{ id: item.id, price }],
      proration_behavior: from === 'now' ? 'always_invoice' : 'none',
      metadata: { tollgate_plan: plan.id },
    },
    { idempotencyKey: `tollgate:change:${id}:${idempotencyKey}` },
  );
  await refreshSubscription(parts, id);
}

export async function cancelSubscription(
  parts: StripeParts,
  organizationId: string,
  when: 'period-end' | 'now',
): Promise<void> {
  const { id } = await requireSubscription(parts, organizationId);
  if (when === 'now') await parts.stripe.subscriptions.cancel(id);
  else await parts.stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await refreshSubscription(parts, id);
}

async function runningSubscription({ store }: StripeParts, organizationId: string) {
  return store.db
    .selectFrom('stripe_subscriptions')
    .select(['id', 'plan_id'])
    .where('organization_id', '=', organizationId)
    .where('status', 'in', ['active', 'past_due', 'trialing', 'unpaid'])
    .executeTakeFirst();
}

async function requireSubscription(parts: StripeParts, organizationId: string) {
  const found = await runningSubscription(parts, organizationId);
  if (found === undefined) throw new Refusal('The organization has no plan.', 'Start one first.');
  return found;
}

/** Stripe's price of a plan is found by the plan and its amount: another amount is another price. */
async function ensurePrice(parts: StripeParts, plan: SoldPlan): Promise<string> {
  const { stripe } = parts;
  const cents = centsFromNano(plan.monthlyNanoUsd);
  const lookupKey = `tollgate:${plan.id}:${cents}`;
  const find = async () => (await stripe.prices.list({ lookup_keys: [lookupKey], limit: 1 })).data[0]?.id;
  const found = await find();
  if (found !== undefined) return found;
  const product = await ensureProduct(parts, plan);
  const made = await stripe.prices.create(
    { product, currency, unit_amount: cents, recurring: { interval: 'month' }, lookup_key: lookupKey },
    { idempotencyKey: `tollgate:price:${plan.id}:${cents}` },
  );
  return made.id;
}

async function ensureProduct({ stripe }: StripeParts, plan: SoldPlan): Promise<string> {
  const id = `tollgate_plan_${plan.id.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
  try {
    await stripe.products.create({ id, name: plan.name });
  } catch (error) {
    if (!(error instanceof errors.StripeInvalidRequestError) || error.code !== 'resource_already_exists') throw error;
  }
  return id;
}

/** Which organization and plan it is, is known by our own order of the page it began on. */
export async function refreshSubscription(parts: StripeParts, id: string): Promise<'settled' | 'unknown'> {
  const askedAt = new Date(parts.clock.nowMs());
  const subscription = await parts.stripe.subscriptions.retrieve(id);
  const owner = await ownerOf(parts, subscription);
  if (owner === undefined) return 'unknown';
  const item = subscription.items.data[0];
  if (item === undefined) return 'settled';
  const planId = planOfPrice(item.price) ?? owner.planId;
  const period = { startMs: item.current_period_start * 1_000, endMs: item.current_period_end * 1_000 };
  const { status, cancel_at_period_end: cancels } = subscription;
  await parts.store.db.transaction().execute(async (db) => {
    const values = {
      plan_id: planId,
      status,
      cancels,
      period_start: new Date(period.startMs),
      period_end: new Date(period.endMs),
      updated_at: askedAt,
    };
    const written = await db
      .insertInto('stripe_subscriptions')
      .values({ id, organization_id: owner.organizationId, ...values })
      // Somebody who asked later knows better.
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(values).where('stripe_subscriptions.updated_at', '<=', askedAt),
      )
      .returning('id')
      .executeTakeFirst();
    if (written === undefined) return;
    await parts.plans.onPlanChanged(db, {
      organizationId: owner.organizationId,
      planId,
      subscriptionId: id,
      status,
      cancels,
      periodStartMs: period.startMs,
      periodEndMs: period.endMs,
    });
  });
  await saveFirstCard(parts, subscription);
  return 'settled';
}

/** The card that pays a plan pays its invoices too, unless its owner has saved another one. */
async function saveFirstCard(parts: StripeParts, subscription: Stripe.Subscription): Promise<void> {
  const [customer, card] = [idOf(subscription.customer), idOf(subscription.default_payment_method)];
  if (customer === undefined || card === undefined || subscription.status !== 'active') return;
  const known = await parts.store.db
    .selectFrom('stripe_customers')
    .select('card_id')
    .where('customer_id', '=', customer)
    .executeTakeFirst();
  if (known?.card_id === null) await saveCard(parts, customer, card);
}

/** `tollgate:<plan>:<cents>` */
function planOfPrice({ lookup_key: key }: Stripe.Price): string | undefined {
  return /^tollgate:(.+):\d+$/.exec(key ?? '')?.[1];
}

async function ownerOf(
  { store, stripe }: StripeParts,
  { id, customer }: Stripe.Subscription,
): Promise<{ readonly organizationId: string; readonly planId: string } | undefined> {
  const known = await store.db
    .selectFrom('stripe_subscriptions')
    .select(['organization_id', 'plan_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (known !== undefined) return { organizationId: known.organization_id, planId: known.plan_id };
  const { data } = await stripe.checkout.sessions.list({ subscription: id, limit: 1 });
  const order = await store.db
    .selectFrom('stripe_payments')
    .select(['organization_id', 'plan_id', 'customer_id'])
    .where('session_id', '=', data[0]?.id ?? '')
    .where('kind', '=', 'plan')
    .executeTakeFirst();
  if (order?.plan_id == null || order.customer_id !== idOf(customer)) return undefined;
  return { organizationId: order.organization_id, planId: order.plan_id };
}

/** A paid invoice is told once, with the period that it pays for. */
export async function refreshInvoice(
  parts: StripeParts,
  invoiceId: string,
): Promise<'settled' | 'unknown' | 'foreign'> {
  const { store, plans, livemode } = parts;
  const invoice = await parts.stripe.invoices.retrieve(invoiceId);
  const subscriptionId = idOf(invoice.parent?.subscription_details?.subscription);
  if (subscriptionId === undefined || invoice.livemode !== livemode || invoice.currency !== currency) return 'foreign';
  if (invoice.status !== 'paid') return 'settled';
  if ((await refreshSubscription(parts, subscriptionId)) === 'unknown') return 'unknown';
  const line = newestLine(invoice);
  if (line === undefined) return 'settled';
  const amountNanoUsd = nanoFromCents(invoice.amount_paid);
  const paidPlan = await planOfLine(parts, line);
  await store.db.transaction().execute(async (db) => {
    const owner = await db
      .selectFrom('stripe_subscriptions')
      .select(['organization_id', 'plan_id'])
      .where('id', '=', subscriptionId)
      .executeTakeFirstOrThrow();
    const planId = paidPlan ?? owner.plan_id;
    const told = await db
      .insertInto('stripe_invoices')
      .values({ id: invoiceId, subscription_id: subscriptionId, plan_id: planId, amount_nano_usd: amountNanoUsd })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (told === undefined) return;
    await plans.onPlanPaid(db, {
      organizationId: owner.organization_id,
      planId,
      periodStartMs: line.period.start * 1_000,
      periodEndMs: line.period.end * 1_000,
      invoiceId,
      amountNanoUsd,
    });
  });
  return 'settled';
}

async function planOfLine({ stripe }: StripeParts, line: Stripe.InvoiceLineItem): Promise<string | undefined> {
  const price = idOf(line.pricing?.price_details?.price);
  return price === undefined ? undefined : planOfPrice(await stripe.prices.retrieve(price));
}

/** Of an upgrade's lines the one that is paid, not the one that is given back. */
function newestLine(invoice: Stripe.Invoice): Stripe.InvoiceLineItem | undefined {
  return invoice.lines.data.filter(({ amount }) => amount >= 0).toSorted((a, b) => b.period.end - a.period.end)[0];
}
