/** Projects: what several keys of an organization belong to together. They are made with the first key or budget of theirs. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Limits } from '../../llm/limits.ts';
import type { Store } from '../../store/store.ts';
import { checkLimits } from '../limits.ts';
import { checkName } from '../names.ts';

export interface ProjectInfo {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  /** Of all its keys together. */
  readonly limits?: Limits;
  readonly createdAtMs: number;
}

export interface ProjectFilter {
  readonly organizationId?: string;
  readonly limit: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listProjects(db: Store['db'], { organizationId, limit, after }: ProjectFilter) {
  let query = db.selectFrom('projects').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (after !== undefined) query = query.where('id', '<', after);
  return (await query.execute()).map(toInfo);
}

export async function findProject(db: Store['db'], id: string): Promise<ProjectInfo | undefined> {
  const row = await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toInfo(row);
}

/** Its id. Throws Refusal; another of this name in the organization is a unique violation. */
export async function createProject(
  db: Store['db'],
  organizationId: string,
  name: string,
  clock: Clock,
): Promise<string> {
  const id = newId('prj', clock.nowMs());
  await db
    .insertInto('projects')
    .values({ id, organization_id: organizationId, name: checkName('a project', name) })
    .execute();
  return id;
}

/** Throws Refusal; another of this name in the organization is a unique violation. */
export async function renameProject(db: Store['db'], id: string, name: string): Promise<void> {
  await db
    .updateTable('projects')
    .set({ name: checkName('a project', name) })
    .where('id', '=', id)
    .execute();
}

/** Null: none. Gateways follow within a second. Throws Refusal. */
export async function limitProject(db: Store['db'], id: string, limits: Limits | null): Promise<void> {
  await db
    .updateTable('projects')
    .set({ limits: checkLimits(limits ?? undefined) })
    .where('id', '=', id)
    .execute();
}

function toInfo(row: {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly limits: Limits | null;
  readonly created_at: Date;
}): ProjectInfo {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    ...(row.limits && { limits: row.limits }),
    createdAtMs: row.created_at.getTime(),
  };
}
