import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { organizationSetting } from './policies.ts';

/**
 * Runs what belongs to no organization (a job, an alert of the operators) within a transaction of one: as the database
 * user itself and for all organizations, after which the transaction is its organization's again. `db` must be a
 * transaction, or work for all.
 */
export async function asOwner<T>(db: Kysely<Schema>, work: () => Promise<T>): Promise<T> {
  const { rows } = await sql<Scope>`SELECT current_setting('role') AS role,
    coalesce(current_setting(${organizationSetting}, true), '') AS organization`.execute(db);
  const scope = rows[0] ?? whole;
  if (scope.organization === '') return work();
  await become(db, whole);
  const result = await work();
  await become(db, scope);
  return result;
}

interface Scope {
  readonly role: string;
  readonly organization: string;
}

const whole: Scope = { role: 'none', organization: '' };

function become(db: Kysely<Schema>, { role, organization }: Scope) {
  const named = sql`set_config(${organizationSetting}, ${organization}, true)`;
  return sql`SELECT set_config('role', ${role}, true), ${named}`.execute(db);
}
