/** Who calls the management API: a management key, found in the snapshot by its SHA-256. */
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Key, keyLengthMax, type Snapshot } from '../../snapshot/snapshot.ts';
import { ApiFailure } from './failure.ts';
import { type Role, roleOfScopes } from './roles.ts';

/** Who acts: for the audit log, and for limits on how often. */
export interface Actor {
  readonly kind: 'key' | 'user';
  readonly id: string;
  /** What people know it by: a key's name, a user's e-mail address. */
  readonly name: string;
}

/** Works on one organization at a time; an operator may reach for others. */
export interface Caller {
  readonly role: Role;
  /** The key's organization, or the one that a session named. */
  readonly organizationId: string;
  readonly actor: Actor;
  /** The whole key, or the session's own token: a secret, for nothing but to seal what only its owner may read again. */
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
  const actor: Actor = { kind: 'key', id: key.id, name: key.name };
  return { role: roleOfScopes(key.scopes), organizationId: key.organization.id, actor, secret };
}

function isInForce(key: Key, nowMs: number): boolean {
  return !key.organization.disabled && (key.expiresAtMs === undefined || key.expiresAtMs > nowMs);
}

/** Whether a request names a management key, right or wrong. */
export function carriesKey({ headers }: IncomingMessage): boolean {
  return headers.authorization !== undefined || headers['x-api-key'] !== undefined;
}

/** A key and a session at once: a guard in front of us could look at the one, and we at the other. */
export function twoCredentials(): ApiFailure {
  return unauthorized('The request carries a management key and a session.');
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
