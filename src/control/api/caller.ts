/** Who calls the management API: a management key, found in the snapshot by its SHA-256. */
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Key, keyLengthMax, type Snapshot } from '../../snapshot/snapshot.ts';
import { ApiFailure } from './failure.ts';

/** `operator`: every organization. `organization`: its own. */
export const roles = ['operator', 'organization'] as const;
export type Role = (typeof roles)[number];

export interface Caller {
  readonly keyId: string;
  readonly role: Role;
  /** The key's organization. */
  readonly organizationId: string;
  /** The whole key: a secret, for nothing but to seal what only its owner may read again. */
  readonly secret: string;
}

/** Throws ApiFailure. Wrong, expired, revoked, disabled and calling keys are told alike. */
export function findCaller(request: IncomingMessage, snapshot: Snapshot, nowMs: number): Caller {
  const secret = readCredential(request);
  const key = secret.length <= keyLengthMax ? snapshot.keys.get(hash('sha256', secret, 'hex')) : undefined;
  if (key === undefined || key.kind !== 'management' || !isInForce(key, nowMs)) {
    throw unauthorized(
      'The management key is not valid: it is unknown, expired, revoked, disabled, or a key for calling.',
    );
  }
  return { keyId: key.id, role: roleOf(key), organizationId: key.organization.id, secret };
}

function isInForce(key: Key, nowMs: number): boolean {
  return !key.organization.disabled && (key.expiresAtMs === undefined || key.expiresAtMs > nowMs);
}

/** The widest of its scopes; a key whose scopes nobody here knows sees its own organization only. */
function roleOf(key: Key): Role {
  return key.scopes?.includes('operator') === true ? 'operator' : 'organization';
}

/** Exactly one credential: two could be read differently by a guard in front of us. */
function readCredential(request: IncomingMessage): string {
  const values: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]?.toLowerCase();
    const value = request.rawHeaders[i + 1] ?? '';
    if (name === 'x-api-key') values.push(value.trim());
    else if (name === 'authorization') values.push(/^bearer +(\S+) *$/i.exec(value)?.[1] ?? '');
  }
  if (values.length > 1) throw unauthorized('The request carries more than one credential.');
  if (values[0] === undefined || values[0] === '') throw unauthorized('The request carries no management key.');
  return values[0];
}

function unauthorized(message: string): ApiFailure {
  return new ApiFailure('unauthorized', message, {
    remedy:
      'Send one header, `Authorization: Bearer tgm-…` or `x-api-key: tgm-…`, with a key of ' +
      '`tollgate keys create NAME --management`.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
