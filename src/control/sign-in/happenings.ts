/** What of an exchange with better-auth is told in the audit log. Half a sign-in, before the second factor, is none. */

export interface Happening {
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What the exchange was: `path` is below `/auth`. */
export interface Exchanged {
  readonly path: string;
  readonly status: number;
  /** better-auth's own word for what went wrong. */
  readonly code: string;
  /** It set the cookie of a session that was begun. */
  readonly began: boolean;
  /** Who asked was signed in before. */
  readonly wasSignedIn: boolean;
  readonly secondFactorWasOn: boolean;
  /** Where a browser is sent on: of single sign-on, with `error` where it failed. */
  readonly location: string | null;
}

const methods: Readonly<Record<string, string>> = {
  '/sign-in/email': 'password',
  '/two-factor/verify-totp': 'password and code of an app',
  '/two-factor/verify-backup-code': 'password and recovery code',
  '/passkey/verify-authentication': 'passkey',
};

/** By whoever is signed in. */
const changes: Readonly<Record<string, string>> = {
  '/sign-out': 'sign-out',
  '/change-password': 'password-changed',
  '/two-factor/enable': 'second-factor-set-up',
  '/two-factor/disable': 'second-factor-turned-off',
  '/two-factor/generate-backup-codes': 'recovery-codes-made',
  '/passkey/verify-registration': 'passkey-added',
  '/passkey/update-passkey': 'passkey-renamed',
  '/passkey/delete-passkey': 'passkey-removed',
};

/** Whether somebody who is signed in may do something here that is told. */
export function concernsAccount(path: string): boolean {
  return path in changes || path.startsWith('/two-factor/') || path.startsWith('/callback/');
}

/** Undefined: nothing that is told, or a refusal. */
export function happeningOf(exchanged: Exchanged): Happening | undefined {
  const { path, status, began, wasSignedIn } = exchanged;
  if (refusalOf(exchanged) !== undefined || status >= 400) return undefined;
  const method = methods[path];
  if (began && !wasSignedIn && method !== undefined) return { action: 'sign-in', details: { method } };
  if (path.startsWith('/callback/')) return ofProvider(exchanged);
  if (!wasSignedIn) return undefined;
  if (path === '/two-factor/verify-totp')
    return exchanged.secondFactorWasOn ? undefined : { action: 'second-factor-turned-on' };
  const action = changes[path];
  return action === undefined ? undefined : { action };
}

function ofProvider({ path, began, wasSignedIn }: Exchanged): Happening | undefined {
  const provider = path.slice('/callback/'.length);
  if (began) return { action: 'sign-in', details: { method: 'single sign-on', provider } };
  return wasSignedIn ? { action: 'single-sign-on-linked', details: { provider } } : undefined;
}

/** Of a body that makes no sense nothing is told; of a password, a code or a passkey that is wrong. */
const guessCodes =
  /^(INVALID_(PASSWORD|CODE|BACKUP_CODE|TWO_FACTOR_COOKIE)|TOO_MANY|ACCOUNT_TEMPORARILY|AUTHENTICATION_FAILED|PASSKEY_NOT_FOUND)/;

export function refusalOf({ path, status, code, wasSignedIn, location }: Exchanged): Happening | undefined {
  if (path.startsWith('/callback/')) {
    const isRefused = status >= 400 || (location !== null && /[?&]error=/.test(location));
    return isRefused ? { action: 'sign-in-refused', details: { method: 'single sign-on' } } : undefined;
  }
  if (status < 400 || status >= 500 || (status === 400 && !guessCodes.test(code))) return undefined;
  const method = methods[path];
  if (method !== undefined && !wasSignedIn) return { action: 'sign-in-refused', details: { method } };
  // The password is asked again before an account is changed: whoever has a session may guess at it.
  const change = wasSignedIn ? (changes[path] ?? (method && 'second-factor')) : undefined;
  return change === undefined || code === 'SESSION_NOT_FRESH' ? undefined : { action: `${change}-refused` };
}
