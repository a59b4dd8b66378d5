/**
 * A migrated database that the tests' own ones are copied from: copying the files takes a fiftieth of the work of the
 * migrations, of the row policies and of the queue's tables.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { ProvidedContext } from 'vitest';
import { prepareJobs } from '../src/control/jobs/queue.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { roleOf } from '../src/store/row-security/secure-rows.ts';
import { openStore } from '../src/store/store.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whose user may make databases and roles. */
    readonly databaseUrl: string;
    readonly databaseTemplate: Template;
  }
}

export interface Template {
  /** Of the database. */
  readonly name: string;
  /** Of Tollgate's tables, in the template and in each copy. */
  readonly schema: string;
}

interface Project {
  provide<K extends keyof ProvidedContext>(name: K, value: ProvidedContext[K]): void;
}

/** Makes the template on the server of `url`, and tells the tests of both. Returns how to remove it. */
export async function provideDatabases(project: Project, url: string): Promise<() => Promise<void>> {
  const schema = `test_${randomBytes(8).toString('hex')}`;
  const template = { name: `${schema}_template`, schema };
  await runSql(url, `CREATE DATABASE "${template.name}"`);
  const options = { dataDir: '', url: inDatabase(url, template.name), schema, clock: systemClock, log: silentLog };
  const store = await openStore(options);
  await prepareJobs(store, silentLog);
  await store.close();
  project.provide('databaseUrl', url);
  project.provide('databaseTemplate', template);
  return () => dropDatabase(url, template.name, [schema]);
}

/** Returns its address. `empty`: without tables, as Postgres makes one. */
export async function makeDatabase(url: string, name: string, template: Template, empty: boolean): Promise<string> {
  await runSql(url, `CREATE DATABASE "${name}" ${empty ? '' : await copyOf(url, template)}`);
  const made = inDatabase(url, name);
  // No two installations have the same.
  if (!empty) await runSql(made, `UPDATE "${template.schema}".settings SET installation = DEFAULT`);
  return made;
}

let isFileCopyAsked: boolean | undefined;

/** Copying files spares the log of writes, which is the default since Postgres 15 and all there was before. */
async function copyOf(url: string, template: Template): Promise<string> {
  if (isFileCopyAsked === undefined) {
    const [row] = await runSql(url, `SELECT current_setting('server_version_num')::int >= 150000 AS asked`);
    isFileCopyAsked = row?.asked === true;
  }
  return `TEMPLATE "${template.name}" ${isFileCopyAsked ? 'STRATEGY file_copy' : ''}`;
}

/** Whoever still is connected is cut off. `schemas`: all that were in it, as roles are the whole server's. */
export async function dropDatabase(url: string, name: string, schemas: readonly string[]): Promise<void> {
  await runSql(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await runSql(url, `DROP ROLE IF EXISTS ${schemas.map((schema) => `"${roleOf(name, schema)}"`).join(', ')}`);
}

/** `url` with another database in its path. */
function inDatabase(url: string, name: string): string {
  return url.replace(/^(\w+:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);
}

/** On a connection of its own, outside every schema. */
export async function runSql(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
