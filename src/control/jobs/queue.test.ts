import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSql, type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { until } from '../../../test/until.ts';
import { silentLog } from '../../lib/log.ts';
import { jobSchemaOf, releaseStuckJobs } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';
import { addJob, type Jobs, prepareJobs, startJobs, type Task } from './queue.ts';

let database: TestDatabase;
let store: Store;
let jobs: Jobs[] = [];

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
});

afterEach(async () => {
  await Promise.all(jobs.map((each) => each.stop()));
  jobs = [];
  await database.close();
});

async function start(...tasks: readonly Task[]): Promise<void> {
  jobs.push(await startJobs({ store, log: silentLog, tasks, pollMs: 50 }));
}

const waiting = async () =>
  (await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.id(jobSchemaOf(store.schema))}.jobs`.execute(store.db))
    .rows[0]?.n;

describe('a job', () => {
  it('runs when its transaction commits, and never when it does not', async () => {
    const ran: unknown[] = [];
    await start({ name: 'note', run: async (payload) => void ran.push(payload) });
    const rolledBack = store.db.transaction().execute(async (db) => {
      await addJob(store, db, { task: 'note', payload: { id: 'never' } });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await store.db.transaction().execute((db) => addJob(store, db, { task: 'note', payload: { id: 'once' } }));
    await until('the job has run and is gone', async () => (await waiting()) === 0);
    expect(ran).toEqual([{ id: 'once' }]);
  });

  it('is kept while nobody runs jobs, one for each key', async () => {
    await prepareJobs(store, silentLog);
    for (const id of ['first', 'second']) {
      await addJob(store, store.db, { task: 'note', payload: { id }, key: 'note' });
    }
    const ran: unknown[] = [];
    await start({ name: 'note', run: async (payload) => void ran.push(payload) });
    await until('the job has run and is gone', async () => (await waiting()) === 0);
    expect(ran).toEqual([{ id: 'second' }]);
  });

  it('that fails is tried again', async () => {
    let tries = 0;
    await start({
      name: 'fail-once',
      run: async () => {
        if (++tries === 1) throw new Error('the first try fails');
      },
    });
    await addJob(store, store.db, { task: 'fail-once', payload: {} });
    const schema = sql.id(jobSchemaOf(store.schema));
    await until('the first try has failed', async () => {
      // The pause grows with the exponent of the tries; nobody needs to wait for it here.
      const { rows } = await sql`SELECT ${schema}.reschedule_jobs(array_agg(id), run_at => now()) FROM ${schema}.jobs
        WHERE attempts = 1 AND locked_at IS NULL HAVING count(*) > 0`.execute(store.db);
      return rows.length > 0;
    });
    await until('the job is done', async () => (await waiting()) === 0);
    expect(tries).toBe(2);
  });

  it('of an instance that died is given to another one', async () => {
    await prepareJobs(store, silentLog);
    await addJob(store, store.db, { task: 'note', payload: { id: 'orphan' } });
    const schema = jobSchemaOf(store.schema);
    await runSql(
      database.url,
      `UPDATE "${schema}"._private_jobs SET locked_by = 'dead', locked_at = now() - interval '16 minutes'`,
    );
    const ran: unknown[] = [];
    await start({ name: 'note', run: async (payload) => void ran.push(payload) });
    await releaseStuckJobs(store, 15 * 60_000);
    await until('the job has run', () => ran.length === 1);
  });
});

describe('the queue', () => {
  it('goes on after all of its connections were cut', async () => {
    const ran: unknown[] = [];
    await start({ name: 'note', run: async (payload) => void ran.push(payload) });
    const pids = await until('the queue has connections', async () => {
      const found = await runSql(
        database.url,
        `SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%${jobSchemaOf(store.schema)}%'`,
      );
      return found.map(({ pid }) => pid).join(', ');
    });
    await runSql(database.url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (${pids})`);
    // A job that a dying connection took just now would wait for `releaseStuckJobs`.
    await until('the connections are gone', async () => {
      const left = await runSql(database.url, `SELECT FROM pg_stat_activity WHERE pid IN (${pids})`);
      return left.length === 0;
    });
    await until('a job can be added again', () =>
      addJob(store, store.db, { task: 'note', payload: { id: 'after' } }).then(
        () => true,
        () => false,
      ),
    );
    await until('the job has run', () => ran.length === 1);
  });

  it('knows what is to be done by the clock', async () => {
    await start({ name: 'sweep', run: async () => {}, schedule: '*/2 * * * *' });
    const rows = await until('the schedule is known', async () => {
      const found = await runSql(
        database.url,
        `SELECT identifier FROM "${jobSchemaOf(store.schema)}"._private_known_crontabs ORDER BY 1`,
      );
      return found.length > 0 && found;
    });
    expect(rows).toEqual([{ identifier: 'jobs-unlock' }, { identifier: 'sweep' }]);
  });
});
