/**
 * Keys for trying models out in the dashboard: a browser calls the data plane itself, so what it tries is limited, metered
 * and charged like everything else. They are short-lived, few, and no rows of the list of keys.
 */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import type { Actor } from '../api/caller.ts';
import { type CreatedKey, createKeyOf } from '../keys/keys.ts';
import { nameLengthMax } from '../names.ts';

export const playgroundKeyMs = 3_600_000;
/** Alive at once, for each person and organization: one for each window that somebody is likely to have open. */
export const playgroundKeysMax = 5;

/** The oldest that is alive is revoked where there would be too many. Within the caller's transaction. */
export async function createPlaygroundKey(
  db: Store['db'],
  organizationId: string,
  actor: Actor,
  clock: Clock,
): Promise<CreatedKey> {
  const nowMs = clock.nowMs();
  // Two windows at once must not both count before either has made one.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`playground ${organizationId} ${actor.id}`}, 0))`.execute(
    db,
  );
  await revokeOldest(db, organizationId, actor, new Date(nowMs));
  const member = await memberName(db, organizationId, actor);
  const name = `Playground of ${actor.name}`.slice(0, nameLengthMax);
  const request = { name, expiresAtMs: nowMs + playgroundKeyMs, ...(member !== undefined && { member }) };
  const made = await createKeyOf(db, organizationId, request, clock);
  const row = { key_id: made.id, organization_id: organizationId, actor_id: actor.id };
  await db.insertInto('playground_keys').values(row).execute();
  return made;
}

async function revokeOldest(db: Store['db'], organizationId: string, actor: Actor, now: Date): Promise<void> {
  const alive = await db
    .selectFrom('playground_keys')
    .innerJoin('keys', 'keys.id', 'playground_keys.key_id')
    .select('keys.id')
    .where('playground_keys.organization_id', '=', organizationId)
    .where('playground_keys.actor_id', '=', actor.id)
    .where('keys.revoked_at', 'is', null)
    .where('keys.expires_at', '>', now)
    .orderBy('keys.id', 'desc')
    .execute();
  const over = alive.slice(playgroundKeysMax - 1).map(({ id }) => id);
  if (over.length > 0) await db.updateTable('keys').set({ revoked_at: now }).where('id', 'in', over).execute();
}

/** So that a person's own budget holds here too. */
async function memberName(db: Store['db'], organizationId: string, actor: Actor): Promise<string | undefined> {
  if (actor.kind !== 'user') return undefined;
  const member = await db
    .selectFrom('members')
    .select('name')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', actor.id)
    .executeTakeFirst();
  return member?.name;
}
