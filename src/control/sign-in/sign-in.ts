/** Signing in, as the rest of the control plane sees it: whose session a request carries, and how one begins. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Log } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure } from '../api/failure.ts';
import { type Auth, authPath, type OidcProvider, openAuth } from './auth.ts';
import { ClientAddresses } from './client-address.ts';
import { cookiePrefix, hostPrefix, isFromOwnPage, type Origin, originOf } from './origins.ts';

export interface SignInSettings {
  /** Addresses that people open the dashboard at; empty: whatever they use. */
  readonly publicUrls: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly oidc: readonly (OidcProvider & { readonly label: string })[];
}

export interface Session {
  readonly id: string;
  /** A secret: with the cookie's signature, it is the session. */
  readonly token: string;
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly twoFactorEnabled: boolean;
  };
  /** Cookies to set: a session that is used lasts longer. */
  readonly cookies: readonly string[];
}

/** Set by us alone, on the requests that better-auth is given. */
const addressHeader = 'x-tollgate-client-address';
/** With names in `publicUrls` there are few; without, whoever asks invents them. */
const authsMax = 20;
/** What better-auth reads of a request. Nothing that tells who somebody is comes from outside but the cookie. */
const passedHeaders = [
  'cookie',
  'content-type',
  'origin',
  'user-agent',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
];

export class SignIn {
  readonly settings: SignInSettings;
  readonly addresses: ClientAddresses;
  readonly #parts: { readonly store: Store; readonly log: Log; readonly secret: string };
  readonly #publicOrigins: readonly Origin[];
  readonly #auths = new Map<Origin, Auth>();

  /** `secret`: signs cookies; the same at all instances. */
  constructor(settings: SignInSettings, parts: { readonly store: Store; readonly log: Log; readonly secret: string }) {
    this.settings = settings;
    this.#parts = parts;
    this.addresses = new ClientAddresses(settings.trustedProxies);
    this.#publicOrigins = settings.publicUrls.map((url) => new URL(url).origin);
  }

  /** Whether a request carries a cookie of ours; what it is worth is another question. */
  carriesSession({ cookie }: IncomingHttpHeaders): boolean {
    return cookie?.includes(`${cookiePrefix}.session_token=`) === true;
  }

  /** Throws ApiFailure (forbidden) for a write that no page of ours has asked for. */
  checkOrigin(method: string, headers: IncomingHttpHeaders): Origin {
    const origin = originOf(headers, { publicOrigins: this.#publicOrigins });
    if (origin === undefined) throw unknownHost();
    if (!isFromOwnPage(method, headers, origin)) throw foreignPage();
    return origin;
  }

  /** Undefined: the cookie is no session's that lasts. */
  async findSession(request: IncomingMessage): Promise<Session | undefined> {
    const origin = originOf(request.headers, { publicOrigins: this.#publicOrigins });
    if (origin === undefined) return undefined;
    const { headers, response } = await this.#authOf(origin).api.getSession({
      headers: this.#headersOf(request),
      returnHeaders: true,
    });
    if (response === null) return undefined;
    const { session, user } = response;
    const { id, name, email, twoFactorEnabled } = user;
    return {
      id: session.id,
      token: session.token,
      user: { id, name, email, twoFactorEnabled: twoFactorEnabled === true },
      cookies: headers.getSetCookie(),
    };
  }

  /** Hands a request below `/auth/` to better-auth, after `checkOrigin`. */
  async answer(request: IncomingMessage, origin: Origin, body: Buffer | undefined): Promise<Response> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', origin);
    const headers = this.#headersOf(request);
    return this.#authOf(origin).handler(
      new Request(url, { method, headers, ...(body?.length && { body: new Uint8Array(body) }) }),
    );
  }

  /** Begins a session as a sign-in by password does, second factor and all. The answer has its cookies. */
  async signIn(request: IncomingMessage, origin: Origin, email: string, password: string): Promise<Response> {
    const headers = this.#headersOf(request);
    headers.set('content-type', 'application/json');
    headers.delete('cookie');
    const url = new URL(`/api/v1${authPath}/sign-in/email`, origin);
    return this.#authOf(origin).handler(
      new Request(url, { method: 'POST', headers, body: JSON.stringify({ email, password }) }),
    );
  }

  /** Who was asked for a second factor, and has not given it; undefined: nobody. */
  async findHalfSignedIn(request: IncomingMessage, origin: Origin): Promise<string | undefined> {
    const identifier = signedCookie(request.headers.cookie?.split('; ') ?? [], 'two_factor');
    if (identifier === undefined) return undefined;
    const { internalAdapter } = await this.#authOf(origin).$context;
    return (await internalAdapter.findVerificationValue(identifier))?.value;
  }

  /** Where people open the dashboard: for links in mails. */
  publicUrl(headers: IncomingHttpHeaders): Origin {
    const [first] = this.#publicOrigins;
    return first ?? originOf(headers, { publicOrigins: [] }) ?? '';
  }

  #headersOf(request: IncomingMessage): Headers {
    const headers = new Headers({ [addressHeader]: this.addresses.of(request) });
    for (const name of passedHeaders) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    return headers;
  }

  #authOf(origin: Origin): Auth {
    const known = this.#auths.get(origin);
    if (known !== undefined) return known;
    const [oldest] = this.#auths.keys();
    if (this.#auths.size >= authsMax && oldest !== undefined) this.#auths.delete(oldest);
    const auth = openAuth({ ...this.#parts, origin, oidc: this.settings.oidc, addressHeader });
    this.#auths.set(origin, auth);
    return auth;
  }
}

/** The token of the session that an answer began: what it sets as its cookie. */
export function begunToken(answered: Response): string | undefined {
  return signedCookie(answered.headers.getSetCookie(), 'session_token');
}

/** What is signed in a cookie of ours; the signature is not looked at. */
function signedCookie(cookies: readonly string[], name: string): string | undefined {
  const found = cookies.find((each) => each.replace(hostPrefix, '').startsWith(`${cookiePrefix}.${name}=`));
  // A signature is put after a point, and the whole is written for an address.
  const [signed] = found?.slice(found.indexOf('=') + 1).split(/[;.]|%2E/i) ?? [];
  return signed === undefined || !/^[\w-]+$/.test(signed) ? undefined : signed;
}

function unknownHost(): ApiFailure {
  return new ApiFailure('forbidden', 'Nobody signs in at this address: it is not one of signIn.publicUrls.', {
    remedy: 'Open the dashboard at its public address, or add this one to signIn.publicUrls.',
    path: 'host',
  });
}

function foreignPage(): ApiFailure {
  return new ApiFailure('forbidden', 'The request comes from a page of another origin, so the session is not used.', {
    remedy: 'Send it from the dashboard, or use a management key instead of the session.',
    path: 'origin',
  });
}
