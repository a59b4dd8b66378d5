/** The data key of each organization, made when it is first needed, and gone when its content is erased. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { SecretBox } from '../../lib/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { contentKeyPlace, newContentKey } from './content-cipher.ts';

export interface ContentKey {
  readonly id: string;
  readonly secret: string;
}

/** In the caller's transaction, or without one. Throws SecretRefused (an unknown master key) and StoreError. */
export async function ensureContentKey(
  db: Store['db'],
  organizationId: string,
  box: SecretBox,
  clock: Clock,
): Promise<ContentKey> {
  const known = await readContentKey(db, organizationId, box);
  if (known !== undefined) return known;
  const id = newId('ck', clock.nowMs());
  const sealed = box.seal(newContentKey(), contentKeyPlace(id, organizationId));
  await db
    .insertInto('content_keys')
    .values({ id, organization_id: organizationId, sealed })
    .onConflict((clash) => clash.column('organization_id').doNothing())
    .execute();
  const made = await readContentKey(db, organizationId, box);
  if (made === undefined) throw new Error(`the content key of ${organizationId} was erased while it was made`);
  return made;
}

/** Undefined: there is none, so nothing of this organization can be read. */
export async function readContentKey(
  db: Store['db'],
  organizationId: string,
  box: SecretBox,
): Promise<ContentKey | undefined> {
  const row = await db
    .selectFrom('content_keys')
    .select(['id', 'sealed'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row && { id: row.id, secret: box.open(row.sealed, contentKeyPlace(row.id, organizationId)) };
}
