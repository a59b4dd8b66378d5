/**
 * Changes of a key that is in use: what it may do, and the text it is known by. Whether it may be changed at all (it is
 * not revoked, the configuration file does not own it) is for whoever asks.
 */
import type { Clock } from '../../lib/clock.ts';
import type { CacheRule, Limits } from '../../snapshot/snapshot.ts';
import type { Store } from '../../store/store.ts';
import { checkCache } from '../cache-rule.ts';
import { checkLimits } from '../limits.ts';
import { checkName } from '../names.ts';
import { hashKey, newKey, shownPrefix } from './format.ts';
import { type CreatedKey, checkExpiry, checkModels, findKey, type KeyInfo } from './keys.ts';
import { checkTags } from './tags.ts';

/** What is left out stays; null takes it away. */
export interface KeyChange {
  readonly name?: string;
  readonly models?: readonly string[] | null;
  readonly limits?: Limits | null;
  readonly cache?: CacheRule | null;
  readonly expiresAtMs?: number | null;
  readonly tags?: readonly string[] | null;
}

/** Within a transaction. Undefined when there is none; throws Refusal. In force at every gateway within a second. */
export async function updateKey(
  db: Store['db'],
  id: string,
  change: KeyChange,
  clock: Clock,
): Promise<KeyInfo | undefined> {
  const row = await lockKey(db, id);
  if (row === undefined) return undefined;
  const { name, models, limits, cache, expiresAtMs, tags } = change;
  const values = {
    name: name === undefined ? row.name : checkName('a key', name),
    models: models === undefined ? row.models : checkModels(models ?? undefined),
    limits: limits === undefined ? row.limits : checkLimits(limits ?? undefined),
    cache_ttl_ms: cache === undefined ? row.cache_ttl_ms : checkCache(cache ?? undefined),
    tags: tags === undefined ? row.tags : checkTags(tags ?? undefined),
    expires_at: expiresAtMs === undefined ? row.expires_at : checkExpiry(expiresAtMs ?? undefined, clock.nowMs()),
  };
  // A change of nothing would make a version of the snapshot too.
  if (Object.keys(change).length > 0) await db.updateTable('keys').set(values).where('id', '=', id).execute();
  return findKey(db, id);
}

/**
 * Within a transaction. A key that is paused is refused like one that is not there, everywhere, within a second, until
 * it is resumed; pausing it again keeps the first time.
 */
export async function pauseKey(db: Store['db'], id: string, paused: boolean, clock: Clock): Promise<void> {
  const row = await lockKey(db, id);
  if (row === undefined || (row.paused_at !== null) === paused) return;
  const paused_at = paused ? new Date(clock.nowMs()) : null;
  await db.updateTable('keys').set({ paused_at }).where('id', '=', id).execute();
}

/** A month: an overlap that never ends would be two keys. */
export const overlapSecondsMax = 31 * 24 * 3600;

/**
 * Within a transaction. A new text for the same key: its id, limits, budgets and usage stay, and the text before is valid
 * for `overlapSeconds` more (0: not at all), or until the key itself expires. A second rotation ends the overlap of the
 * first. Undefined when there is none.
 */
export async function rotateKey(
  db: Store['db'],
  id: string,
  { overlapSeconds, shownTo }: { readonly overlapSeconds: number; readonly shownTo?: string | undefined },
  clock: Clock,
): Promise<CreatedKey | undefined> {
  const row = await lockKey(db, id);
  if (row === undefined) return undefined;
  const key = newKey(row.kind);
  const overlaps = overlapSeconds > 0;
  await db
    .updateTable('keys')
    .set({
      hash: hashKey(key),
      prefix: shownPrefix(key),
      shown_to: shownTo ?? null,
      previous_shown_to: overlaps ? row.shown_to : null,
      previous_hash: overlaps ? row.hash : null,
      previous_expires_at: overlaps ? new Date(clock.nowMs() + overlapSeconds * 1000) : null,
    })
    .where('id', '=', id)
    .execute();
  const info = await findKey(db, id);
  return info && { ...info, key };
}

function lockKey(db: Store['db'], id: string) {
  return db.selectFrom('keys').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}
