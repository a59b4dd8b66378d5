/**
 * Organizations and their plans. A dearer plan holds at once, for the difference; a cheaper one from the next month on.
 * Everything here runs in the caller's transaction; `atMs` is the database's time.
 */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import { formatUsd } from '../../lib/money.ts';
import type { Pays, SubscriptionRow, SubscriptionStatus } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import {
  allowanceOf,
  databaseNow,
  endAllowanceIn,
  grantAllowanceIn,
  grantMoreIn,
  lockSelling,
  payBackIn,
  payFeeIn,
} from './plan-money.ts';
import { findPlan, type Plan, requirePlan } from './plans.ts';
import { monthsAfter, type Period, prorateCancel, prorateUpgrade, type Upgrade } from './proration.ts';
import { applyPlan, dropPlan } from './terms.ts';

export interface Subscription {
  readonly id: string;
  readonly organizationId: string;
  readonly planId: string;
  /** The plan from the next month on, where it is another one. */
  readonly nextPlanId?: string;
  readonly status: SubscriptionStatus;
  readonly pays: Pays;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
  /** It ends with its month. */
  readonly cancels: boolean;
  readonly pastDueSinceMs?: number;
  readonly cancelledAtMs?: number;
  readonly createdAtMs: number;
}

export interface StartRequest {
  readonly organizationId: string;
  /** Id or name. */
  readonly plan: string;
  /** Default `wallet`. */
  readonly pays?: Exclude<Pays, 'stripe'>;
}

/** Pays the first month and gives its allowance. Throws Refusal, and LedgerRefusal when the wallet has too little. */
export async function startPlan(
  db: Store['db'],
  { organizationId, plan: which, pays = 'wallet' }: StartRequest,
  clock: Clock,
  atMs?: number,
): Promise<Subscription> {
  await lockSelling(db);
  const plan = await planForSale(db, which);
  const running = await runningSubscription(db, organizationId);
  if (running !== undefined) {
    throw new Refusal('The organization has a plan already.', 'Change it, or cancel it at once first.');
  }
  const anchorMs = wholeSecond(atMs ?? (await databaseNow(db)));
  const row = await insertSubscription(db, { organizationId, plan, pays, anchorMs }, clock);
  await payFeeIn(db, feeOf(row, plan), clock);
  if (plan.monthlyNanoUsd > 0n || !(await hadAllowance(db, row))) await grantAllowanceIn(db, row, plan, clock);
  await applyPlan(db, organizationId, plan);
  return toSubscription(row);
}

export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

/** Ending a free plan and starting it again gives nothing before the month of the first one is over. */
async function hadAllowance(db: Store['db'], { id, organization_id, anchor }: SubscriptionRow): Promise<boolean> {
  const earlier = await db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', organization_id)
    .where('id', '<>', id)
    .where('period_end', '>', anchor)
    .where('allowance_plan_id', 'is not', null)
    .executeTakeFirst();
  return earlier !== undefined;
}

export interface NewSubscription {
  readonly organizationId: string;
  readonly plan: Plan;
  readonly pays: Pays;
  readonly anchorMs: number;
  readonly stripeSubscriptionId?: string;
  /** Default: a month from the anchor. */
  readonly period?: Period;
  /** Default true. */
  readonly withAllowance?: boolean;
}

export function insertSubscription(db: Store['db'], made: NewSubscription, clock: Clock): Promise<SubscriptionRow> {
  const { organizationId, plan, pays, anchorMs, stripeSubscriptionId, withAllowance = true } = made;
  const { startMs, endMs } = made.period ?? { startMs: anchorMs, endMs: monthsAfter(anchorMs, 1) };
  return db
    .insertInto('subscriptions')
    .values({
      id: newId('sub', clock.nowMs()),
      organization_id: organizationId,
      plan_id: plan.id,
      status: 'active',
      pays,
      stripe_subscription_id: stripeSubscriptionId ?? null,
      anchor: new Date(anchorMs),
      period_start: new Date(startMs),
      period_end: new Date(endMs),
      allowance_plan_id: withAllowance ? plan.id : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The fee of a subscription's present month. */
export function feeOf(row: SubscriptionRow, plan: Plan) {
  const start = row.period_start.toISOString();
  return {
    organizationId: row.organization_id,
    pays: row.pays,
    amountNanoUsd: plan.monthlyNanoUsd,
    idempotencyKey: `plan-fee:${row.id}:${start}`,
    description: `Plan ${plan.name}, ${start.slice(0, 10)} to ${row.period_end.toISOString().slice(0, 10)}`,
    reference: { subscription: row.id, plan: plan.id, periodStart: start, periodEnd: row.period_end.toISOString() },
  };
}

export interface ChangePreview {
  /** At once, or from `periodEndMs` on. */
  readonly when: 'now' | 'period-end';
  readonly plan: Plan;
  /** Name this moment with the change, and it costs exactly this. */
  readonly prorationAtMs: number;
  readonly periodEndMs: number;
  /** Nothing for a change at the end of the month. */
  readonly proration: Upgrade;
}

const nothing: Upgrade = { creditNanoUsd: 0n, chargeNanoUsd: 0n, dueNanoUsd: 0n, allowanceNanoUsd: 0n };
/** As long a preview holds. */
const previewMs = 10 * 60_000;

/** What a change would cost. `prorationAtMs`: that of an earlier preview. Throws Refusal. */
export async function previewChange(
  db: Store['db'],
  organizationId: string,
  which: string,
  { prorationAtMs, atMs }: { readonly prorationAtMs?: number | undefined; readonly atMs?: number } = {},
): Promise<ChangePreview> {
  const row = await requireSubscription(db, organizationId);
  const [from, to] = [await requirePlan(db, row.plan_id), await planForSale(db, which)];
  const nowMs = atMs ?? (await databaseNow(db));
  const moment = checkMoment(row, wholeSecond(prorationAtMs ?? nowMs), nowMs);
  const later = to.monthlyNanoUsd <= from.monthlyNanoUsd;
  return {
    when: later ? 'period-end' : 'now',
    plan: to,
    prorationAtMs: moment,
    periodEndMs: row.period_end.getTime(),
    proration: later ? nothing : prorateUpgrade(from, to, periodOf(row), moment),
  };
}

function checkMoment(row: SubscriptionRow, moment: number, nowMs: number): number {
  const { startMs, endMs } = periodOf(row);
  if (moment <= nowMs && moment > nowMs - previewMs && moment < endMs) return Math.max(moment, startMs);
  throw new Refusal(
    `${new Date(moment).toISOString()} is no time at which the plan can change.`,
    'Ask for a preview again, and change within ten minutes of it.',
  );
}

/**
 * The money of an upgrade is paid from the wallet, or put on the bill; what Stripe bills is changed there. Throws Refusal,
 * and LedgerRefusal when the wallet has too little.
 */
export async function changePlan(
  db: Store['db'],
  organizationId: string,
  which: string,
  { prorationAtMs, atMs }: { readonly prorationAtMs?: number | undefined; readonly atMs?: number },
  clock: Clock,
): Promise<Subscription> {
  await lockSelling(db);
  const row = await requireSubscription(db, organizationId);
  const options = { prorationAtMs, ...(atMs !== undefined && { atMs }) };
  const { when, plan, proration } = await previewChange(db, organizationId, which, options);
  if (when === 'period-end') {
    // Staying is a change too: it takes back what was to come.
    const next = plan.id === row.plan_id ? null : plan.id;
    return update(db, row.id, { next_plan_id: next, cancels: false });
  }
  if (row.pays === 'stripe') throw new Refusal('Stripe bills this plan.', 'Change it there.');
  if (row.status === 'past_due') {
    throw new Refusal('The present month of the plan is not paid.', 'Pay it first: top the wallet up.');
  }
  const fee = {
    ...feeOf(row, plan),
    amountNanoUsd: proration.dueNanoUsd,
    idempotencyKey: `plan-change:${row.id}:${row.period_start.toISOString()}:${plan.id}`,
    description: `Change to the plan ${plan.name} until ${row.period_end.toISOString().slice(0, 10)}`,
  };
  await payFeeIn(db, fee, clock);
  await grantMoreIn(db, row, plan, proration.allowanceNanoUsd, clock);
  await applyPlan(db, organizationId, plan);
  return update(db, row.id, { plan_id: plan.id, allowance_plan_id: plan.id, next_plan_id: null, cancels: false });
}

export interface Cancelled {
  readonly subscription: Subscription;
  /** Paid back into the wallet, or taken off the bill. */
  readonly paidBackNanoUsd: bigint;
}

/** At the end of the month, or at once with the unused part paid back. Throws Refusal. */
export async function cancelPlan(
  db: Store['db'],
  organizationId: string,
  when: 'period-end' | 'now',
  clock: Clock,
  atMs?: number,
): Promise<Cancelled> {
  await lockSelling(db);
  const row = await requireSubscription(db, organizationId);
  if (when === 'period-end') {
    return {
      subscription: await update(db, row.id, { cancels: true, next_plan_id: null }),
      paidBackNanoUsd: 0n,
    };
  }
  return endNow(db, row, atMs ?? (await databaseNow(db)), clock);
}

/** What is unused of a paid month is paid back, its allowance ends, and the organization spends its wallet. */
export async function endNow(db: Store['db'], row: SubscriptionRow, nowMs: number, clock: Clock): Promise<Cancelled> {
  const plan = await requirePlan(db, row.plan_id);
  const { grantedNanoUsd } = await allowanceOf(db, row);
  const leftNanoUsd = await endAllowanceIn(db, row, nowMs, clock);
  // A month that is not paid has nothing to pay back.
  const paidBackNanoUsd =
    row.allowance_plan_id === null
      ? 0n
      : prorateCancel(plan.monthlyNanoUsd, periodOf(row), nowMs, { grantedNanoUsd, leftNanoUsd });
  const fee = {
    ...feeOf(row, plan),
    amountNanoUsd: paidBackNanoUsd,
    idempotencyKey: `plan-end:${row.id}:${row.period_start.toISOString()}`,
    description: `Unused part of the plan ${plan.name}`,
  };
  await payBackIn(db, fee, clock);
  return { subscription: await endSubscription(db, row, nowMs), paidBackNanoUsd };
}

/** Without money: its organization spends its wallet from now on. */
export async function endSubscription(db: Store['db'], row: SubscriptionRow, atMs: number): Promise<Subscription> {
  await dropPlan(db, row.organization_id);
  return update(db, row.id, {
    status: 'cancelled',
    cancelled_at: new Date(atMs),
    past_due_since: null,
    next_plan_id: null,
  });
}

export async function listSubscriptions(
  db: Store['db'],
  filter: { readonly organizationId?: string; readonly limit?: number; readonly after?: string } = {},
): Promise<readonly Subscription[]> {
  const { organizationId, limit = 1_000, after } = filter;
  let query = db.selectFrom('subscriptions').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (after !== undefined) query = query.where('id', '<', after);
  return (await query.execute()).map(toSubscription);
}

export function runningSubscription(db: Store['db'], organizationId: string): Promise<SubscriptionRow | undefined> {
  return db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('status', '<>', 'cancelled')
    .executeTakeFirst();
}

export async function requireSubscription(db: Store['db'], organizationId: string): Promise<SubscriptionRow> {
  const row = await runningSubscription(db, organizationId);
  if (row === undefined) throw new Refusal('The organization has no plan.', 'Start one first.');
  return row;
}

/** By id or name, and not ended. Throws Refusal. */
export async function planForSale(db: Store['db'], which: string): Promise<Plan> {
  const plan = await findPlan(db, which);
  if (plan !== undefined && plan.endedAtMs === undefined) return plan;
  const sold = await db.selectFrom('plans').select('name').where('ended_at', 'is', null).limit(20).execute();
  const names = sold.map(({ name }) => name).join(', ');
  throw new Refusal(`There is no plan ${JSON.stringify(which.slice(0, 100))} for sale.`, `There are: ${names}.`);
}

export function periodOf({ period_start, period_end }: SubscriptionRow): Period {
  return { startMs: period_start.getTime(), endMs: period_end.getTime() };
}

/** What stands in a subscription's row beside what never changes. */
export type SubscriptionChange = Partial<Omit<SubscriptionRow, 'id' | 'organization_id' | 'created_at'>>;

export async function update(db: Store['db'], id: string, change: SubscriptionChange): Promise<Subscription> {
  const row = await db
    .updateTable('subscriptions')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toSubscription(row);
}

export function toSubscription(row: SubscriptionRow): Subscription {
  return {
    id: row.id,
    organizationId: row.organization_id,
    planId: row.plan_id,
    status: row.status,
    pays: row.pays,
    periodStartMs: row.period_start.getTime(),
    periodEndMs: row.period_end.getTime(),
    cancels: row.cancels,
    createdAtMs: row.created_at.getTime(),
    ...(row.next_plan_id !== null && { nextPlanId: row.next_plan_id }),
    ...(row.past_due_since !== null && { pastDueSinceMs: row.past_due_since.getTime() }),
    ...(row.cancelled_at !== null && { cancelledAtMs: row.cancelled_at.getTime() }),
  };
}

/** For people: what they would pay. */
export function describeChange({ when, plan, proration, periodEndMs }: ChangePreview): string {
  if (when === 'period-end') return `${plan.name} from ${new Date(periodEndMs).toISOString().slice(0, 10)} on`;
  return `${plan.name} at once, for ${formatUsd(proration.dueNanoUsd)}`;
}
