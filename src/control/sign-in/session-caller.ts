/** A session as a caller of the management API: one organization at a time, with the role that its user has there. */
import type { IncomingMessage } from 'node:http';
import type { Store } from '../../store/store.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { isOperator, listMemberships, type Membership } from '../members/memberships.ts';
import type { SignIn } from './sign-in.ts';

/** Names the organization that a session works on. Absent: the first that its user is a member of. */
export const organizationHeader = 'x-tollgate-organization';

export interface SessionCaller {
  readonly caller: Caller;
  /** To set: a session that is used lasts longer. */
  readonly cookies: readonly string[];
}

/** Asked for each request, so that a session that was ended is over at once. Throws ApiFailure. */
export async function findSessionCaller(
  request: IncomingMessage,
  signIn: SignIn,
  db: Store['db'],
): Promise<SessionCaller> {
  signIn.checkOrigin(request.method ?? 'GET', request.headers);
  const session = await signIn.findSession(request);
  if (session === undefined) {
    throw new ApiFailure('unauthorized', 'The session is over.', { remedy: 'Sign in again.' });
  }
  const { user, token, cookies } = session;
  const memberships = await listMemberships(db, user.id);
  const named = request.headers[organizationHeader];
  const place = await placeOf(memberships, typeof named === 'string' && named !== '' ? named : undefined, db);
  return { caller: { ...place, actor: { kind: 'user', id: user.id, name: user.email }, secret: token }, cookies };
}

async function placeOf(
  memberships: readonly Membership[],
  named: string | undefined,
  db: Store['db'],
): Promise<Pick<Caller, 'role' | 'organizationId'>> {
  const own = named === undefined ? memberships[0] : memberships.find(({ organizationId }) => organizationId === named);
  if (isOperator(memberships)) {
    if (named !== undefined && own === undefined) await checkExists(db, named);
    return { role: 'operator', organizationId: named ?? own?.organizationId ?? '' };
  }
  if (own !== undefined) return { role: own.role, organizationId: own.organizationId };
  if (named !== undefined) throw notFound('organization', named);
  // Whoever is a member of nothing any more may still see to their own account.
  return { role: 'viewer', organizationId: '' };
}

async function checkExists(db: Store['db'], id: string): Promise<void> {
  const found = id.includes('\0')
    ? undefined
    : await db.selectFrom('organizations').select('id').where('id', '=', id).executeTakeFirst();
  if (found === undefined) throw notFound('organization', id);
}
