/** Jobs of the queue, added by the transaction that needs them. The queue itself is graphile-worker's (control/jobs). */
import { type Kysely, sql } from 'kysely';
import { asOwner } from './row-security/as-owner.ts';
import type { Schema } from './schema.ts';
import type { Store } from './store.ts';

export interface NewJob {
  /** The name of a registered task. */
  readonly task: string;
  /** As JSON; names what there is to do (an id), never money or secrets: the task reads those itself. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** One waiting job for each key: a second one replaces the first, unless it runs already. */
  readonly key?: string;
  /** Default: now. */
  readonly runAt?: Date;
  /** Tries at most, with growing pauses of up to some hours in between. Default 25 (about three days). */
  readonly attemptsMax?: number;
  /** Jobs of the same queue run one after the other. Use few names. */
  readonly queue?: string;
}

/** The queue's tables live beside ours. */
export function jobSchemaOf(schema: string): string {
  return `${schema.slice(0, 56)}_worker`;
}

/** Adds a job in the caller's transaction. The tables are there once `prepareJobs` or `startJobs` has run. */
export async function addJob(store: Pick<Store, 'schema'>, db: Kysely<Schema>, job: NewJob): Promise<void> {
  const { task, payload, key = null, runAt = null, attemptsMax = null, queue = null } = job;
  await asOwner(db, () =>
    sql`SELECT 1 FROM ${sql.id(jobSchemaOf(store.schema))}.add_job(
    ${task}::text, ${JSON.stringify(payload)}::json, queue_name => ${queue}::text, run_at => ${runAt}::timestamptz,
    max_attempts => ${attemptsMax}::int, job_key => ${key}::text)`.execute(db),
  );
}

/** Of the job of this task that is still to be done, or tried again. Undefined: there is none. Throws StoreError. */
export async function jobState(
  store: Pick<Store, 'schema' | 'db'>,
  task: string,
): Promise<'waiting' | 'running' | undefined> {
  const schema = jobSchemaOf(store.schema);
  const { rows: tables } = await sql<{ name: string | null }>`
    SELECT to_regclass(${`"${schema}".jobs`})::text AS name`.execute(store.db);
  // No instance has made the queue yet.
  if (tables[0]?.name == null) return undefined;
  const { rows } = await sql<{ running: boolean }>`
    SELECT locked_at IS NOT NULL AS running FROM ${sql.id(schema)}.jobs
    WHERE task_identifier = ${task} AND attempts < max_attempts ORDER BY locked_at NULLS LAST LIMIT 1`.execute(
    store.db,
  );
  const [row] = rows;
  return row && (row.running ? 'running' : 'waiting');
}

/**
 * Gives jobs back whose process died: the queue itself would wait for four hours. `stuckMs` must be longer than any job
 * may run.
 */
export async function releaseStuckJobs(store: Store, stuckMs: number): Promise<void> {
  const schema = sql.id(jobSchemaOf(store.schema));
  await sql`SELECT ${schema}.force_unlock_workers(array_agg(DISTINCT locked_by)) FROM ${schema}.jobs
    WHERE locked_at < now() - ${stuckMs} * interval '1 millisecond' HAVING count(*) > 0`.execute(store.db);
}
