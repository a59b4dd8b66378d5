/**
 * Keys of somebody who goes or gets another role. Whoever was shown a management key has it still, so none of theirs may
 * do more than they may themselves; keys that call are in use by programs, and go on unless somebody says otherwise.
 */
import type { Clock } from '../../lib/clock.ts';
import { asOwner } from '../../store/row-security/as-owner.ts';
import type { Store } from '../../store/store.ts';
import type { Role } from '../api/roles.ts';
import { mayGrant, roleOfScopes, roles } from '../api/roles.ts';
import { isOperator, listMemberships } from './memberships.ts';

/** What happens to the keys of a member who is removed; management keys go in each case but `keep`. */
export const keyWishes = ['revoke-management', 'revoke-all', 'keep'] as const;
export type KeyWish = (typeof keyWishes)[number];

export const keyFates = ['revoked', 'narrowed', 'rotation-ended', 'kept'] as const;

export interface TheirKey {
  readonly id: string;
  readonly name: string;
  readonly kind: 'call' | 'management';
  readonly organizationId: string;
  /** Of a management key. */
  readonly role: Role | null;
}

export interface SettledKey extends TheirKey {
  readonly fate: (typeof keyFates)[number];
}

export interface Whose {
  readonly organizationId: string;
  readonly memberId: string;
  readonly userId: string;
}

type Db = Store['db'];
interface HeldKey extends TheirKey {
  /** They know the text that it had before its last rotation alone. */
  readonly isPast: boolean;
}

/** In force and known to them: made or rotated by them anywhere, or of the member. Without those of the playground. */
async function heldKeys(db: Db, { memberId, userId }: Whose): Promise<readonly HeldKey[]> {
  const rows = await db
    .selectFrom('keys')
    .leftJoin('playground_keys', 'playground_keys.key_id', 'keys.id')
    .select(['keys.id', 'keys.name', 'keys.kind', 'keys.organization_id', 'keys.scopes'])
    .select(['keys.shown_to', 'keys.member_id'])
    .where('playground_keys.key_id', 'is', null)
    .where('keys.revoked_at', 'is', null)
    .where((where) =>
      where.or([
        where('keys.shown_to', '=', userId),
        where('keys.previous_shown_to', '=', userId),
        where('keys.member_id', '=', memberId),
      ]),
    )
    .orderBy('keys.id')
    .execute();
  return rows.map(({ organization_id, scopes, shown_to, member_id, ...key }) => ({
    ...key,
    organizationId: organization_id,
    role: key.kind === 'management' ? roleOfScopes(scopes ?? undefined) : null,
    isPast: shown_to !== userId && member_id !== memberId,
  }));
}

/** Of this organization alone, for whoever is about to decide. */
export async function listTheirKeys(db: Db, whose: Whose): Promise<readonly TheirKey[]> {
  const held = await heldKeys(db, whose);
  return held.filter(({ organizationId, isPast }) => organizationId === whose.organizationId && !isPast);
}

/**
 * Within the transaction that changed the membership, after it. Keys of other organizations are looked at too: an operator
 * may have made some there. Returns those that were changed, and those that go on although their member is gone.
 */
export function settleKeys(db: Db, whose: Whose, wish: KeyWish, clock: Clock): Promise<readonly SettledKey[]> {
  return asOwner(db, async () => {
    const memberships = await listMemberships(db, whose.userId);
    const isAll = isOperator(memberships);
    const settled: SettledKey[] = [];
    for (const { isPast, ...key } of await heldKeys(db, whose)) {
      const role = isAll ? 'operator' : memberships.find((each) => each.organizationId === key.organizationId)?.role;
      const fate = fateOf({ ...key, isPast }, role, whose, wish);
      if (fate === undefined) continue;
      await suffer(db, key, fate, role, clock);
      settled.push({ ...key, fate });
    }
    if (!memberships.some((each) => each.organizationId === whose.organizationId))
      await endPlayground(db, whose, clock);
    return settled;
  });
}

/** Undefined: it is as it should be. */
function fateOf(key: HeldKey, role: Role | undefined, whose: Whose, wish: KeyWish): SettledKey['fate'] | undefined {
  if (key.role === null) {
    if (role !== undefined || key.organizationId !== whose.organizationId || key.isPast) return undefined;
    return wish === 'revoke-all' ? 'revoked' : 'kept';
  }
  if (role !== undefined && mayGrant(role, key.role)) return undefined;
  if (key.isPast) return wish === 'keep' ? undefined : 'rotation-ended';
  if (wish === 'keep') return 'kept';
  return role === undefined ? 'revoked' : 'narrowed';
}

async function suffer(
  db: Db,
  { id, role: keyRole }: TheirKey,
  fate: SettledKey['fate'],
  role: Role | undefined,
  clock: Clock,
): Promise<void> {
  if (fate === 'kept') return;
  const change = {
    revoked: { revoked_at: new Date(clock.nowMs()) },
    narrowed: { scopes: [commonRole(role ?? 'viewer', keyRole ?? 'viewer')] },
    'rotation-ended': { previous_hash: null, previous_expires_at: null, previous_shown_to: null },
  }[fate];
  await db.updateTable('keys').set(change).where('id', '=', id).execute();
}

/** The widest role that both may give: of a developer and of whoever pays, that of a viewer. */
function commonRole(one: Role, other: Role): Role {
  return roles.find((each) => mayGrant(one, each) && mayGrant(other, each)) ?? 'viewer';
}

async function endPlayground(db: Db, { userId, organizationId }: Whose, clock: Clock): Promise<void> {
  const theirs = db
    .selectFrom('playground_keys')
    .select('key_id')
    .where('actor_id', '=', userId)
    .where('organization_id', '=', organizationId);
  await db
    .updateTable('keys')
    .set({ revoked_at: new Date(clock.nowMs()) })
    .where('id', 'in', theirs)
    .where('revoked_at', 'is', null)
    .execute();
}
