/**
 * Row-level security, the second wall between organizations: every table with a column `organization_id` gets policies
 * that show a transaction which named its organization (`tollgate.organization`) the rows of that one alone. Done after
 * the migrations of each start, by what the schema holds, so that no table can be forgotten.
 *
 * Policies do not bind a superuser, nor the owner of a table. So transactions of one organization also change to a role
 * that is neither, whose name belongs to this schema. Where the database user may not make roles, tables force their
 * policies upon their owner instead. https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
import { hash } from 'node:crypto';
import type pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { codeOf } from '../error.ts';
import { missingPolicies, policiesOf } from './policies.ts';

export interface RowGuard {
  /** `role`: by a role of its own. `forced`: by policies that bind the tables' owner. `none`: nothing binds this user. */
  readonly by: 'role' | 'forced' | 'none';
  /** What transactions of one organization change to. */
  readonly role?: string;
}

interface Rights {
  readonly database: string;
  readonly bypasses: boolean;
  readonly makes_roles: boolean;
}

/** `client` is a connection of its own whose search path is `schema`, after the migrations. */
export async function secureRows(client: pg.Client, schema: string, log: Log): Promise<RowGuard> {
  const rights = await readRights(client);
  const role = roleOf(rights.database, schema);
  const hasRole = await prepareRole(client, role, schema, rights);
  if (!hasRole && rights.bypasses) {
    log.warn(
      { role },
      'the database user bypasses row-level security and may not make a role that does not; organizations are kept ' +
        'apart by every query, but not by the database as well. Let an administrator run: ' +
        `CREATE ROLE ${role}; GRANT ${role} TO <the user of DATABASE_URL>`,
    );
  }
  const isForced = !hasRole && !rights.bypasses;
  const hasPolicies = await preparePolicies(client, schema, isForced).catch((error: unknown) => {
    if (codeOf(error) !== notPermitted) throw error;
    log.warn(
      { schema },
      'the tables belong to another database user, who must start Tollgate once to secure their rows',
    );
    return false;
  });
  if (!hasPolicies) return { by: 'none' };
  if (hasRole) return { by: 'role', role };
  return { by: rights.bypasses ? 'none' : 'forced' };
}

/** Of this schema in this database: roles belong to the whole server. */
export function roleOf(database: string, schema: string): string {
  const mark = hash('sha256', `${database}\0${schema}`, 'hex').slice(0, 12);
  return `tollgate_rows_${schema.replaceAll('-', '_').slice(0, 30)}_${mark}`;
}

async function readRights(client: pg.Client): Promise<Rights> {
  const { rows } =
    await client.query<Rights>(`SELECT current_database() AS database, rolsuper OR rolbypassrls AS bypasses,
    rolsuper OR rolcreaterole AS makes_roles FROM pg_roles WHERE rolname = current_user`);
  return rows[0] ?? { database: '', bypasses: false, makes_roles: false };
}

/** True when transactions may change to it, with all it needs. */
async function prepareRole(client: pg.Client, role: string, schema: string, rights: Rights): Promise<boolean> {
  if (await isPrepared(client, role, schema)) return true;
  // Postgres refuses grants on one thing by two at once ("tuple concurrently updated"): the second start waits.
  const lock = `(hashtext('row-security'), hashtext('${schema}'))`;
  await client.query(`SELECT pg_advisory_lock${lock}`);
  try {
    return (await isPrepared(client, role, schema)) || (await makeAndGrant(client, role, schema, rights));
  } finally {
    await client.query(`SELECT pg_advisory_unlock${lock}`);
  }
}

async function isPrepared(client: pg.Client, role: string, schema: string): Promise<boolean> {
  return (await mayBecome(client, role)) && !(await lacksGrants(client, role, schema));
}

async function makeAndGrant(client: pg.Client, role: string, schema: string, rights: Rights): Promise<boolean> {
  if (!(await mayBecome(client, role))) {
    if (!rights.makes_roles) return false;
    await makeRole(client, role);
    if (!(await mayBecome(client, role))) return false;
  }
  try {
    if (await lacksGrants(client, role, schema)) await grant(client, role, schema);
    return true;
  } catch (error) {
    if (codeOf(error) === notPermitted) return false;
    throw error;
  }
}

async function mayBecome(client: pg.Client, role: string): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT pg_has_role(current_user, oid, 'MEMBER') AND NOT rolsuper AND NOT rolbypassrls AS may
      FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  return rows[0]?.may === true;
}

/** SQLSTATE insufficient_privilege. */
const notPermitted = '42501';
/** SQLSTATE duplicate_object, and unique_violation: another process made it at the same moment. */
const raced = ['42710', '23505'];

async function makeRole(client: pg.Client, role: string): Promise<void> {
  try {
    await client.query(`CREATE ROLE "${role}" NOLOGIN NOBYPASSRLS`);
  } catch (error) {
    if (!raced.includes(codeOf(error) ?? '')) throw error;
  }
  await client.query(`GRANT "${role}" TO CURRENT_USER`).catch((error: unknown) => {
    if (!raced.includes(codeOf(error) ?? '')) throw error;
  });
}

async function lacksGrants(client: pg.Client, role: string, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ lacks: boolean }>(
    `SELECT NOT has_schema_privilege($1, $2, 'USAGE') OR EXISTS (
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $2 AND (
        (c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND NOT has_table_privilege($1, c.oid, 'INSERT')) OR
        (c.relkind = 'S' AND NOT has_sequence_privilege($1, c.oid, 'USAGE')))) AS lacks`,
    [role, schema],
  );
  return rows[0]?.lacks === true;
}

async function grant(client: pg.Client, role: string, schema: string): Promise<void> {
  await client.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${role}";
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO "${role}";
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "${schema}" TO "${role}"`);
}

async function preparePolicies(client: pg.Client, schema: string, forced: boolean): Promise<true> {
  const tables = await missingPolicies(client, schema, forced);
  if (tables.length === 0) return true;
  await client.query('BEGIN');
  try {
    // Two starts at once, and nobody waits long for a table that is in use: the next start does it.
    await client.query(
      `SET LOCAL lock_timeout = '5s'; SELECT pg_advisory_xact_lock(hashtext('row-security'), hashtext('${schema}'))`,
    );
    for (const table of await missingPolicies(client, schema, forced)) {
      for (const statement of policiesOf(table, forced)) await client.query(statement);
    }
    await client.query('COMMIT');
    return true;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
