/** What goes wrong with the database, said so that the person at the terminal knows what to do next. */

export type StoreFault =
  | 'address'
  | 'unreachable'
  | 'busy'
  | 'read-only'
  | 'password'
  | 'database-missing'
  | 'permission'
  | 'schema-newer'
  | 'postgres-old'
  | 'directory'
  | 'platform'
  | 'embedded';

/** `message` is one sentence that names the place; `remedy` is one more. Neither holds a password. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;
  readonly remedy: string;
  constructor(fault: StoreFault, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
    this.remedy = remedy;
  }
}

/** What the driver or the server said about connecting to `place` (`host:port/database`), as a StoreError. */
export function connectionError(error: unknown, place: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const refusal = refusals[code];
  if (refusal !== undefined) return new StoreError(refusal[0], refusal[1](place), refusal[2], error);
  return new StoreError(
    'unreachable',
    `Postgres at ${place} cannot be reached: ${reasonOf(error, code)}.`,
    'Check that the server runs and that host and port in DATABASE_URL are right.',
    error,
  );
}

/** SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) or the system's error code; else ''. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return '';
}

type Refusal = readonly [StoreFault, (place: string) => string, string];

const wrongPassword: Refusal = [
  'password',
  (place) => `Postgres at ${place} refused the user or the password.`,
  'Check user and password in DATABASE_URL (special characters must be percent-encoded).',
];

const refusals: Readonly<Record<string, Refusal>> = {
  '28P01': wrongPassword,
  '28000': wrongPassword,
  '3D000': [
    'database-missing',
    (place) => `The database of ${place} does not exist.`,
    'Create it (CREATE DATABASE ...), or correct the name in DATABASE_URL.',
  ],
  '42501': [
    'permission',
    (place) => `The user may not use the database at ${place}.`,
    'Grant CONNECT and CREATE on the database to the user of DATABASE_URL.',
  ],
  '53300': [
    'busy',
    (place) => `Postgres at ${place} has no connection left.`,
    'Raise max_connections there, or lower the pool size here.',
  ],
};

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  ECONNRESET: 'it closed the connection',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to the host',
  '57P01': 'it is shutting down',
  '57P03': 'it is starting up or shutting down',
};

function reasonOf(error: unknown, code: string): string {
  const reason = reasons[code];
  if (reason !== undefined) return reason;
  const message = error instanceof Error ? error.message : String(error);
  if (/timeout/i.test(message)) return 'it does not answer';
  return message.replace(/\.$/, '') || code || 'for an unknown reason';
}
