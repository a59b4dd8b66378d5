/**
 * The queue of jobs: work that must happen after a transaction, by any instance, at least once. graphile-worker keeps it
 * in the same Postgres, so that a job is added by the very transaction that makes it necessary (`addJob`).
 */
import { Logger, parseCronItems, type Runner, run, runMigrations } from 'graphile-worker';
import type { Log } from '../../lib/log.ts';
import { within } from '../../lib/within.ts';
import { codeOf, StoreError } from '../../store/error.ts';
import { jobSchemaOf, releaseStuckJobs } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';

export { addJob } from '../../store/jobs.ts';

/** A kind of job. It may run more than once for one job, and at several instances at the same time. */
export interface Task {
  /** Kebab-case, with the feature first: `stripe-event`. */
  readonly name: string;
  /** What it throws is logged, and the job is tried again later. Must end within ten minutes. */
  readonly run: (payload: unknown) => Promise<void>;
  /** As in a crontab, in UTC: minute, hour, day, month, weekday. Added by itself, once for all instances. */
  readonly schedule?: string;
}

export interface JobsOptions {
  readonly store: Store;
  readonly log: Log;
  readonly tasks: readonly Task[];
  /** Jobs at the same time. Default 2. */
  readonly concurrency?: number;
  /** How often it looks without being told of a new job. Default 2 s. */
  readonly pollMs?: number;
}

export interface Jobs {
  /** Lets running jobs end, for five seconds at most. */
  stop(): Promise<void>;
}

const runMsMax = 10 * 60_000;
/** Longer than any job may run. */
const stuckMs = 15 * 60_000;
const stopMs = 5_000;

/** Makes or migrates the queue's tables, so that `addJob` works; for commands that run without a server. */
export async function prepareJobs(store: Store, log: Log): Promise<void> {
  const pgPool = store.openDriverPool(1);
  try {
    await runMigrations({ pgPool, schema: jobSchemaOf(store.schema), logger: toLogger(log) });
  } catch (error) {
    throw mayNot(error, jobSchemaOf(store.schema)) ?? error;
  } finally {
    await pgPool.end();
  }
}

/** The user of a database that somebody else keeps may not make schemas. */
function mayNot(error: unknown, schema: string): StoreError | undefined {
  if (codeOf(error) !== '42501') return undefined;
  return new StoreError(
    'permission',
    `The database user may not create the schema "${schema}", where jobs are kept.`,
    `Let an administrator run: CREATE SCHEMA "${schema}" AUTHORIZATION <the user of DATABASE_URL>.`,
    error,
  );
}

/** Runs the tasks' jobs until stopped. Throws when the database is away now; later it waits for it. */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const { store, log, concurrency = 2, pollMs = 2_000 } = options;
  const tasks = [...options.tasks, unlocking(store)];
  await prepareJobs(store, log);
  const runner = await run({
    // One that listens for new jobs, one for the schedule, and one for each job that begins or ends.
    pgPool: store.openDriverPool(concurrency + 2),
    schema: jobSchemaOf(store.schema),
    concurrency,
    pollInterval: pollMs,
    noHandleSignals: true,
    logger: toLogger(log),
    taskList: Object.fromEntries(tasks.map((task) => [task.name, (payload: unknown) => runTask(task, payload, log)])),
    parsedCronItems: parseCronItems(tasks.flatMap(toCronItems)),
  });
  runner.promise.catch((error: unknown) => log.error({ error }, 'the queue of jobs ended; restart this instance'));
  return { stop: () => stop(runner) };
}

async function stop(runner: Runner): Promise<void> {
  // It throws when it has ended already, by an error that was told.
  await within(
    runner.stop().catch(() => {}),
    stopMs,
  );
}

async function runTask({ name, run }: Task, payload: unknown, log: Log): Promise<void> {
  try {
    const work = run(payload);
    if (!(await within(work, runMsMax))) throw new Error(`the job ${name} took more than ${runMsMax} ms`);
  } catch (error) {
    log.warn({ error, task: name }, 'a job failed; it is tried again');
    throw error;
  }
}

/** Only the newest of a task's scheduled jobs waits, however long nobody ran them. */
function toCronItems({ name, schedule }: Task) {
  if (schedule === undefined) return [];
  return [{ task: name, match: schedule, identifier: name, options: { jobKey: `schedule:${name}`, maxAttempts: 1 } }];
}

const unlocking = (store: Store): Task => ({
  name: 'jobs-unlock',
  schedule: '*/5 * * * *',
  run: () => releaseStuckJobs(store, stuckMs),
});

/** Its chatter is for somebody hunting a bug; what a job threw is told by `runTask`. */
function toLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({ detail: message }, 'the queue of jobs reports a problem');
    else log.debug({ detail: message }, 'the queue of jobs');
  });
}
