/** Projects and members come into being when a key or a budget is first given to them, as organizations do. */
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import type { Store } from '../store/store.ts';
import { checkName } from './names.ts';

const prefixes = { projects: 'prj', members: 'mem' } as const;

export type OwnerTableName = keyof typeof prefixes;

/** The id of the organization's project or member with this name, made if it is not there. Throws Refusal. */
export async function ensureOwner(
  db: Store['db'],
  table: OwnerTableName,
  organizationId: string,
  name: string,
  clock: Clock,
): Promise<string> {
  const checked = checkName(table === 'projects' ? 'a project' : 'a member', name);
  const id = newId(prefixes[table], clock.nowMs());
  await db
    .insertInto(table)
    .values({ id, organization_id: organizationId, name: checked })
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .execute();
  const row = await db
    .selectFrom(table)
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('name', '=', checked)
    .executeTakeFirstOrThrow();
  return row.id;
}
