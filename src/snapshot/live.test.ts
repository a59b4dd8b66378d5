import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSql, type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../../test/postgres-proxy.ts';
import { watchStalls } from '../../test/thread-time.ts';
import { until } from '../../test/until.ts';
import { hashKey } from '../control/keys/format.ts';
import { createKey, revokeKey } from '../control/keys/keys.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { openStore, type Store } from '../store/store.ts';
import { type LiveSnapshot, type LiveSnapshotOptions, openLiveSnapshot } from './live.ts';
import type { Limits } from './snapshot.ts';

const names = {
  credentials: [],
  catalog: { models: [], find: () => undefined },
  routes: [],
  timeouts: { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 },
};

let database: TestDatabase;
let proxy: PostgresProxy;
/** The control plane's store; the gateway's goes through the proxy. */
let control: Store;
let lives: LiveSnapshot[] = [];

beforeEach(async () => {
  database = await testDatabase();
  proxy = await startPostgresProxy(database.url);
  control = await database.open();
  lives = [];
});

afterEach(async () => {
  await Promise.all(lives.map((live) => live.close()));
  await database.close();
  await proxy.close();
});

async function follow(options: Partial<LiveSnapshotOptions> = {}): Promise<LiveSnapshot> {
  const store = options.store ?? (await database.open({ url: proxy.url }));
  const live = await openLiveSnapshot({ store, names, log: silentLog, ...options });
  lives.push(live);
  return live;
}

const create = (name: string) => createKey(control, { name }, systemClock);
const knows = (live: LiveSnapshot, key: string): boolean => live.current.keys.has(hashKey(key));
const withinMs = 1_000;

describe('a change', () => {
  it('of a key works at every gateway within a second', async () => {
    // Never asked for by time: only a notification can bring it.
    const lives = [await follow({ pollMs: 60_000 }), await follow({ pollMs: 60_000 })];
    const { key, id } = await create('ci');
    await until('all know the key', () => lives.every((live) => knows(live, key)), withinMs);
    await revokeKey(control, id, systemClock);
    await until('nobody knows the key', () => !lives.some((live) => knows(live, key)), withinMs);
  });

  it('of an organization reaches all of its keys, and no others', async () => {
    const live = await follow();
    const inside = await createKey(control, { name: 'in', organization: 'acme' }, systemClock);
    const outside = await create('out');
    await control.db.updateTable('organizations').set({ disabled: true }).where('name', '=', 'acme').execute();
    const disabled = (key: string) => live.current.keys.get(hashKey(key))?.organization.disabled;
    await until('the key is disabled', () => disabled(inside.key), withinMs);
    expect(disabled(outside.key)).toBe(false);
  });

  it('of a limit, of a key or of an organization, is in force within a second', async () => {
    const live = await follow({ pollMs: 60_000 });
    const { key } = await create('ci');
    const limit = async (table: 'keys' | 'organizations', limits: Limits | null) => {
      await control.db.updateTable(table).set({ limits }).execute();
      const found = () => live.current.keys.get(hashKey(key));
      const read = () => (table === 'keys' ? found()?.limits : found()?.organization.limits);
      await until('the limit', () => found() && JSON.stringify(read() ?? null) === JSON.stringify(limits), withinMs);
    };
    for (const table of ['keys', 'organizations'] as const) {
      await limit(table, { requestsPerMinute: 5 });
      await limit(table, { tokensPerMinute: 7 });
      await limit(table, null);
    }
  });

  it('makes a new snapshot and leaves the old one as it was', async () => {
    const live = await follow();
    const before = live.current;
    const { key } = await create('ci');
    await until('the key is known', () => knows(live, key));
    expect(before.keys.size).toBe(0);
    expect(live.current.version).toBeGreaterThan(before.version);
  });

  it('by hand, in any way, is seen too: deleted rows and replaced hashes', async () => {
    const live = await follow();
    const [first, second] = [await create('first'), await create('second')];
    await until('both are known', () => knows(live, first.key) && knows(live, second.key));
    const table = `"${database.schema}".keys`;
    await runSql(database.url, `DELETE FROM ${table} WHERE name = 'first'`);
    await until('the deleted one is gone', () => !knows(live, first.key), withinMs);
    await runSql(database.url, `UPDATE ${table} SET hash = '${hashKey('replaced')}' WHERE name = 'second'`);
    await until('the new literal works', () => knows(live, 'replaced'), withinMs);
    expect(knows(live, second.key)).toBe(false);
  });

  it('that no gateway needs to know, such as what shows of a key, makes no version', async () => {
    const live = await follow();
    const { key, id } = await create('ci');
    await until('the key is known', () => knows(live, key));
    const { version } = live.current;
    await control.db.updateTable('keys').set({ prefix: 'tg-other' }).where('id', '=', id).execute();
    await live.refresh();
    expect(live.current.version).toBe(version);
  });

  it('is never lost among many at once, from several writers', async () => {
    const live = await follow({ pollMs: 60_000 });
    const writers = await Promise.all([1, 2, 3].map(() => database.open()));
    const keys = await Promise.all(
      writers.flatMap((store, i) =>
        Array.from({ length: 20 }, (_, n) => createKey(store, { name: `${i}-${n}` }, systemClock)),
      ),
    );
    await until('all are known', () => keys.every(({ key }) => knows(live, key)));
    const { snapshot_version } = await control.db
      .selectFrom('settings')
      .select('snapshot_version')
      .executeTakeFirstOrThrow();
    expect(live.current.version).toBe(snapshot_version);
  });

  it('in another schema of the same database is no concern', async () => {
    const other = await database.open({ schema: `${database.schema}_other` });
    const live = await follow();
    const { key } = await createKey(other, { name: 'theirs' }, systemClock);
    await live.refresh();
    expect(knows(live, key)).toBe(false);
  });

  it('is told to listeners, until they stop listening', async () => {
    const live = await follow();
    const versions: number[] = [];
    const stop = live.onChange(({ version }) => versions.push(version));
    await create('one');
    await until('it was told', () => versions.length > 0);
    await live.refresh();
    stop();
    const told = versions.length;
    const { key } = await create('two');
    await until('the second key is known', () => knows(live, key));
    expect(versions).toHaveLength(told);
  });
});

describe('while Postgres is away', () => {
  it('the last snapshot serves on, and what happened meanwhile is known soon after it is back', async () => {
    const live = await follow();
    const kept = await create('kept');
    const revoked = await create('revoked');
    await until('both are known', () => knows(live, kept.key) && knows(live, revoked.key));
    await proxy.stop();
    await revokeKey(control, revoked.id, systemClock);
    const made = await create('made meanwhile');
    await expect(live.refresh()).rejects.toThrow();
    expect(knows(live, kept.key) && knows(live, revoked.key)).toBe(true);
    await proxy.start();
    await until('it caught up', () => knows(live, made.key) && !knows(live, revoked.key), 3_000);
    expect(knows(live, kept.key)).toBe(true);
  });

  it('a silent listener is made up for by asking', async () => {
    const live = await follow({ pollMs: 100 });
    // As if a firewall dropped the connection: it is open on our side, and nothing comes.
    const listeners = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`;
    await runSql(database.url, `${listeners} AND application_name = 'tollgate' AND datname = current_database()`);
    const { key } = await create('ci');
    await until('the key is known', () => knows(live, key), withinMs);
  });

  it('a start fails instead of knowing no keys', async () => {
    const store = await database.open({ url: proxy.url });
    await proxy.stop();
    await expect(follow({ store })).rejects.toThrow();
  });

  it('the embedded one too: it is started again, and the snapshot follows', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-live-'));
    chmodSync(dataDir, 0o711);
    const store = await openStore({ dataDir, clock: systemClock, log: silentLog });
    const live = await follow({ store });
    try {
      const before = await createKey(store, { name: 'before' }, systemClock);
      await until('the key is known', () => knows(live, before.key));
      const lock = join(store.place, 'cluster', 'postmaster.pid');
      const serverPid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
      process.kill(serverPid, 'SIGINT');
      await until('it is away', () => !existsSync(lock) || !readFileSync(lock, 'utf8').startsWith(`${serverPid}\n`));
      expect(knows(live, before.key)).toBe(true);
      const createAfter = () => createKey(store, { name: 'after' }, systemClock).catch(() => undefined);
      const after = await until('a key can be made again', createAfter);
      await until('the new key is known', () => knows(live, after.key), 3_000);
    } finally {
      await live.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

describe('tens of thousands of keys', () => {
  it('are loaded without a stall, and a change among them is applied within a second', async () => {
    await runSql(
      database.url,
      `INSERT INTO "${database.schema}".organizations (id, name) VALUES ('org_many', 'many');
       INSERT INTO "${database.schema}".keys (id, organization_id, name, kind, hash, prefix)
       SELECT 'many_' || n, 'org_many', 'k' || n, 'call', encode(sha256(n::text::bytea), 'hex'), 'tg-'
       FROM generate_series(1, 20000) AS n`,
    );
    const stallMs = watchStalls();
    const live = await follow({ pollMs: 60_000 });
    expect(live.current.keys.size).toBe(20_000);
    const { key } = await create('one more');
    await until('the key is known', () => knows(live, key), withinMs);
    expect(stallMs()).toBeLessThan(500);
  });
});
