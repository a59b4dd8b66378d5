/** Brings the schema to this program's version: forward only, in one transaction, one process at a time. */
import type pg from 'pg';
import type { Log } from '../lib/log.ts';
import { codeOf, StoreError } from './error.ts';
import { migrations } from './migrations/all.ts';
import type { Migration } from './migrations/migration.ts';

/** "toll": the class of the advisory lock, so that it meets nobody else's. */
const lockClass = 0x746f6c6c;

/**
 * `client` must be a connection of its own whose search path is `schema`. Throws StoreError when the schema was made by
 * a newer program, or may not be made.
 */
export async function migrate(client: pg.Client, schema: string, log: Log): Promise<void> {
  // The usual start: nothing to do, so no lock and no right to create anything is needed.
  if (isCurrent(await readVersion(client, schema), schema)) return;
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'`);
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [lockClass, schema]);
    await createSchema(client, schema);
    const version = await readVersion(client, schema);
    if (!isCurrent(version, schema)) await runFrom(client, version, log);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function runFrom(client: pg.Client, version: number, log: Log): Promise<void> {
  // Waiting longer for a table would make everybody behind us wait as well.
  await client.query(`SET LOCAL lock_timeout = '5s'`);
  const missing = migrations.filter((candidate) => candidate.version > version);
  for (const migration of missing) await run(client, migration);
  log.info({ from: version, to: missing.at(-1)?.version }, 'the database schema was migrated');
}

async function run(client: pg.Client, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await client.query(statement);
  await client.query('INSERT INTO schema_versions (version, name) VALUES ($1, $2)', [
    migration.version,
    migration.name,
  ]);
}

/** 0 for a schema that is not there. */
async function readVersion(client: pg.Client, schema: string): Promise<number> {
  const { rows: found } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `"${schema}".schema_versions`,
  ]);
  if (!found[0]?.found) return 0;
  const { rows } = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM schema_versions',
  );
  return rows[0]?.version ?? 0;
}

function isCurrent(version: number, schema: string): boolean {
  const latest = migrations.at(-1)?.version ?? 0;
  if (version <= latest) return version === latest;
  throw new StoreError(
    'schema-newer',
    `The database schema "${schema}" has version ${version}, and this program knows ${latest}.`,
    'Start the newer Tollgate that migrated it, or name another schema (database.schema).',
  );
}

/** Asks first: CREATE SCHEMA IF NOT EXISTS needs the right to create even where the schema exists. */
async function createSchema(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  try {
    if (rows.length === 0) await client.query(`CREATE SCHEMA "${schema}"`);
    await client.query(`CREATE TABLE IF NOT EXISTS schema_versions (
      version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  } catch (error) {
    if (codeOf(error) !== '42501') throw error;
    throw new StoreError(
      'permission',
      `The database user may not create the schema "${schema}".`,
      `Let an administrator run: CREATE SCHEMA "${schema}" AUTHORIZATION <the user of DATABASE_URL>.`,
      error,
    );
  }
}
