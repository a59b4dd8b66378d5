/** How an organization pays, and by which clock its budgets' windows turn. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { type Billing, type OrganizationInfo, toInfo } from './info.ts';

/** In the order of their names. */
export async function listBilling(db: Store['db']): Promise<readonly OrganizationInfo[]> {
  return (await db.selectFrom('organizations').selectAll().orderBy('name').execute()).map(toInfo);
}

const namesMax = 1_000;

/** By name, or by id. Without a match, names that may have been meant. */
export async function findByName(
  db: Store['db'],
  which: string,
): Promise<{ readonly id?: string; readonly names: readonly string[] }> {
  const found = await db
    .selectFrom('organizations')
    .select(['id', 'name'])
    .where((where) => where.or([where('name', '=', which.trim().normalize('NFC')), where('id', '=', which)]))
    // A name that looks like an id of another must not win over it.
    .orderBy((order) => order('id', '=', which), 'desc')
    .executeTakeFirst();
  if (found !== undefined) return { id: found.id, names: [found.name] };
  const all = await db.selectFrom('organizations').select('name').orderBy('name').limit(namesMax).execute();
  return { names: all.map(({ name }) => name) };
}

export interface BillingChange {
  readonly billing?: Billing;
  /** A name of the IANA data base: Europe/Berlin. */
  readonly timeZone?: string;
}

/**
 * `metered` counts and bills later; `prepaid` spends credit, then the wallet. Holds everywhere within a second, and for
 * what runs already as it was. Undefined: no such organization. Throws Refusal.
 */
export async function updateBilling(
  db: Store['db'],
  id: string,
  { billing, timeZone }: BillingChange,
): Promise<OrganizationInfo | undefined> {
  if (billing === 'plan') {
    throw new Refusal('A plan is not set by hand: it comes with a subscription.', 'Use metered or prepaid.');
  }
  if (timeZone !== undefined) await checkTimeZone(db, timeZone);
  if (billing !== undefined) await refusePlan(db, id);
  const change = {
    ...(billing !== undefined && { billing, spends: billing === 'prepaid' ? ('wallet' as const) : billing }),
    ...(timeZone !== undefined && { time_zone: timeZone }),
  };
  const where = db.selectFrom('organizations').selectAll().where('id', '=', id);
  // Even a change of nothing would make a version of the snapshot.
  if (Object.keys(change).length === 0) {
    const row = await where.executeTakeFirst();
    return row && toInfo(row);
  }
  const row = await db.updateTable('organizations').set(change).where('id', '=', id).returningAll().executeTakeFirst();
  return row && toInfo(row);
}

async function refusePlan(db: Store['db'], id: string): Promise<void> {
  const row = await db.selectFrom('organizations').select('plan').where('id', '=', id).executeTakeFirst();
  if (row?.plan == null) return;
  const message = `The organization has the plan ${row.plan.name}, which says how it pays.`;
  throw new Refusal(message, 'Change the plan, or cancel it first.');
}

/** As the database knows it, because the database turns the windows. Throws Refusal. */
export async function checkTimeZone(db: Store['db'], timeZone: string): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_timezone_names WHERE name = ${timeZone}`.execute(db);
  if (rows.length === 1 && !timeZone.startsWith('posix')) return;
  const told = JSON.stringify(timeZone.slice(0, 80));
  throw new Refusal(`${told} is not a time zone.`, 'Use a name such as Europe/Berlin, America/New_York or UTC.');
}
