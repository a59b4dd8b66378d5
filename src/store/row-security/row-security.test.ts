/** The second wall between organizations: what a query that forgets its WHERE gets from the database. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSql, type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { type Log, silentLog } from '../../lib/log.ts';
import type { Store } from '../store.ts';
import { asOwner } from './as-owner.ts';
import { missingPolicies } from './policies.ts';
import { roleOf, secureRows } from './secure-rows.ts';

let database: TestDatabase;
let store: Store;
let acme: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  acme = store.ofOrganization('org_acme');
  await store.db
    .insertInto('organizations')
    .values(['acme', 'other'].map((name) => ({ id: `org_${name}`, name, blocked_reason: null })))
    .execute();
  await store.db
    .insertInto('keys')
    .values([keyOf('acme'), keyOf('other')])
    .execute();
  await store.db.insertInto('webhook_endpoints').values(endpoint).execute();
});

afterAll(() => database.close());

const endpoint = { id: 'whe_1', organization_id: null, url: 'https://ops.example/', secret: 's', disabled: false };

function keyOf(name: string) {
  const rest = { models: null, cache_ttl_ms: null, expires_at: null, revoked_at: null, scopes: null };
  const more = { previous_hash: null, previous_expires_at: null, project_id: null, member_id: null };
  const hash = Buffer.from(name.padEnd(32, '.')).toString('hex');
  return {
    id: `key_${name}`,
    organization_id: `org_${name}`,
    name,
    kind: 'call' as const,
    hash,
    prefix: 'tg-',
    ...rest,
    ...more,
  };
}

const names = async (of: Store) => (await of.db.selectFrom('keys').select('name').execute()).map(({ name }) => name);

describe('a query of one organization without its WHERE', () => {
  it('sees that organization alone, in a transaction and outside of one', async () => {
    expect(await names(acme)).toEqual(['acme']);
    const inside = await acme.db.transaction().execute((db) => db.selectFrom('organizations').select('id').execute());
    expect(inside).toEqual([{ id: 'org_acme' }]);
    expect((await names(store)).toSorted()).toEqual(['acme', 'other']);
  });

  it("changes and removes nothing of another's", async () => {
    const changed = await acme.db.updateTable('keys').set({ name: 'mine' }).returning('id').execute();
    expect(changed).toEqual([{ id: 'key_acme' }]);
    await store.db.updateTable('keys').set({ name: 'acme' }).where('id', '=', 'key_acme').execute();
    const gone = await acme.db.deleteFrom('keys').where('id', '=', 'key_other').executeTakeFirst();
    expect(gone.numDeletedRows).toBe(0n);
  });

  it('makes nothing for another, and gives nothing away', async () => {
    const row = { ...keyOf('third'), organization_id: 'org_other' };
    await expect(acme.db.insertInto('keys').values(row).execute()).rejects.toThrow(/row-level security/);
    const away = acme.db.updateTable('keys').set({ organization_id: 'org_other' }).execute();
    await expect(away).rejects.toThrow(/row-level security/);
  });

  it("does not see what is the operators' own", async () => {
    expect(await acme.db.selectFrom('webhook_endpoints').select('id').execute()).toEqual([]);
    expect(await store.db.selectFrom('webhook_endpoints').select('id').execute()).toEqual([{ id: 'whe_1' }]);
  });

  it('leaves nothing of it on the connection, after a failure too', async () => {
    const failing = acme.db.transaction().execute(async (db) => {
      await db.selectFrom('keys').select('id').execute();
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    const all = await Promise.all(Array.from({ length: 12 }, () => names(store)));
    expect(all.every((found) => found.length === 2)).toBe(true);
  });

  it('may do what is for nobody or all as the owner, and is itself again afterwards', async () => {
    const [within, after] = await acme.db.transaction().execute(async (db) => {
      const whole = await asOwner(db, () => db.selectFrom('keys').select('id').execute());
      return [whole, await db.selectFrom('keys').select('id').execute()];
    });
    expect([within?.length, after?.length]).toEqual([2, 1]);
  });
});

describe('every table with rows of organizations', () => {
  it('has its policies', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      expect(await missingPolicies(client, database.schema, store.rowGuard === 'forced')).toEqual([]);
      const unguarded = await client.query(
        `SELECT c.table_name FROM information_schema.columns c JOIN pg_class t ON t.relname = c.table_name
          AND t.relnamespace = quote_ident(c.table_schema)::regnamespace
          WHERE c.table_schema = $1 AND c.column_name = 'organization_id' AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND NOT t.relrowsecurity`,
        [database.schema],
      );
      expect(unguarded.rows).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it('gets them by the next start when it is new', async () => {
    await runSql(database.url, `CREATE TABLE "${database.schema}".later (organization_id text NOT NULL)`);
    const next = await database.open();
    await runSql(database.url, `INSERT INTO "${database.schema}".later VALUES ('org_other'), ('org_acme')`);
    const { rows } = await next.ofOrganization('org_acme').db.executeQuery<{ organization_id: string }>({
      sql: 'SELECT * FROM later',
      parameters: [],
      query: { kind: 'RawNode' } as never,
      queryId: { queryId: 'x' },
    });
    expect(rows).toEqual([{ organization_id: 'org_acme' }]);
  });
});

describe('a database user that is no superuser', () => {
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (fields: unknown) => void warnings.push(fields) } as Log;

  /** A user of this kind that owns a schema of its own with one table in it. */
  async function asUser(rights: string, work: (client: pg.Client, schema: string) => Promise<void>): Promise<void> {
    const user = `${database.schema}_user`;
    const schema = `${database.schema}_own`;
    const made = `CREATE ROLE "${user}" ${rights}; CREATE SCHEMA "${schema}" AUTHORIZATION "${user}"`;
    const [here] = await runSql(database.url, made).then(() =>
      runSql(database.url, 'SELECT current_database() AS name'),
    );
    const client = new pg.Client({ connectionString: database.url });
    try {
      await client.connect();
      await client.query(`SET SESSION AUTHORIZATION "${user}"; SET search_path = "${schema}";
        CREATE TABLE things (organization_id text NOT NULL);
        INSERT INTO things VALUES ('org_acme'), ('org_other')`);
      await work(client, schema);
    } finally {
      await client.end();
      const role = roleOf(String(here?.name), schema);
      await runSql(database.url, `DROP SCHEMA "${schema}" CASCADE; DROP ROLE IF EXISTS "${role}"; DROP ROLE "${user}"`);
    }
  }

  const ownThings = async (client: pg.Client, role?: string) => {
    const become = role === undefined ? '' : `SET LOCAL ROLE "${role}"; `;
    await client.query(`BEGIN; ${become}SELECT set_config('tollgate.organization', 'org_acme', true)`);
    const { rows } = await client.query('SELECT * FROM things');
    await client.query('ROLLBACK');
    return rows;
  };

  it('is bound by the policies of its own tables where it may not make roles', async () => {
    await asUser('', async (client, schema) => {
      expect(await secureRows(client, schema, log)).toEqual({ by: 'forced' });
      expect(await ownThings(client)).toEqual([{ organization_id: 'org_acme' }]);
      expect((await client.query('SELECT * FROM things')).rows).toHaveLength(2);
    });
  });

  it('makes the role where it may', async () => {
    await asUser('CREATEROLE', async (client, schema) => {
      const guard = await secureRows(client, schema, log);
      expect(guard.by).toBe('role');
      expect(await ownThings(client, guard.role)).toEqual([{ organization_id: 'org_acme' }]);
      expect(await secureRows(client, schema, log)).toEqual(guard);
    });
  });

  it('is told when nothing binds it', async () => {
    await asUser('BYPASSRLS', async (client, schema) => {
      expect(await secureRows(client, schema, log)).toEqual({ by: 'none' });
      expect(warnings).toHaveLength(1);
    });
  });
});
