/** Plans that Stripe bills: its months are ours, and a month's allowance comes when its invoice is paid. */
import { post } from '../../ledger/post.ts';
import type { Clock } from '../../lib/clock.ts';
import type { SubscriptionRow } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import type { PlanChanged, PlanListener, PlanPaid } from '../stripe/plan-listener.ts';
import { databaseNow, grantAllowanceIn, grantMoreIn, lockSelling } from './plan-money.ts';
import { requirePlan } from './plans.ts';
import { prorateUpgrade } from './proration.ts';
import { endNow, insertSubscription, periodOf, runningSubscription, update } from './subscriptions.ts';
import { applyPlan } from './terms.ts';

export function stripePlans(clock: Clock): PlanListener {
  return {
    async onPlanPaid(db, paid) {
      await lockSelling(db);
      await bookFee(db, paid, clock);
      await giveAllowance(db, paid, clock);
    },
    async onPlanChanged(db, changed) {
      const status = statuses[changed.status];
      // A page that nobody has paid yet is no subscription.
      if (status === undefined) return;
      await lockSelling(db);
      await follow(db, changed, status, clock);
    },
  };
}

const statuses: Readonly<Record<string, 'active' | 'past_due' | 'cancelled'>> = {
  active: 'active',
  trialing: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
  canceled: 'cancelled',
  incomplete_expired: 'cancelled',
};

async function bookFee(db: Store['db'], paid: PlanPaid, clock: Clock): Promise<void> {
  const { organizationId, amountNanoUsd, invoiceId, planId } = paid;
  if (amountNanoUsd === 0n) return;
  const { name } = await requirePlan(db, planId);
  const periodStart = new Date(paid.periodStartMs).toISOString();
  const periodEnd = new Date(paid.periodEndMs).toISOString();
  await post(
    db,
    {
      kind: 'plan-fee',
      organizationId,
      idempotencyKey: `stripe:in:${invoiceId}`,
      entries: [
        { account: 'stripe:clearing', amountNanoUsd: -amountNanoUsd },
        { account: 'house:plans', amountNanoUsd },
      ],
      // As where the wallet pays: after an upgrade the days say that it is a part of a month.
      description: `Plan ${name}, ${periodStart.slice(0, 10)} to ${periodEnd.slice(0, 10)}`,
      reference: { invoice: invoiceId, plan: planId, periodStart, periodEnd },
    },
    clock,
  );
}

/** Of a month that is over, or of a subscription that has ended, there is nothing to give. */
async function giveAllowance(db: Store['db'], paid: PlanPaid, clock: Clock): Promise<void> {
  const row = await runningSubscription(db, paid.organizationId);
  if (row === undefined || row.pays !== 'stripe') return;
  const { startMs } = periodOf(row);
  if (paid.periodEndMs <= startMs) return;
  const plan = await requirePlan(db, paid.planId);
  if (row.allowance_plan_id === null) {
    // What an upgrade gives is a difference, so the month's own invoice comes first, in whatever order they are told.
    if (paid.periodStartMs > startMs) throw new Error(`the month of ${row.id} is not paid yet; told again later`);
    await grantAllowanceIn(db, row, plan, clock);
  } else if (row.allowance_plan_id !== plan.id) {
    const from = await requirePlan(db, row.allowance_plan_id);
    const { allowanceNanoUsd } = prorateUpgrade(from, plan, periodOf(row), paid.periodStartMs);
    await grantMoreIn(db, row, plan, allowanceNanoUsd, clock);
  }
  await update(db, row.id, { allowance_plan_id: plan.id, status: 'active', past_due_since: null });
}

async function follow(
  db: Store['db'],
  changed: PlanChanged,
  status: 'active' | 'past_due' | 'cancelled',
  clock: Clock,
): Promise<void> {
  const { organizationId, subscriptionId } = changed;
  const known = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where('stripe_subscription_id', '=', subscriptionId)
    .executeTakeFirst();
  const nowMs = await databaseNow(db);
  if (known !== undefined && known.status !== 'cancelled') {
    if (status === 'cancelled') await endNow(db, known, nowMs, clock);
    else await adjust(db, known, changed, status, nowMs);
    return;
  }
  if (status !== 'active') return;
  const other = await runningSubscription(db, organizationId);
  if (other !== undefined) await endNow(db, other, nowMs, clock);
  await begin(db, changed, known, clock);
}

/** A new one, or one that we had given up and that Stripe has been paid for after all. */
async function begin(
  db: Store['db'],
  { organizationId, planId, subscriptionId, periodStartMs, periodEndMs, cancels }: PlanChanged,
  known: SubscriptionRow | undefined,
  clock: Clock,
): Promise<void> {
  const plan = await requirePlan(db, planId);
  const period = { startMs: periodStartMs, endMs: periodEndMs };
  const made = { organizationId, plan, pays: 'stripe', anchorMs: periodStartMs, period, withAllowance: false } as const;
  const { id } = known ?? (await insertSubscription(db, { ...made, stripeSubscriptionId: subscriptionId }, clock));
  const sameMonth = known !== undefined && known.period_start.getTime() === periodStartMs;
  await update(db, id, {
    status: 'active',
    cancelled_at: null,
    plan_id: planId,
    next_plan_id: null,
    cancels,
    ...monthOf(period),
    allowance_plan_id: sameMonth ? known.allowance_plan_id : null,
  });
  await applyPlan(db, organizationId, plan);
}

async function adjust(
  db: Store['db'],
  row: SubscriptionRow,
  { planId, periodStartMs, periodEndMs, cancels }: PlanChanged,
  status: 'active' | 'past_due',
  nowMs: number,
): Promise<void> {
  const turned = row.period_start.getTime() !== periodStartMs;
  // Ordered for the next month: Stripe has it already, the organization not yet.
  const ordered = !turned && row.next_plan_id === planId;
  if (!ordered) await applyPlan(db, row.organization_id, await requirePlan(db, planId));
  await update(db, row.id, {
    status,
    past_due_since: status === 'past_due' ? (row.past_due_since ?? new Date(nowMs)) : null,
    cancels,
    ...(!ordered && { plan_id: planId }),
    ...(turned && {
      next_plan_id: null,
      allowance_plan_id: null,
      ...monthOf({ startMs: periodStartMs, endMs: periodEndMs }),
    }),
  });
}

function monthOf({ startMs, endMs }: { startMs: number; endMs: number }) {
  return { period_start: new Date(startMs), period_end: new Date(endMs) };
}
