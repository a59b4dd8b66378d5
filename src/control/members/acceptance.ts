/** How an invitation makes a member: of somebody new, or of a user who is signed in. */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict } from '../api/failure.ts';
import { createUser, findUserByEmail } from '../sign-in/users.ts';
import { type Invitation, markAccepted } from './invitations.ts';
import { setMember } from './memberships.ts';

export interface Accepting {
  readonly name?: string | undefined;
  readonly password?: string | undefined;
  /** Whose session the request carries. */
  readonly user?: { readonly id: string; readonly email: string } | undefined;
  /** A new user may go without a password. */
  readonly singleSignOn: boolean;
}

export interface Accepted {
  readonly organizationId: string;
  readonly email: string;
  /** A user was made. */
  readonly isNew: boolean;
  readonly userId: string;
  readonly memberId: string;
}

/** Within the transaction that holds the invitation. Throws ApiFailure. */
export async function accept(db: Store['db'], invitation: Invitation, by: Accepting, clock: Clock): Promise<Accepted> {
  const { id, organizationId, email, role } = invitation;
  const known = await findUserByEmail(db, email);
  if (known !== undefined) checkOwn(by, known.id, email);
  const userId = known?.id ?? (await newUser(db, invitation, by, clock));
  const memberId = await setMember(db, { organizationId, userId, email, role }, clock);
  await markAccepted(db, id, clock.nowMs());
  return { organizationId, email, isNew: known === undefined, userId, memberId };
}

/** The link alone does not let anybody into an account that is there. */
function checkOwn({ user }: Accepting, userId: string, email: string): void {
  if (user?.id === userId) return;
  throw new ApiFailure('unauthorized', `${email} has an account.`, { remedy: 'Sign in with it, then accept.' });
}

async function newUser(db: Store['db'], { email, mailed }: Invitation, by: Accepting, clock: Clock): Promise<string> {
  if (by.user !== undefined) {
    const remedy = 'Sign out first, or ask for an invitation to your own address.';
    throw conflict(`The invitation is for ${email}, and you are signed in as ${by.user.email}.`, remedy);
  }
  const { name, password } = by;
  if (name === undefined) throw missing('name', 'Give your name.');
  if (password === undefined && !by.singleSignOn) throw missing('password', 'Choose a password.');
  // A link that somebody else saw proves no address; without a password, only the address's owner can get in.
  const emailVerified = mailed || password === undefined;
  return createUser(db, { name, email, password, emailVerified }, clock);
}

function missing(path: string, remedy: string): ApiFailure {
  return new ApiFailure('invalid_request', `A new account needs a ${path}.`, { remedy, path });
}
