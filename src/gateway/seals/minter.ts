import { hash } from 'node:crypto';
import type { Credential } from '../../snapshot/snapshot.ts';

const marks = new WeakMap<Credential, string>();

/**
 * The mark of a credential on the seals that it mints. The same after a restart, on every instance, and with a new
 * secret at the same address: providers take back their own seals with a renewed key. It says nothing of the secret.
 */
export function minterOf(credential: Credential): string {
  const known = marks.get(credential);
  if (known !== undefined) return known;
  const mark = hash('sha256', JSON.stringify([credential.id, credential.baseUrl]), 'base64url').slice(0, 10);
  marks.set(credential, mark);
  return mark;
}
