/**
 * better-auth as we use it, for one origin: passwords, second factors, passkeys and single sign-on for people who are
 * there already. Nobody signs up; invitations and the first owner's link make users (see users.ts).
 */
import { passkey } from '@better-auth/passkey';
import { betterAuth } from 'better-auth';
import { type GenericOAuthConfig, genericOAuth } from 'better-auth/plugins/generic-oauth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { newId } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { cookiePrefix, hostPrefix, type Origin } from './origins.ts';
import { accountModel, passkeySchema, sessionModel, twoFactorSchema, userModel, verificationModel } from './tables.ts';

/** Below the address of the management API. */
export const authPath = '/auth';
/** Where a browser is sent that a flow of single sign-on failed for. */
export const signInPage = '/dashboard/sign-in';

const second = 1;
const hour = 3_600 * second;
const day = 24 * hour;
/** Without a visit; each visit on another day begins it anew. */
const sessionAge = 14 * day;
/** A new passkey is added only so soon after signing in. */
const freshAge = 1 * hour;

export const passwordLengthMin = 12;
export const passwordLengthMax = 128;

export interface OidcProvider {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface AuthOptions {
  readonly store: Store;
  readonly log: Log;
  readonly secret: string;
  readonly origin: Origin;
  readonly oidc: readonly OidcProvider[];
  /** The header that says from where a request came; whoever hands requests over sets it. */
  readonly addressHeader: string;
}

export type Auth = ReturnType<typeof openAuth>;

export function openAuth({ store, log, secret, origin, oidc, addressHeader }: AuthOptions) {
  const secure = origin.startsWith('https://');
  return betterAuth({
    appName: 'Tollgate',
    baseURL: origin,
    basePath: `/api/v1${authPath}`,
    secret,
    database: { db: store.db, type: 'postgres' },
    user: userModel,
    session: { ...sessionModel, expiresIn: sessionAge, updateAge: day, freshAge, cookieCache: { enabled: false } },
    account: {
      ...accountModel,
      encryptOAuthTokens: true,
      // A provider is believed about an address only if it says that it has checked it; see users.ts for ours.
      accountLinking: { enabled: true, trustedProviders: [], allowDifferentEmails: false },
    },
    verification: { ...verificationModel, storeIdentifier: 'hashed' },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLengthMin,
      maxPasswordLength: passwordLengthMax,
    },
    plugins: [
      twoFactor({ schema: twoFactorSchema, issuer: 'Tollgate' }),
      passkey({ rpID: new URL(origin).hostname, rpName: 'Tollgate', origin, schema: passkeySchema }),
      genericOAuth({ config: oidc.map(toGenericOAuth) }),
    ],
    // Counted by us, before it comes here (see guard.ts).
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    onAPIError: { errorURL: signInPage },
    logger: { level: 'warn', log: (level, message) => void log[level]({}, `sign-in: ${message}`) },
    advanced: {
      cookiePrefix: `${secure ? hostPrefix : ''}${cookiePrefix}`,
      // It would add a weaker prefix of its own.
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: ({ model }) => newId(prefixes[model] ?? 'sgn', Date.now()), validateSchema: false },
    },
    databaseHooks: {
      account: { create: { before: withoutTokens }, update: { before: withoutTokens } },
    },
  });
}

const prefixes: Readonly<Record<string, string>> = { user: 'usr', session: 'ses' };

function toGenericOAuth({ name, issuer, clientId, clientSecret }: OidcProvider): GenericOAuthConfig {
  return {
    providerId: name,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    requireIdTokenVerification: true,
    clientId,
    clientSecret,
    scopes: ['openid', 'email', 'profile'],
    disableSignUp: true,
    disableProviderLogout: true,
  };
}

/** Nothing is ever asked of a provider but who somebody is, so what would let us ask is not kept. */
async function withoutTokens<T extends object>(account: T): Promise<{ data: T }> {
  const nothing = { accessToken: null, refreshToken: null, idToken: null };
  return { data: { ...account, ...nothing } };
}
