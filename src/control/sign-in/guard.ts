/** Before better-auth is asked: which of its paths there are, and how often somebody may try what can be guessed. */
import { ApiFailure } from '../api/failure.ts';
import { subscriberOf } from './client-address.ts';
import type { Guess } from './throttle.ts';

const minuteMs = 60_000;

/** Only these are there: what better-auth could do beside them, this installation does not. */
const paths: Readonly<Record<string, readonly ('GET' | 'POST')[]>> = {
  '/sign-in/email': ['POST'],
  '/sign-in/social': ['POST'],
  '/sign-out': ['POST'],
  '/change-password': ['POST'],
  '/link-social': ['POST'],
  '/two-factor/enable': ['POST'],
  '/two-factor/disable': ['POST'],
  '/two-factor/verify-totp': ['POST'],
  '/two-factor/verify-backup-code': ['POST'],
  '/two-factor/generate-backup-codes': ['POST'],
  '/passkey/generate-register-options': ['GET'],
  '/passkey/generate-authenticate-options': ['GET'],
  '/passkey/verify-registration': ['POST'],
  '/passkey/verify-authentication': ['POST'],
  '/passkey/list-user-passkeys': ['GET'],
  '/passkey/update-passkey': ['POST'],
  '/passkey/delete-passkey': ['POST'],
};
/** Where an issuer sends people back to. */
const callback = /^\/callback\/[a-z0-9][a-z0-9-]{0,31}$/;

/** Throws ApiFailure (not_found, method_not_allowed). `path`: below `/auth`. */
export function checkPath(method: string, path: string): void {
  const methods = callback.test(path) ? ['GET'] : Object.hasOwn(paths, path) ? paths[path] : undefined;
  if (methods === undefined) {
    throw new ApiFailure('not_found', 'There is nothing at this address.', { remedy: 'See docs/sign-in.md.' });
  }
  if (!methods.some((known) => known === method)) {
    const allow = methods.join(', ');
    throw new ApiFailure('method_not_allowed', `This address takes ${allow}.`, {
      remedy: `Send ${allow}.`,
      headers: { allow },
    });
  }
}

/** Of one subscriber, whatever accounts it tries. */
const byAddress = { max: 30, windowMs: 5 * minuteMs };
/** Of one account, from wherever it is tried. */
const byAccount = { max: 10, windowMs: 5 * minuteMs };

/** What is counted before the request is answered: whoever guesses is slowed down by address and by account. */
export function guessesOf(path: string, body: unknown, address: string): readonly Guess[] {
  const isGuess = /^\/(sign-in\/email|change-password|passkey\/verify-authentication|two-factor\/)/.test(path);
  if (!isGuess) return [];
  const from: Guess = { what: 'sign-in', subject: `address ${subscriberOf(address)}`, ...byAddress };
  const account = accountOf(body);
  return account === undefined ? [from] : [from, { what: 'sign-in', subject: account, ...byAccount }];
}

function accountOf(body: unknown): string | undefined {
  const email = emailIn(body);
  return email === undefined ? undefined : `account ${email.trim().toLowerCase()}`;
}

/** What somebody typed for their address. */
export function emailIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('email' in body)) return undefined;
  return typeof body.email === 'string' ? body.email : undefined;
}

/** A new password ends all other sessions, whatever the request says of it. */
export function sanitize(path: string, body: unknown): unknown {
  if (path !== '/change-password' || typeof body !== 'object' || body === null) return body;
  return { ...body, revokeOtherSessions: true };
}
