/** Invitations: a link for one address, which makes its owner a member in the role that somebody gave. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { conflict, notFound } from '../api/failure.ts';
import { type MemberRole, mayGrant, memberRoles } from '../api/roles.ts';
import { hashToken, newToken } from '../sign-in/links.ts';
import { toEmail } from '../sign-in/users.ts';

const dayMs = 86_400_000;
export const invitationDays = 7;
/** Open ones of an organization. */
const openMax = 500;

export interface Invitation {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly invitedBy: string;
  readonly mailed: boolean;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface NewInvitation {
  readonly organizationId: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly invitedBy: string;
  /** The link goes to the address alone. */
  readonly mailed: boolean;
}

/** Within a transaction. An open invitation of the same address is replaced. Throws ApiFailure. */
export async function invite(
  db: Store['db'],
  { organizationId, email, role, invitedBy, mailed }: NewInvitation,
  clock: Clock,
): Promise<{ readonly invitation: Invitation; readonly token: string }> {
  const address = toEmail(email);
  await refuseMember(db, organizationId, address);
  const now = new Date(clock.nowMs());
  await revokeOpen(db, organizationId, now, address);
  await refuseTooMany(db, organizationId);
  const token = newToken();
  const row = await db
    .insertInto('invitations')
    .values({
      id: newId('invt', clock.nowMs()),
      organization_id: organizationId,
      email: address,
      role,
      token_hash: hashToken(token),
      mailed,
      invited_by: invitedBy,
      created_at: now,
      expires_at: new Date(clock.nowMs() + invitationDays * dayMs),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { invitation: toInvitation(row), token };
}

async function refuseMember(db: Store['db'], organizationId: string, email: string): Promise<void> {
  const known = await db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select('members.id')
    .where('members.organization_id', '=', organizationId)
    .where('users.email', '=', email)
    .executeTakeFirst();
  if (known !== undefined) throw conflict(`${email} is a member already.`, 'Change the role of the member instead.');
}

async function refuseTooMany(db: Store['db'], organizationId: string): Promise<void> {
  const { count } = await db
    .selectFrom('invitations')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count >= openMax) throw conflict(`${openMax} invitations of this organization are open.`, 'Revoke some first.');
}

/** Those that can still be accepted, newest first. */
export async function listInvitations(
  db: Store['db'],
  organizationId: string,
  nowMs: number,
): Promise<readonly Invitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(nowMs))
    .orderBy('id', 'desc')
    .limit(openMax)
    .execute();
  return rows.map(toInvitation);
}

/** Throws ApiFailure (not_found). */
export async function revokeInvitation(
  db: Store['db'],
  organizationId: string,
  id: string,
  nowMs: number,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('invitations')
    .set({ revoked_at: new Date(nowMs) })
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound('invitation', id);
}

/** Open ones that somebody made who may no longer: `role` is what they are now; undefined: no member any more. */
export async function revokeInvitationsOf(
  db: Store['db'],
  organizationId: string,
  invitedBy: string,
  role: MemberRole | undefined,
  nowMs: number,
): Promise<void> {
  const mayStill = role === undefined ? [] : memberRoles.filter((given) => mayGrant(role, given));
  let query = db
    .updateTable('invitations')
    .set({ revoked_at: new Date(nowMs) })
    .where('organization_id', '=', organizationId)
    .where('invited_by', '=', invitedBy)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null);
  if (mayStill.length > 0) query = query.where('role', 'not in', mayStill);
  await query.execute();
}

async function revokeOpen(db: Store['db'], organizationId: string, now: Date, email: string): Promise<void> {
  await db
    .updateTable('invitations')
    .set({ revoked_at: now })
    .where('organization_id', '=', organizationId)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Of a token; undefined: unknown, accepted, revoked or expired. `lock`: within a transaction that accepts it. */
export async function findInvitation(
  db: Store['db'],
  token: string,
  nowMs: number,
  lock = false,
): Promise<Invitation | undefined> {
  const query = db
    .selectFrom('invitations')
    .selectAll()
    .where('token_hash', '=', hashToken(token))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(nowMs));
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  return row && toInvitation(row);
}

export async function markAccepted(db: Store['db'], id: string, nowMs: number): Promise<void> {
  await db
    .updateTable('invitations')
    .set({ accepted_at: new Date(nowMs) })
    .where('id', '=', id)
    .execute();
}

function toInvitation(row: {
  readonly id: string;
  readonly organization_id: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly invited_by: string;
  readonly mailed: boolean;
  readonly created_at: Date;
  readonly expires_at: Date;
}): Invitation {
  return {
    id: row.id,
    organizationId: row.organization_id,
    email: row.email,
    role: row.role,
    invitedBy: row.invited_by,
    mailed: row.mailed,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
  };
}
