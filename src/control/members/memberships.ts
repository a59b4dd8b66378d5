/** Which organizations a user belongs to, and as what. */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import type { MemberRole } from '../api/roles.ts';
import { defaultOrganization } from '../organizations.ts';
import { ensureOwner } from '../owners.ts';
import { toEmail } from '../sign-in/users.ts';

export interface Membership {
  readonly organizationId: string;
  /** Its name. */
  readonly organization: string;
  readonly role: MemberRole;
}

/** The oldest first; without organizations that are disabled. */
export async function listMemberships(db: Store['db'], userId: string): Promise<readonly Membership[]> {
  const rows = await db
    .selectFrom('members')
    .innerJoin('organizations', 'organizations.id', 'members.organization_id')
    .select(['members.organization_id as organizationId', 'organizations.name as organization', 'members.role'])
    .where('members.user_id', '=', userId)
    .where('organizations.disabled', '=', false)
    .orderBy('members.id')
    .execute();
  return rows.flatMap(({ role, ...rest }) => (role === null ? [] : [{ ...rest, role }]));
}

/** Owners and administrators of the house run the installation. */
export function isOperator(memberships: readonly Membership[]): boolean {
  return memberships.some(
    ({ organization, role }) => organization === defaultOrganization && (role === 'owner' || role === 'admin'),
  );
}

export interface NewMember {
  readonly organizationId: string;
  readonly userId: string;
  readonly email: string;
  readonly role: MemberRole;
}

/**
 * Makes a user a member, within the caller's transaction. Somebody of that name who had keys before is the same person.
 * Returns the member's id.
 */
export async function setMember(
  db: Store['db'],
  { organizationId, userId, email, role }: NewMember,
  clock: Clock,
): Promise<string> {
  const id = await ensureOwner(db, 'members', organizationId, toEmail(email), clock);
  await db.updateTable('members').set({ user_id: userId, role }).where('id', '=', id).execute();
  return id;
}
