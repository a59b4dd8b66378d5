/**
 * Turns the months of subscriptions: what was ordered for the next month holds, its fee is paid, its allowance given.
 * Months that passed whole while nobody ran this are skipped: neither paid nor given.
 */
import { sql } from 'kysely';
import { reclaim } from '../../ledger/reclaim.ts';
import { LedgerRefusal } from '../../ledger/refusal.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { SubscriptionRow } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import { databaseNow, grantAllowanceIn, lockSelling, payFeeIn } from './plan-money.ts';
import { findPlan, listPlans, type Plan, requirePlan } from './plans.ts';
import { periodAt } from './proration.ts';
import { endSubscription, feeOf, startPlan, update } from './subscriptions.ts';
import { applyPlan } from './terms.ts';

export interface GraceSettings {
  /** How long an unpaid plan goes on, without its allowance. */
  readonly graceDays: number;
  /** Then: the free plan if one is for sale, or no plan. */
  readonly afterGrace: 'free' | 'stop';
}

export const graceDefaults: GraceSettings = { graceDays: 3, afterGrace: 'free' };

export interface RollParts {
  readonly store: Pick<Store, 'db'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly grace?: GraceSettings;
}

/** More are turned by the next run. */
const rowsMax = 5_000;

/** May run at several instances at once, and as often as one likes. One that fails holds back no other. */
export async function rollSubscriptions(parts: RollParts, atMs?: number): Promise<number> {
  const { store, log } = parts;
  const nowMs = atMs ?? (await databaseNow(store.db));
  const due = await store.db
    .selectFrom('subscriptions')
    .select('id')
    .where((where) =>
      where.or([
        where.and([where('status', '<>', 'cancelled'), where('period_end', '<=', new Date(nowMs))]),
        where('status', '=', 'past_due'),
      ]),
    )
    .orderBy('period_end')
    .limit(rowsMax)
    .execute();
  let turned = 0;
  for (const { id } of due) {
    try {
      if (await rollOne(parts, id, atMs)) turned++;
    } catch (error) {
      log.error({ error, subscription: id }, 'the month of a plan could not be turned; it is tried again');
    }
  }
  return turned;
}

async function rollOne(parts: RollParts, id: string, atMs: number | undefined): Promise<boolean> {
  const { store, clock } = parts;
  await makeFree(parts, id);
  return store.db.transaction().execute(async (db) => {
    await lockSelling(db);
    const row = await db
      .selectFrom('subscriptions')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const nowMs = atMs ?? (await databaseNow(db));
    if (row.status === 'cancelled') return false;
    if (graceIsOver(parts, row, nowMs)) return demote(db, parts, row, nowMs);
    if (nowMs < row.period_end.getTime()) return row.status === 'past_due' && payLate(db, row, clock);
    if (row.pays === 'stripe') return false;
    if (row.cancels) {
      await endSubscription(db, row, nowMs);
      return true;
    }
    return turn(db, row, nowMs, clock);
  });
}

/** The fee is taken from what no gateway holds, so they are asked to give back. */
async function makeFree({ store, clock }: RollParts, id: string): Promise<void> {
  const row = await store.db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  if (row.pays !== 'wallet' || row.cancels) return;
  const { monthlyNanoUsd } = await requirePlan(store.db, row.next_plan_id ?? row.plan_id);
  if (monthlyNanoUsd === 0n) return;
  const { rows } = await sql<{ paid_usd: bigint }>`
    SELECT posted_nano_usd AS paid_usd FROM accounts WHERE id = ${`wallet:${row.organization_id}`}`.execute(store.db);
  // Gateways that hold all of too little need not be asked each minute.
  if ((rows[0]?.paid_usd ?? 0n) >= monthlyNanoUsd) {
    await reclaim(store, `wallet:${row.organization_id}`, monthlyNanoUsd, clock);
  }
}

/** A new month begins, for the plan that was ordered for it. */
async function turn(db: Store['db'], row: SubscriptionRow, nowMs: number, clock: Clock): Promise<boolean> {
  const { startMs, endMs } = periodAt(row.anchor.getTime(), nowMs);
  const plan = await requirePlan(db, row.next_plan_id ?? row.plan_id);
  const month = { plan_id: plan.id, next_plan_id: null, period_start: new Date(startMs), period_end: new Date(endMs) };
  const begun = { ...row, ...month };
  const paid = await tryToPay(db, begun, plan, clock);
  await applyPlan(db, row.organization_id, plan);
  const since = row.past_due_since ?? new Date(nowMs);
  await update(db, row.id, {
    ...month,
    status: paid ? 'active' : 'past_due',
    past_due_since: paid ? null : since,
    allowance_plan_id: paid ? plan.id : null,
  });
  if (paid) await grantAllowanceIn(db, begun, plan, clock);
  return true;
}

async function tryToPay(db: Store['db'], row: SubscriptionRow, plan: Plan, clock: Clock): Promise<boolean> {
  try {
    await payFeeIn(db, feeOf(row, plan), clock);
    return true;
  } catch (error) {
    // It was refused before anything was written, so the transaction goes on.
    if (error instanceof LedgerRefusal && error.reason === 'insufficient') return false;
    throw error;
  }
}

/** The month that runs unpaid is paid as soon as the wallet has enough. */
async function payLate(db: Store['db'], row: SubscriptionRow, clock: Clock): Promise<boolean> {
  if (row.pays === 'stripe') return false;
  const plan = await requirePlan(db, row.plan_id);
  if (!(await tryToPay(db, row, plan, clock))) return false;
  await update(db, row.id, { status: 'active', past_due_since: null, allowance_plan_id: plan.id });
  await grantAllowanceIn(db, row, plan, clock);
  return true;
}

const dayMs = 86_400_000;

/** Of Stripe's, also those of whose new month it never told us. */
function graceIsOver({ grace = graceDefaults }: RollParts, row: SubscriptionRow, nowMs: number): boolean {
  const silent = row.pays === 'stripe' ? row.period_end.getTime() : Number.POSITIVE_INFINITY;
  const since = row.past_due_since?.getTime() ?? silent;
  return nowMs >= since + grace.graceDays * dayMs;
}

async function demote(db: Store['db'], parts: RollParts, row: SubscriptionRow, nowMs: number): Promise<boolean> {
  const { clock, log, grace = graceDefaults } = parts;
  await endSubscription(db, row, nowMs);
  const free = grace.afterGrace === 'free' ? await freePlan(db) : undefined;
  if (free !== undefined) {
    await startPlan(db, { organizationId: row.organization_id, plan: free.id }, clock, nowMs);
  }
  log.warn({ organization: row.organization_id, plan: row.plan_id }, 'a plan that was not paid ended');
  return true;
}

/** The one called Free, or else the first one that costs nothing. */
async function freePlan(db: Store['db']): Promise<Plan | undefined> {
  const named = await findPlan(db, 'Free');
  if (named?.monthlyNanoUsd === 0n) return named;
  return (await listPlans(db)).find(({ monthlyNanoUsd }) => monthlyNanoUsd === 0n);
}
