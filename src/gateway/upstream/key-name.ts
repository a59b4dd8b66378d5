import { hash } from 'node:crypto';

interface Keyed {
  readonly id: string;
  readonly ownedBy?: string;
  readonly renewable?: true;
  readonly secret?: string | undefined;
}

const names = new WeakMap<Keyed, string>();

/**
 * What a credential's health goes by. A key that was given through the API may be replaced at any time: what the old one was refused says
 * nothing of the new one. It tells nothing of the secret.
 */
export function keyName(credential: Keyed): string {
  if (credential.ownedBy === undefined && credential.renewable === undefined) return credential.id;
  const known = names.get(credential);
  if (known !== undefined) return known;
  const mark = hash('sha256', `${credential.id} ${credential.secret ?? ''}`, 'base64url').slice(0, 12);
  const name = `${credential.id} ${mark}`;
  names.set(credential, name);
  return name;
}
