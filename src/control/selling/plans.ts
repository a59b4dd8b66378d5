/** Plans as people sell them. What a plan says never changes: a new one of its name is sold instead, who has it keeps it. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import { formatUsd } from '../../lib/money.ts';
import type { Limits } from '../../snapshot/snapshot.ts';
import type { Overage, PlanRow } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import { checkModels } from '../keys/keys.ts';
import { checkLimits, sameLimits } from '../limits.ts';
import { checkName } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { checkMarkup } from './sale-prices.ts';

export interface PlanTerms {
  readonly name: string;
  /** Whole cents; 0: free. */
  readonly monthlyNanoUsd: bigint;
  /** Credit of each month, which ends with it. */
  readonly allowanceNanoUsd: bigint;
  /** When the allowance is used up: nothing more, the wallet pays, or a bill later. */
  readonly overage: Overage;
  /** Of all keys of the organization together; its own limits hold too. */
  readonly limits?: Limits;
  /** Patterns that narrow those of each key; absent: all models. */
  readonly models?: readonly string[];
  /** On the cost of every model for which the organization has no price of its own. Absent: what everybody pays. */
  readonly markupBasisPoints?: number;
}

export interface Plan extends PlanTerms {
  readonly id: string;
  readonly createdAtMs: number;
  /** It is not sold any more. */
  readonly endedAtMs?: number;
}

const centNanoUsd = 10_000_000n;
const monthlyNanoUsdMax = 1_000_000_000_000_000n;

/** In the caller's transaction; a plan of that name that is for sale ends. The same again changes nothing. Throws Refusal. */
export async function createPlan(db: Store['db'], terms: PlanTerms, clock: Clock): Promise<Plan> {
  const values = {
    name: checkName('a plan', terms.name),
    monthly_nano_usd: checkAmount('A monthly price', terms.monthlyNanoUsd, centNanoUsd),
    allowance_nano_usd: checkAmount('An allowance', terms.allowanceNanoUsd, 1n),
    overage: terms.overage,
    limits: checkLimits(terms.limits),
    models: checkModels(terms.models),
    markup_basis_points: terms.markupBasisPoints === undefined ? null : checkMarkup(terms.markupBasisPoints),
  };
  const known = await findPlan(db, values.name);
  if (known !== undefined && known.name === values.name && isSame(known, values)) return known;
  if (known !== undefined) await endPlan(db, known.id, clock);
  const row = await db
    .insertInto('plans')
    .values({ id: newId('plan', clock.nowMs()), ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toPlan(row);
}

function checkAmount(what: string, nanoUsd: bigint, unit: bigint): bigint {
  if (nanoUsd >= 0n && nanoUsd <= monthlyNanoUsdMax && nanoUsd % unit === 0n) return nanoUsd;
  const remedy = `Use $0 to ${formatUsd(monthlyNanoUsdMax)}${unit === 1n ? '' : ' in whole cents'}.`;
  throw new Refusal(`${what} of ${formatUsd(nanoUsd)} cannot be.`, remedy);
}

function isSame(plan: Plan, values: Pick<PlanRow, 'monthly_nano_usd' | 'allowance_nano_usd' | 'overage'> & Rest) {
  return (
    plan.monthlyNanoUsd === values.monthly_nano_usd &&
    plan.allowanceNanoUsd === values.allowance_nano_usd &&
    plan.overage === values.overage &&
    sameLimits(plan.limits, values.limits) &&
    JSON.stringify(plan.models ?? null) === JSON.stringify(values.models) &&
    (plan.markupBasisPoints ?? null) === values.markup_basis_points
  );
}

interface Rest {
  readonly limits: Limits | null;
  readonly models: readonly string[] | null;
  readonly markup_basis_points: number | null;
}

/** Nobody can subscribe to it any more. Undefined: no such plan. */
export async function endPlan(db: Store['db'], id: string, clock: Clock): Promise<Plan | undefined> {
  await db
    .updateTable('plans')
    .set({ ended_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
  return findPlan(db, id);
}

/** By id, ended or not; by name (in any case), if it is for sale. */
export async function findPlan(db: Store['db'], which: string): Promise<Plan | undefined> {
  const row = await db
    .selectFrom('plans')
    .selectAll()
    .where((where) =>
      where.or([
        where('id', '=', which),
        where.and([
          where(where.fn<string>('lower', ['name']), '=', which.toLowerCase()),
          where('ended_at', 'is', null),
        ]),
      ]),
    )
    .orderBy((order) => order('id', '=', which), 'desc')
    .executeTakeFirst();
  return row && toPlan(row);
}

/** By id; what a subscription names is always there. */
export async function requirePlan(db: Store['db'], id: string): Promise<Plan> {
  return toPlan(await db.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
}

export interface PlanFilter {
  readonly includeEnded?: boolean;
}

const plansMax = 1_000;

/** The cheapest first. */
export async function listPlans(db: Store['db'], { includeEnded = false }: PlanFilter = {}): Promise<readonly Plan[]> {
  let query = db.selectFrom('plans').selectAll().orderBy('monthly_nano_usd').orderBy('id').limit(plansMax);
  if (!includeEnded) query = query.where('ended_at', 'is', null);
  return (await query.execute()).map(toPlan);
}

function toPlan(row: PlanRow): Plan {
  return {
    id: row.id,
    name: row.name,
    monthlyNanoUsd: row.monthly_nano_usd,
    allowanceNanoUsd: row.allowance_nano_usd,
    overage: row.overage,
    createdAtMs: row.created_at.getTime(),
    ...(row.limits !== null && { limits: row.limits }),
    ...(row.models !== null && { models: row.models }),
    ...(row.markup_basis_points !== null && { markupBasisPoints: row.markup_basis_points }),
    ...(row.ended_at !== null && { endedAtMs: row.ended_at.getTime() }),
  };
}
