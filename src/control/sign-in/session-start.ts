/** Signs a browser in that has just proven itself by a link. */
import type { IncomingMessage } from 'node:http';
import { ApiFailure } from '../api/failure.ts';
import type { ApiParts, Exchange } from '../api/route.ts';
import type { SignIn } from './sign-in.ts';
import { watch } from './watched.ts';

/** Throws ApiFailure (unavailable) in a process where nobody signs in. */
export function signInOf({ signIn }: Pick<ApiParts, 'signIn'>): SignIn {
  if (signIn !== undefined) return signIn;
  throw nobodySignsIn();
}

export function nobodySignsIn(): ApiFailure {
  const remedy = 'Give it the secrets.masterKey of the other instances; its log says what it could not open.';
  return new ApiFailure('unavailable', 'Nobody can sign in at this instance; management keys work.', { remedy });
}

/** Every browser says where a write comes from. */
export function isBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

/** For a page of ours; a script gets no cookie. A second factor is asked for as at any sign-in. */
export async function beginSession(
  exchange: Exchange,
  parts: ApiParts,
  email: string,
  password: string,
): Promise<void> {
  const { request, requestId } = exchange;
  if (!isBrowser(request)) return;
  const signIn = signInOf(parts);
  const origin = signIn.checkOrigin(request.method ?? 'POST', request.headers);
  const { store, clock } = parts;
  const watched = { path: '/sign-in/email', request, origin, requestId, typed: email };
  const answered = await watch({ signIn, store, clock }, watched, () =>
    signIn.signIn(request, origin, email, password),
  );
  exchange.setCookies(answered.headers.getSetCookie());
}
