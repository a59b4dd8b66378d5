/**
 * Erasing one end user of an organization: what was said goes, the rows that money needs stay under a name that says
 * nothing. In batches, so that it can go on for long, be watched, be cancelled, and go on after a crash.
 */

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import { forgetEndUser } from '../../store/roll-ups/rebuild.ts';
import type { EndUserErasureTable } from '../../store/schema/content.ts';
import type { Store } from '../../store/store.ts';

export type EndUserErasure = Selectable<EndUserErasureTable>;

const batchRows = 500;

/** Begins it, or gives the one that runs. In the caller's transaction; the job `end-users-erase` does the rest. */
export async function beginErasure(
  db: Store['db'],
  organizationId: string,
  endUser: string,
  clock: Clock,
): Promise<EndUserErasure> {
  const running = await db
    .selectFrom('end_user_erasures')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('end_user', '=', endUser)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (running !== undefined) return running;
  const id = newId('eue', clock.nowMs());
  return db
    .insertInto('end_user_erasures')
    .values({
      id,
      organization_id: organizationId,
      end_user: endUser,
      pseudonym: `erased-${id.slice(-12)}`,
      requests_total: await countRequests(db, organizationId, endUser),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findErasure(db: Store['db'], id: string): Promise<EndUserErasure | undefined> {
  return db.selectFrom('end_user_erasures').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Newest first. */
export function listErasures(
  db: Store['db'],
  {
    organizationId,
    after,
    limit,
  }: { readonly organizationId?: string | undefined; readonly after?: string | undefined; readonly limit: number },
): Promise<EndUserErasure[]> {
  let query = db.selectFrom('end_user_erasures').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (after !== undefined) query = query.where('id', '<', after);
  return query.execute();
}

/** What is erased already stays so. */
export async function cancelErasure(db: Store['db'], id: string, clock: Clock): Promise<void> {
  await db
    .updateTable('end_user_erasures')
    .set({ state: 'cancelled', end_user: null, ended_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** All that run, one after the other, as long as `goesOn` says. */
export async function eraseEndUsers(db: Store['db'], clock: Clock, goesOn: () => boolean): Promise<void> {
  const running = await db
    .selectFrom('end_user_erasures')
    .select('id')
    .where('state', '=', 'running')
    .orderBy('id')
    .execute();
  for (const { id } of running) {
    while (goesOn() && (await eraseBatch(db, id, clock)));
  }
}

/** False: there is nothing more to do, or it was cancelled. Two at the same time wait for each other. */
function eraseBatch(whole: Store['db'], id: string, clock: Clock): Promise<boolean> {
  return whole.transaction().execute(async (db) => {
    const erasure = await db
      .selectFrom('end_user_erasures')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (erasure === undefined || erasure.state !== 'running' || erasure.end_user === null) return false;
    const { organization_id, end_user, pseudonym } = erasure;
    const { rows } = await sql<{ request_id: string }>`
      UPDATE usage SET end_user = ${pseudonym}, session_id = NULL, client_request_id = NULL
      FROM (
        SELECT request_id, started_at FROM usage
        WHERE organization_id = ${organization_id} AND end_user = ${end_user} LIMIT ${batchRows}
      ) AS found
      WHERE usage.request_id = found.request_id AND usage.started_at = found.started_at
      RETURNING usage.request_id`.execute(db);
    const ids = rows.map((row) => row.request_id);
    const contents = ids.length === 0 ? 0 : await removeContents(db, organization_id, ids);
    const isDone = ids.length < batchRows;
    if (isDone) await forgetEndUser(db, organization_id, end_user);
    await db
      .updateTable('end_user_erasures')
      .set((columns) => ({
        requests_done: columns('requests_done', '+', ids.length),
        contents_erased: columns('contents_erased', '+', contents),
        ...(isDone && { state: 'done' as const, end_user: null, ended_at: new Date(clock.nowMs()) }),
      }))
      .where('id', '=', id)
      .execute();
    return !isDone;
  });
}

async function removeContents(db: Store['db'], organizationId: string, ids: readonly string[]): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('contents')
    .where('organization_id', '=', organizationId)
    .where('request_id', 'in', ids)
    .executeTakeFirstOrThrow();
  await db.updateTable('feedback').set({ label: null }).where('request_id', 'in', ids).execute();
  return Number(numDeletedRows);
}

async function countRequests(db: Store['db'], organizationId: string, endUser: string): Promise<number> {
  const { count } = await db
    .selectFrom('usage')
    .select(sql<number>`count(*)`.as('count'))
    .where('organization_id', '=', organizationId)
    .where('end_user', '=', endUser)
    .executeTakeFirstOrThrow();
  return count;
}
