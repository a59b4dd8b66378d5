/** Organizations as people manage them. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Limits } from '../../snapshot/snapshot.ts';
import type { Store } from '../../store/store.ts';
import { checkLimits } from '../limits.ts';
import { checkName } from '../names.ts';
import { defaultOrganization } from '../organizations.ts';
import { Refusal } from '../refusal.ts';
import { type BillingChange, updateBilling } from './billing.ts';
import { type OrganizationInfo, toInfo } from './info.ts';

export interface OrganizationFilter {
  readonly id?: string;
  /** Default 1000. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listOrganizations(db: Store['db'], filter: OrganizationFilter = {}) {
  const { id, limit = 1_000, after } = filter;
  let query = db.selectFrom('organizations').selectAll().orderBy('id', 'desc').limit(limit);
  if (id !== undefined) query = query.where('id', '=', id);
  if (after !== undefined) query = query.where('id', '<', after);
  return (await query.execute()).map(toInfo);
}

export async function findOrganization(db: Store['db'], id: string): Promise<OrganizationInfo | undefined> {
  const row = await db.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toInfo(row);
}

export interface OrganizationRequest {
  readonly name: string;
  readonly limits?: Limits;
}

/** Undefined when one has this name. Throws Refusal. */
export async function createOrganization(
  db: Store['db'],
  { name, limits }: OrganizationRequest,
  clock: Clock,
): Promise<OrganizationInfo | undefined> {
  const values = { name: checkName('an organization', name), limits: checkLimits(limits) };
  const row = await db
    .insertInto('organizations')
    .values((eb) => ({
      id: newId('org', clock.nowMs()),
      ...values,
      time_zone: eb.selectFrom('settings').select('default_time_zone'),
    }))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toInfo(row);
}

export interface OrganizationChange extends BillingChange {
  readonly name?: string;
  /** Null: none. */
  readonly limits?: Limits | null;
  readonly disabled?: boolean;
}

/** Within a transaction. Undefined when there is none. Throws Refusal; a name that is taken fails with SQLSTATE 23505. */
export async function updateOrganization(
  db: Store['db'],
  id: string,
  change: OrganizationChange,
): Promise<OrganizationInfo | undefined> {
  const before = await findOrganization(db, id);
  if (before === undefined) return undefined;
  const name = change.name === undefined ? before.name : checkName('an organization', change.name);
  if (before.name === defaultOrganization && name !== before.name) {
    throw new Refusal(
      `The organization "${defaultOrganization}" keeps its name: what names no organization belongs to it.`,
      'Create another organization under the new name.',
    );
  }
  const limits = change.limits === undefined ? (before.limits ?? null) : checkLimits(change.limits ?? undefined);
  const disabled = change.disabled ?? before.disabled;
  // A change of nothing would make a version of the snapshot too.
  if (change.name !== undefined || change.limits !== undefined || change.disabled !== undefined) {
    await db.updateTable('organizations').set({ name, limits, disabled }).where('id', '=', id).execute();
  }
  await updateBilling(db, id, change);
  return findOrganization(db, id);
}
