/** A database of its own for each test, on the one Postgres of the run (see global-setup.ts). */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { jobSchemaOf } from '../src/store/jobs.ts';
import { openStore, type Store, type StoreOptions } from '../src/store/store.ts';
import { dropDatabase, makeDatabase, runSql } from './database-template.ts';
import { collect, isCollecting } from './harness/collected.ts';

export { runSql } from './database-template.ts';

export interface TestDatabase {
  readonly url: string;
  /** The same in every test of a run. */
  readonly schema: string;
  /** A migrated store on it; closed with the database. May be called again for a second "process". */
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** Closes what was opened and drops the database. */
  close(): Promise<void>;
}

/** Migrated already; `empty`: nothing is in it, for tests of what makes it. */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = inject('databaseUrl');
  const template = inject('databaseTemplate');
  const { schema } = template;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = await makeDatabase(server, name, template, empty);
  const stores: Store[] = [];
  return {
    url,
    schema,
    async open(options = {}) {
      const defaults = { dataDir: '', url, schema, clock: systemClock, log: silentLog, poolSize: 4 };
      const store = await openStore({ ...defaults, ...options });
      stores.push(store);
      return store;
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()));
      await collectTables(url, schema);
      await dropDatabase(server, name, [schema, ...stores.map((store) => store.schema)]);
    },
  };
}

/** Of each table. Tests of speed have a hundred thousand that are all alike. */
const rowsCollectedMax = 2_000;

/** The rows of all tables, before they are dropped. */
async function collectTables(url: string, schema: string): Promise<void> {
  if (!isCollecting()) return;
  const tables = await runSql(
    url,
    `SELECT format('SELECT json_agg(t)::text AS rows FROM (SELECT * FROM %s LIMIT ${rowsCollectedMax}) t', oid::regclass) AS query FROM pg_class
     WHERE relkind = 'r' AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('${schema}', '${jobSchemaOf(schema)}'))`,
  );
  if (tables.length === 0) return;
  for (const { rows } of await runSql(url, tables.map(({ query }) => query).join(' UNION ALL '))) {
    if (typeof rows === 'string') collect(schema, `${rows}\n`);
  }
}
