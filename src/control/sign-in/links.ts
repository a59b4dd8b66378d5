/** Links that work once: the first owner's, and those by which the operator of the machine lets somebody in again. */
import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { defaultOrganization } from '../organizations.ts';

const hourMs = 3_600_000;
export const linkHours = { 'first-owner': 24, recovery: 1 } as const;
export type LinkKind = keyof typeof linkHours;

/** 256 random bits, as text for an address. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Whether an owner of the house is there; until then the installation has nobody who may invite others. */
export async function hasOwner(db: Store['db']): Promise<boolean> {
  const row = await db
    .selectFrom('members')
    .innerJoin('organizations', 'organizations.id', 'members.organization_id')
    .select('members.id')
    .where('organizations.name', '=', defaultOrganization)
    .where('members.role', '=', 'owner')
    .where('members.user_id', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** The token of a new link; only its hash is kept. Links of the same kind and user that were made before work no more. */
export async function makeLink(db: Store['db'], kind: LinkKind, userId: string | null, clock: Clock): Promise<string> {
  const token = newToken();
  const nowMs = clock.nowMs();
  return db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom('sign_in_links')
      .where('kind', '=', kind)
      .where('user_id', userId === null ? 'is' : '=', userId)
      .execute();
    await tx
      .insertInto('sign_in_links')
      .values({
        id: newId('lnk', nowMs),
        kind,
        user_id: userId,
        token_hash: hashToken(token),
        expires_at: new Date(nowMs + linkHours[kind] * hourMs),
      })
      .execute();
    return token;
  });
}

export interface UsedLink {
  readonly userId: string | null;
}

/** Within a transaction: of two that come with the same token, one gets it. Undefined: unknown, used or expired. */
export async function takeLink(
  db: Store['db'],
  kind: LinkKind,
  token: string,
  clock: Clock,
): Promise<UsedLink | undefined> {
  const now = new Date(clock.nowMs());
  const row = await db
    .updateTable('sign_in_links')
    .set({ used_at: now })
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('user_id')
    .executeTakeFirst();
  return row && { userId: row.user_id };
}
