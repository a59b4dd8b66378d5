/** A schema of its own for each test, on the one Postgres of the run (see global-setup.ts). */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { jobSchemaOf } from '../src/store/jobs.ts';
import { roleOf } from '../src/store/row-security/secure-rows.ts';
import { openStore, type Store, type StoreOptions } from '../src/store/store.ts';

export interface TestDatabase {
  readonly url: string;
  readonly schema: string;
  /** A migrated store on it; closed with the database. May be called again for a second "process". */
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** Closes what was opened and drops the schema. */
  close(): Promise<void>;
}

export async function testDatabase(): Promise<TestDatabase> {
  const url = inject('databaseUrl');
  const schema = `test_${randomBytes(8).toString('hex')}`;
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
      await runSql(url, `DROP SCHEMA IF EXISTS "${schema}", "${jobSchemaOf(schema)}" CASCADE`);
      const [row] = await runSql(url, 'SELECT current_database() AS name');
      await runSql(url, `DROP ROLE IF EXISTS "${roleOf(String(row?.name), schema)}"`);
    },
  };
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
