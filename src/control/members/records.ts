/** People of an organization. An owner is always left, and nobody gives a role that is above their own. */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict, notFound } from '../api/failure.ts';
import { type MemberRole, mayGrant, type Role } from '../api/roles.ts';
import { endSessions } from '../sign-in/users.ts';
import { revokeInvitationsOf } from './invitations.ts';
import { type KeyWish, listTheirKeys, type SettledKey, settleKeys, type Whose } from './their-keys.ts';

export interface Member {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly twoFactorEnabled: boolean;
  /** Keys that are valid and belong to this member. */
  readonly keys: number;
  readonly createdAtMs: number;
}

export interface MemberPage {
  readonly limit: number;
  /** The last id of the page before. */
  readonly after?: string | undefined;
}

/** Newest first. */
export async function listMembers(db: Store['db'], organizationId: string, { limit, after }: MemberPage) {
  let query = people(db)
    .where('members.organization_id', '=', organizationId)
    .orderBy('members.id', 'desc')
    .limit(limit);
  if (after !== undefined) query = query.where('members.id', '<', after);
  return (await query.execute()).map(toMember);
}

async function findMember(db: Store['db'], organizationId: string, id: string): Promise<Member> {
  const row = await people(db)
    .where('members.organization_id', '=', organizationId)
    .where('members.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw notFound('member', id);
  return toMember(row);
}

function people(db: Store['db']) {
  return db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select([
      'members.id',
      'members.user_id',
      'members.role',
      'members.created_at',
      'users.name',
      'users.email',
      'users.two_factor_enabled',
    ])
    .select((of) =>
      of
        .selectFrom('keys')
        .select(of.fn.countAll<number>().as('count'))
        .whereRef('keys.member_id', '=', 'members.id')
        .where('keys.revoked_at', 'is', null)
        .as('keys'),
    );
}

function toMember(row: {
  readonly id: string;
  readonly user_id: string | null;
  readonly role: MemberRole | null;
  readonly created_at: Date;
  readonly name: string;
  readonly email: string;
  readonly two_factor_enabled: boolean | null;
  readonly keys: number | null;
}): Member {
  return {
    id: row.id,
    userId: row.user_id ?? '',
    name: row.name,
    email: row.email,
    role: row.role ?? 'viewer',
    twoFactorEnabled: row.two_factor_enabled === true,
    keys: row.keys ?? 0,
    createdAtMs: row.created_at.getTime(),
  };
}

export interface MemberChange {
  readonly organizationId: string;
  readonly memberId: string;
  /** What the one who changes is. */
  readonly by: Role;
}

export interface Changed {
  readonly member: Member;
  readonly keys: readonly SettledKey[];
}

/**
 * Within a transaction. Ends the member's sessions, since what they see was made for the role before, and narrows the
 * management keys that they know. Throws ApiFailure.
 */
export async function changeRole(
  db: Store['db'],
  change: MemberChange,
  role: MemberRole,
  clock: Clock,
): Promise<Changed> {
  await lockOrganization(db, change.organizationId);
  const member = await findMember(db, change.organizationId, change.memberId);
  checkGrant(change.by, member.role, 'change');
  checkGrant(change.by, role, 'give');
  if (member.role === role) return { member, keys: [] };
  if (member.role === 'owner') await keepAnOwner(db, change.organizationId);
  await db.updateTable('members').set({ role }).where('id', '=', member.id).execute();
  await endSessions(db, member.userId);
  await revokeInvitationsOf(db, change.organizationId, member.email, role, clock.nowMs());
  const keys = await settleKeys(db, whoseOf(change.organizationId, member), 'revoke-management', clock);
  return { member: { ...member, role }, keys };
}

/** Within a transaction. Ends all sessions of the person and does with their keys as wished. Throws ApiFailure. */
export async function removeMember(
  db: Store['db'],
  change: MemberChange,
  wish: KeyWish,
  clock: Clock,
): Promise<Changed> {
  await lockOrganization(db, change.organizationId);
  const member = await findMember(db, change.organizationId, change.memberId);
  checkGrant(change.by, member.role, 'remove');
  return { member, keys: await takeOut(db, change.organizationId, member, wish, clock) };
}

/** Within a transaction: the person goes by their own wish. Throws ApiFailure. */
export async function leave(db: Store['db'], organizationId: string, userId: string, clock: Clock): Promise<Changed> {
  await lockOrganization(db, organizationId);
  const own = await people(db)
    .where('members.organization_id', '=', organizationId)
    .where('members.user_id', '=', userId)
    .executeTakeFirst();
  if (own === undefined) throw conflict('You are no member of this organization.', 'There is nothing to leave.');
  const member = toMember(own);
  return { member, keys: await takeOut(db, organizationId, member, 'revoke-management', clock) };
}

async function takeOut(
  db: Store['db'],
  organizationId: string,
  member: Member,
  wish: KeyWish,
  clock: Clock,
): Promise<readonly SettledKey[]> {
  const { id, userId, role, email } = member;
  if (role === 'owner') await keepAnOwner(db, organizationId);
  await db.updateTable('members').set({ user_id: null, role: null }).where('id', '=', id).execute();
  await endSessions(db, userId);
  await revokeInvitationsOf(db, organizationId, email, undefined, clock.nowMs());
  return settleKeys(db, whoseOf(organizationId, member), wish, clock);
}

function whoseOf(organizationId: string, { id, userId }: Member): Whose {
  return { organizationId, memberId: id, userId };
}

/** What the member would leave behind, in this organization. Throws ApiFailure. */
export async function keysOfMember(db: Store['db'], organizationId: string, memberId: string) {
  return listTheirKeys(db, whoseOf(organizationId, await findMember(db, organizationId, memberId)));
}

/** Two owners who remove each other at once come one after the other. */
async function lockOrganization(db: Store['db'], id: string): Promise<void> {
  await db.selectFrom('organizations').select('id').where('id', '=', id).forUpdate().execute();
}

async function keepAnOwner(db: Store['db'], organizationId: string): Promise<void> {
  const { count } = await db
    .selectFrom('members')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'owner')
    .where('user_id', 'is not', null)
    .executeTakeFirstOrThrow();
  if (count > 1) return;
  throw conflict('This is the last owner of the organization.', 'Make somebody else an owner first.');
}

/** Throws ApiFailure (forbidden): nobody reaches above themselves. */
export function checkGrant(by: Role, role: MemberRole, what: 'give' | 'change' | 'remove'): void {
  if (mayGrant(by, role)) return;
  const acts = {
    give: `give the role ${role}`,
    change: `change a member who is ${role}`,
    remove: `remove a member who is ${role}`,
  };
  throw new ApiFailure('forbidden', `Who is ${by} cannot ${acts[what]}.`, {
    remedy: 'Ask an owner of the organization.',
    path: 'role',
  });
}
