/** Starting, changing and ending plans that Stripe bills: Stripe is told, and what it says then holds here too. */
import type { SubscriptionRow } from '../../store/schema/selling.ts';
import type { ApiParts } from '../api/route.ts';
import { Refusal } from '../refusal.ts';
import type { Checkout, ReturnUrls } from '../stripe/checkout.ts';
import { askStripe } from '../stripe/routes.ts';
import { cancelSubscription, changeSubscription, startSubscription } from '../stripe/subscriptions.ts';
import { type Plan, requirePlan } from './plans.ts';
import { type Cancelled, type Subscription, toSubscription, update } from './subscriptions.ts';

/** A page on which the first month is paid. Throws Refusal and ApiFailure. */
export function subscribeAtStripe(
  parts: ApiParts,
  organizationId: string,
  plan: Plan,
  urls: ReturnUrls,
): Promise<Checkout> {
  if (plan.monthlyNanoUsd === 0n) {
    throw new Refusal(`The plan ${plan.name} costs nothing, so there is nothing to pay.`, 'Start it without Stripe.');
  }
  return askStripe(parts, (stripe) => startSubscription(stripe, { organizationId, plan, ...urls }));
}

/** Dearer: at once, and Stripe bills the difference. Else from the next month on. */
export async function changeAtStripe(
  parts: ApiParts,
  row: SubscriptionRow,
  to: Plan,
  idempotencyKey: string,
): Promise<Subscription> {
  const { db } = parts.store;
  if (to.monthlyNanoUsd === 0n) {
    const remedy = 'Cancel at the end of the month, and start the free plan then.';
    throw new Refusal(`Stripe cannot bill the plan ${to.name}, which costs nothing.`, remedy);
  }
  // Nothing is to be done, or it was done before an answer got lost: the same key would stand for another request.
  if (to.id === row.plan_id && row.next_plan_id === null) return toSubscription(row);
  const from = await requirePlan(db, row.plan_id);
  const dearer = to.monthlyNanoUsd > from.monthlyNanoUsd;
  // Known before Stripe tells of it, so that it is not taken for a change that holds now.
  if (!dearer) await update(db, row.id, { next_plan_id: to.id === row.plan_id ? null : to.id });
  const when = dearer ? 'now' : 'next';
  await askStripe(parts, (stripe) => changeSubscription(stripe, row.organization_id, to, idempotencyKey, when));
  return reread(parts, row.id);
}

export async function cancelAtStripe(
  parts: ApiParts,
  row: SubscriptionRow,
  when: 'period-end' | 'now',
): Promise<Cancelled> {
  await askStripe(parts, (stripe) => cancelSubscription(stripe, row.organization_id, when));
  const subscription = await reread(parts, row.id);
  const paidBack = await parts.store.db
    .selectFrom('transfers')
    .innerJoin('entries', 'entries.transfer_id', 'transfers.id')
    .select('entries.amount_nano_usd')
    .where('transfers.idempotency_key', '=', `plan-end:${row.id}:${row.period_start.toISOString()}`)
    .where('entries.amount_nano_usd', '>', 0n)
    .executeTakeFirst();
  return { subscription, paidBackNanoUsd: paidBack?.amount_nano_usd ?? 0n };
}

async function reread({ store }: ApiParts, id: string): Promise<Subscription> {
  return toSubscription(
    await store.db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  );
}
