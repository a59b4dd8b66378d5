/** Who knows the text of a key: what of it must end when they go. */
import type { Store } from '../../store/store.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure } from '../api/failure.ts';
import { roleOfScopes } from '../api/roles.ts';
import { defaultOrganization } from '../organizations.ts';

/**
 * Within the transaction that shows a key: the user who sees it; of a management key, whoever was shown that one. Removing
 * a member waits until the transaction ends, and where it came first the caller is refused: no key is shown to somebody
 * whose keys were revoked already. Throws ApiFailure (unauthorized).
 */
export async function holderOf(db: Store['db'], caller: Caller, organizationId: string): Promise<string | undefined> {
  // Of operators, who are members of the house, that one too.
  await db
    .selectFrom('organizations')
    .select('id')
    .where((where) => where.or([where('id', '=', organizationId), where('name', '=', defaultOrganization)]))
    .orderBy('id')
    .forKeyShare()
    .execute();
  const { actor, secret } = caller;
  if (actor.kind === 'key') return holderOfKey(db, caller);
  const session = await db.selectFrom('user_sessions').select('id').where('token', '=', secret).executeTakeFirst();
  if (session === undefined) throw gone('The session is over.', 'Sign in again.');
  return actor.id;
}

async function holderOfKey(db: Store['db'], { actor, role }: Caller): Promise<string | undefined> {
  const key = await db
    .selectFrom('keys')
    .select(['shown_to', 'scopes'])
    .where('id', '=', actor.id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (key === undefined || roleOfScopes(key.scopes ?? undefined) !== role)
    throw gone('The management key is revoked, or may less now.', 'Use another one.');
  return key.shown_to ?? undefined;
}

function gone(message: string, remedy: string): ApiFailure {
  return new ApiFailure('unauthorized', message, { remedy });
}
