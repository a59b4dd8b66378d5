/**
 * What signs cookies and seals second factors: made once, the same at all instances, and kept in the database under the
 * master key, so that a new master key ends no session and loses nobody's second factor.
 */
import { randomBytes } from 'node:crypto';
import type { SecretBox } from '../../lib/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { signInSecretPlace } from '../secrets/places.ts';

const id = 'sign-in';
const place = signInSecretPlace(id);

/** Throws SecretRefused where this instance has not the master key of the others. */
export async function signInSecret(db: Store['db'], box: SecretBox): Promise<string> {
  const sealed = box.seal(randomBytes(32).toString('base64url'), place);
  // Of two that start at once, the first one's counts.
  await db
    .insertInto('sign_in_secrets')
    .values({ id, sealed })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const kept = await db.selectFrom('sign_in_secrets').select('sealed').where('id', '=', id).executeTakeFirstOrThrow();
  return box.open(kept.sealed, place);
}
