import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSql, type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../../test/postgres-proxy.ts';
import { until } from '../../test/until.ts';
import { StoreError } from './error.ts';
import { migrations } from './migrations/all.ts';

let database: TestDatabase;
let proxy: PostgresProxy;

beforeEach(async () => {
  database = await testDatabase();
  proxy = await startPostgresProxy(database.url);
});

afterEach(async () => {
  await proxy.close();
  await database.close();
});

const refusal = async (opening: Promise<unknown>): Promise<StoreError> => {
  const error = await opening.then(
    () => new Error('it opened'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};

describe('migrations', () => {
  it('are numbered without gaps', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
  });

  it('run once, however often and from however many processes the store is opened', async () => {
    const empty = await testDatabase({ empty: true });
    const script = `
      import { openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../lib/clock.ts', import.meta.url).href)};
      import { silentLog } from ${JSON.stringify(new URL('../lib/log.ts', import.meta.url).href)};
      const [url, schema] = process.argv.slice(1);
      const store = await openStore({ dataDir: '', url, schema, clock: systemClock, log: silentLog });
      await store.close();`;
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', script, empty.url, empty.schema], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const exits = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(exits.map(([status]) => status)).toEqual([0, 0, 0]);
    await empty.open();
    const rows = await runSql(empty.url, `SELECT version FROM "${empty.schema}".schema_versions`);
    expect(rows).toHaveLength(migrations.length);
    await empty.close();
  });

  it('refuse a schema that a newer program made', async () => {
    await database.open();
    await runSql(database.url, `INSERT INTO "${database.schema}".schema_versions VALUES (999, 'future')`);
    const error = await refusal(database.open());
    expect(error.fault).toBe('schema-newer');
    expect(error.message).toContain('999');
  });

  it('let no limit into the tables that no gateway would understand', async () => {
    await database.open();
    const table = `"${database.schema}".organizations`;
    const insert = (limits: string) =>
      runSql(
        database.url,
        `INSERT INTO ${table} (id, name, limits) VALUES (gen_random_uuid(), gen_random_uuid(), '${limits}')`,
      );
    const bad = [0, -1, 1.5, 1e9 + 1, null, true, '5', [5], {}].map((value) =>
      JSON.stringify({ tokensPerMinute: value }),
    );
    for (const limits of [...bad, 'null', '5', '[]', '{}', '"x"', '{"requestsPerHour":5}']) {
      await expect(insert(limits), limits).rejects.toThrow(/organizations_limits_check/);
    }
    for (const limits of ['{"requestsPerMinute":1}', '{"tokensPerMinute":1000000000,"requestsPerMinute":60}'])
      await insert(limits);
    expect(await runSql(database.url, `SELECT 1 FROM ${table}`)).toHaveLength(2);
  });

  it('need no right to create anything when there is nothing to do', async () => {
    await database.open();
    const role = `reader_${database.schema}`;
    await runSql(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await runSql(database.url, `GRANT USAGE ON SCHEMA "${database.schema}" TO ${role}`);
    await runSql(database.url, `GRANT SELECT ON ALL TABLES IN SCHEMA "${database.schema}" TO ${role}`);
    try {
      const url = database.url.replace(/\/\/[^@]*@/, `//${role}:x@`);
      const store = await database.open({ url });
      expect(await store.db.selectFrom('keys').selectAll().execute()).toEqual([]);
      const error = await refusal(database.open({ url, schema: `${database.schema}_other` }));
      expect(error.fault).toBe('permission');
      await store.close();
    } finally {
      await runSql(database.url, `DROP OWNED BY ${role}`);
      await runSql(database.url, `DROP ROLE ${role}`);
    }
  });
});

describe('opening', () => {
  it('says that nobody listens', async () => {
    await proxy.stop();
    const error = await refusal(database.open({ url: proxy.url }));
    expect(error.fault).toBe('unreachable');
    expect(error.message).toContain(proxy.host);
  });

  it('gives up on a host that never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const opening = database.open({ url: `postgres://u:p@127.0.0.1:${port}/db`, connectTimeoutMs: 200 });
    expect((await refusal(opening)).fault).toBe('unreachable');
    silent.close();
  });

  it('tells a wrong password from a missing database', async () => {
    const wrong = database.url.replace(/(\/\/[^:]*:)[^@]*@/, '$1wrong@');
    expect((await refusal(database.open({ url: wrong }))).fault).toBe('password');
    const missing = database.url.replace(/(@[^/]*\/)[^?]*/, '$1no_such_database');
    expect((await refusal(database.open({ url: missing }))).fault).toBe('database-missing');
  });

  it('refuses a schema name that is no plain identifier', async () => {
    for (const schema of ['', 'a"b', 'A', 'pg_own', '1a', 'x'.repeat(64)]) {
      expect((await refusal(database.open({ schema }))).fault).toBe('address');
    }
  });

  it('takes the first of several hosts that is there', async () => {
    const dead = await startPostgresProxy(database.url);
    await dead.close();
    const url = proxy.url.replace(proxy.host, `${dead.host},${proxy.host}`);
    const store = await database.open({ url });
    expect(await store.db.selectFrom('settings').select('id').execute()).toEqual([{ id: 1 }]);
  });

  it('refuses a server that takes no writes', async () => {
    const role = `standby_${database.schema}`;
    await runSql(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await runSql(database.url, `ALTER ROLE ${role} SET default_transaction_read_only = on`);
    try {
      const error = await refusal(database.open({ url: database.url.replace(/\/\/[^@]*@/, `//${role}:x@`) }));
      expect(error.fault).toBe('read-only');
    } finally {
      await runSql(database.url, `DROP ROLE ${role}`);
    }
  });
});

describe('a connection', () => {
  it('looks into its schema first and alone, has a statement timeout and a name', async () => {
    const store = await database.open({ applicationName: 'tollgate-test', statementTimeoutMs: 1_234 });
    const settings = await store.db
      .selectNoFrom((build) =>
        ['search_path', 'statement_timeout', 'application_name', 'TimeZone'].map((name) =>
          build.fn<string>('current_setting', [build.val(name)]).as(name),
        ),
      )
      .executeTakeFirst();
    expect(settings).toEqual({
      search_path: `"${database.schema}"`,
      statement_timeout: '1234ms',
      application_name: 'tollgate-test',
      TimeZone: 'UTC',
    });
  });

  it('reads counts as numbers, and money as bigint beyond 2^53', async () => {
    const store = await database.open();
    const cost = 2n ** 60n + 1n;
    await store.db
      .insertInto('usage')
      .values(usageRow({ cost_nano_usd: cost, input_tokens: 100_000_000 }))
      .execute();
    const row = await store.db.selectFrom('usage').selectAll().executeTakeFirstOrThrow();
    expect(row.cost_nano_usd).toBe(cost);
    expect(row.input_tokens).toBe(100_000_000);
    expect(row.attempts).toEqual([]);
    expect(row.flags).toEqual(['a,b', '"']);
  });
});

describe('while the database is away', () => {
  it('queries fail fast, the state says so, and everything comes back by itself', async () => {
    const store = await database.open({ url: proxy.url });
    const states: boolean[] = [];
    store.onChange((up) => states.push(up));
    const query = () => store.db.selectFrom('settings').select('id').execute();
    await query();
    await proxy.stop();
    const startedMs = performance.now();
    await expect(query()).rejects.toThrow();
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    await until('the store notices', () => !store.up);
    await proxy.start();
    await until('the store notices that it is back', () => store.up);
    expect(await query()).toEqual([{ id: 1 }]);
    expect(states).toEqual([false, true]);
  });

  it('it is noticed without any query', async () => {
    const store = await database.open({ url: proxy.url });
    await store.db.selectFrom('settings').select('id').execute();
    await proxy.stop();
    await until('the store notices', () => !store.up);
    await proxy.start();
    await until('the store notices that it is back', () => store.up);
  });

  it('queries under way fail, and none of them ends the process', async () => {
    const store = await database.open({ url: proxy.url });
    const slow = [1, 2, 3].map(() =>
      store.db.selectNoFrom((build) => build.fn<string>('pg_sleep', [build.val(5)]).as('slept')).execute(),
    );
    const results = Promise.allSettled(slow);
    await until('three connections work', () => proxy.connections >= 3);
    await proxy.stop();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('a transaction whose connection breaks in the middle leaves nothing behind', async () => {
    const store = await database.open({ url: proxy.url });
    const work = store.db.transaction().execute(async (db) => {
      await db.insertInto('organizations').values({ id: 'org_1', name: 'one' }).execute();
      await proxy.stop();
      await db.insertInto('organizations').values({ id: 'org_2', name: 'two' }).execute();
    });
    await expect(work).rejects.toThrow();
    await proxy.start();
    await until('it is back', () => store.up);
    expect(await store.db.selectFrom('organizations').select('id').execute()).toEqual([]);
  });

  it('a server that falls silent is given up, not waited for', async () => {
    const store = await database.open({ url: proxy.url, statementTimeoutMs: 100, connectTimeoutMs: 300 });
    const query = () => store.db.selectFrom('settings').select('id').execute();
    await query();
    proxy.freeze();
    await expect(query()).rejects.toThrow();
    expect(await query()).toEqual([{ id: 1 }]);
  });

  it('the pool says that it is exhausted instead of queueing forever', async () => {
    const store = await database.open({ poolSize: 1, connectTimeoutMs: 200 });
    await store.db.transaction().execute(async () => {
      expect((await refusal(store.db.selectFrom('keys').selectAll().execute())).fault).toBe('busy');
    });
    expect(store.up).toBe(true);
  });

  it('closing does not wait for a query that hangs', async () => {
    const applicationName = database.schema;
    const store = await database.open({ url: proxy.url, applicationName });
    const hanging = store.db
      .selectNoFrom((build) => build.fn<string>('pg_sleep', [build.val(20)]).as('slept'))
      .execute();
    hanging.catch(() => {});
    const running = `SELECT 1 FROM pg_stat_activity WHERE application_name = '${applicationName}' AND state = 'active'`;
    await until('the query runs', async () => (await runSql(database.url, running)).length === 1);
    const startedMs = performance.now();
    await store.close();
    expect(performance.now() - startedMs).toBeLessThan(8_000);
  });
});

describe('listening', () => {
  it('hears notifications, and comes back after the connection broke', async () => {
    const store = await database.open({ url: proxy.url });
    const heard: string[] = [];
    const states: string[] = [];
    const subscription = store.listen(`test_${database.schema}`, {
      onNotify: (payload) => heard.push(payload),
      onUp: () => states.push('up'),
      onDown: () => states.push('down'),
    });
    await until('it listens', () => subscription.up);
    await runSql(database.url, `NOTIFY test_${database.schema}, 'one'`);
    await until('it hears', () => heard.length === 1);
    await proxy.stop();
    await until('it is deaf', () => !subscription.up);
    await proxy.start();
    await until('it listens again', () => subscription.up);
    await runSql(database.url, `NOTIFY test_${database.schema}, 'two'`);
    await until('it hears again', () => heard.length === 2);
    expect(heard).toEqual(['one', 'two']);
    expect(states).toEqual(['up', 'down', 'up']);
  });
});

function usageRow(values: { readonly cost_nano_usd: bigint; readonly input_tokens: number }) {
  const count = { output_tokens: 0, cache_read_tokens: 0, cache_write_5m_tokens: 0, cache_write_1h_tokens: 0 };
  const more = { thinking_tokens: 0, audio_input_tokens: 0, audio_output_tokens: 0, web_searches: 0 };
  return {
    request_id: 'req_1',
    instance: 'i',
    started_at: new Date(0),
    settled_at: new Date(0),
    operation: 'chat',
    status: 'completed',
    http_status: 200,
    key_id: 'key_1',
    organization_id: 'org_1',
    requested_model: 'm',
    client_dialect: 'openai-chat',
    stream: false,
    ...count,
    ...more,
    estimated: false,
    recovered: false,
    flags: ['a,b', '"'],
    total_ms: 1.5,
    overhead_ms: 0.1,
    attempts: '[]',
    dropped: [],
    snapshot_version: 1,
    tags: [],
    ...values,
  };
}
