/** Organizations come into being when something is first put into them. */
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import type { Store } from '../store/store.ts';
import { checkName } from './names.ts';

export const defaultOrganization = 'default';

/** The id of the organization with this name, made if it is not there. Throws Refusal for a bad name. */
export async function ensureOrganization(db: Store['db'], name: string, clock: Clock): Promise<string> {
  const checked = checkName('an organization', name);
  const find = () => db.selectFrom('organizations').select('id').where('name', '=', checked);
  // Asked first: even an insert that does nothing would count as a change of the snapshot.
  const found = await find().executeTakeFirst();
  if (found !== undefined) return found.id;
  await db
    .insertInto('organizations')
    .values({ id: newId('org', clock.nowMs()), name: checked })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return (await find().executeTakeFirstOrThrow()).id;
}
