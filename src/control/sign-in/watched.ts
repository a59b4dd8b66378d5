/** One exchange with better-auth, told in the audit log: before its answer leaves, so that nobody is let in untold. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure } from '../api/failure.ts';
import { concernsAccount, type Exchanged, type Happening, happeningOf, refusalOf } from './happenings.ts';
import type { Origin } from './origins.ts';
import { begunToken, type Session, type SignIn } from './sign-in.ts';
import { type Person, tell, tellRefusal, type Whence } from './told.ts';
import { findUser, findUserByEmail, findUserByToken } from './users.ts';

export interface WatchParts {
  readonly signIn: SignIn;
  readonly store: Pick<Store, 'db'>;
  readonly clock: Clock;
}

export interface Watched {
  /** Below `/auth`. */
  readonly path: string;
  readonly request: IncomingMessage;
  readonly origin: Origin;
  readonly requestId: string;
  /** The account as somebody typed it. */
  readonly typed?: string | undefined;
}

/** Resolves to what `ask` gives. Throws what it throws, and StoreError. */
export async function watch(parts: WatchParts, watched: Watched, ask: () => Promise<Response>): Promise<Response> {
  const { signIn } = parts;
  const { path, request } = watched;
  const isAccounts = concernsAccount(path) && signIn.carriesSession(request.headers);
  const session = isAccounts ? await signIn.findSession(request) : undefined;
  const told = { parts, watched, session, whose: await whoseGuess(parts, watched, session) };
  try {
    const answered = await ask();
    await tellAnswer(told, answered);
    return answered;
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 'rate_limited') await refuse(told, 429);
    throw error;
  }
}

interface Told {
  readonly parts: WatchParts;
  readonly watched: Watched;
  readonly session: Session | undefined;
  /** Whose account is tried at. */
  readonly whose: Person | string | undefined;
}

async function whoseGuess({ signIn, store }: WatchParts, watched: Watched, session: Session | undefined) {
  if (session !== undefined) return session.user;
  const { path, typed, request, origin } = watched;
  if (typed !== undefined) return (await findUserByEmail(store.db, typed)) ?? typed;
  if (!path.startsWith('/two-factor/')) return undefined;
  const id = await signIn.findHalfSignedIn(request, origin);
  return id === undefined ? undefined : findUser(store.db, id);
}

async function tellAnswer(told: Told, answered: Response): Promise<void> {
  const { parts, watched, session } = told;
  const token = begunToken(answered);
  const began = token !== undefined && token !== session?.token;
  const code = answered.status < 400 ? '' : codeIn(await answered.clone().text());
  const { status, headers } = answered;
  const exchanged = { ...exchangeOf(told), status, code, began, location: headers.get('location') };
  const happening = happeningOf(exchanged);
  if (happening === undefined) return tellRefused(told, refusalOf(exchanged));
  const begun = began && happening.action === 'sign-in' ? await findUserByToken(parts.store.db, token) : undefined;
  const person = begun ?? session?.user;
  if (person !== undefined) await tell(parts.store.db, person, happening, whenceOf(parts, watched), parts.clock);
}

function refuse(told: Told, status: number): Promise<void> {
  return tellRefused(told, refusalOf({ ...exchangeOf(told), status, code: '', began: false, location: null }));
}

async function tellRefused({ parts, watched, whose }: Told, refusal: Happening | undefined): Promise<void> {
  if (refusal === undefined) return;
  await tellRefusal(parts.store.db, whose, refusal, whenceOf(parts, watched), parts.clock);
}

function exchangeOf({
  watched: { path },
  session,
}: Told): Pick<Exchanged, 'path' | 'wasSignedIn' | 'secondFactorWasOn'> {
  return { path, wasSignedIn: session !== undefined, secondFactorWasOn: session?.user.twoFactorEnabled === true };
}

export function whenceOf(
  { signIn }: Pick<WatchParts, 'signIn'>,
  { request, requestId }: Pick<Watched, 'request' | 'requestId'>,
): Whence {
  return { ip: signIn.addresses.of(request), userAgent: request.headers['user-agent'], requestId };
}

function codeIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'code' in value ? String(value.code) : '';
  } catch {
    return '';
  }
}
