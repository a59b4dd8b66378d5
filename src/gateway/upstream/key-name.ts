import { hash } from 'node:crypto';
import { perObject } from '../../lib/per-object.ts';

interface Keyed {
  readonly id: string;
  readonly ownedBy?: string;
  readonly renewable?: true;
  readonly secret?: string | undefined;
}

/**
 * What a credential's health goes by. A key that was given through the API may be replaced at any time: what the old one was refused says
 * nothing of the new one. It tells nothing of the secret.
 */
export function keyName(credential: Keyed): string {
  if (credential.ownedBy === undefined && credential.renewable === undefined) return credential.id;
  return markedName(credential);
}

const markedName = perObject(({ id, secret = '' }: Keyed) => {
  const mark = hash('sha256', `${id} ${secret}`, 'base64url').slice(0, 12);
  return `${id} ${mark}`;
});
