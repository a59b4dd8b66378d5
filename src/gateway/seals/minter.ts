import { hash } from 'node:crypto';
import { perObject } from '../../lib/per-object.ts';
import type { Credential } from '../../snapshot/snapshot.ts';

/**
 * The mark of a credential on the seals that it mints. The same after a restart, on every instance, and with a new
 * secret at the same address: providers take back their own seals with a renewed key. It says nothing of the secret.
 */
export const minterOf = perObject(({ id, baseUrl }: Credential) =>
  hash('sha256', JSON.stringify([id, baseUrl]), 'base64url').slice(0, 10),
);
