/** `/api/v1/auth/*`: better-auth behind our own doors, with our own shape of errors. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiFailure, type FailureCode } from '../api/failure.ts';
import { authPath } from './auth.ts';
import { checkPath, emailIn, guessesOf, sanitize } from './guard.ts';
import { nobodySignsIn } from './session-start.ts';
import { countAttempt, forgetAttempts } from './throttle.ts';
import { type WatchParts, watch } from './watched.ts';

const bodyBytesMax = 64 * 1024;

/** `app`: a scope of its own, since bodies are read otherwise here. */
export function mountSignIn(app: FastifyInstance, parts: WatchParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.route({
    method: ['GET', 'POST'],
    url: `${authPath}/*`,
    exposeHeadRoute: false,
    bodyLimit: bodyBytesMax,
    handler: (request, reply) => answer(request, reply, parts),
  });
}

/** In a process that has not what signs cookies: says so, rather than that there is nothing. */
export function mountNoSignIn(app: FastifyInstance): void {
  app.route({
    method: ['GET', 'POST'],
    url: `${authPath}/*`,
    exposeHeadRoute: false,
    onRequest: async () => {
      throw nobodySignsIn();
    },
    handler: async () => {},
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, parts: WatchParts): Promise<unknown> {
  const { signIn, store } = parts;
  const path = new URL(request.url, 'http://here').pathname.split(authPath).slice(1).join(authPath);
  checkPath(request.method, path);
  const origin = signIn.checkOrigin(request.method, request.headers);
  const body = sanitize(path, parse(request.body));
  const guesses = guessesOf(path, body, signIn.addresses.of(request.raw));
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const watched = { path, request: request.raw, origin, requestId: request.id, typed: emailIn(body) };
  const answered = await watch(parts, watched, async () => {
    if (guesses.length > 0) await countAttempt(store.db, guesses);
    return signIn.answer(request.raw, origin, sent);
  });
  const account = guesses[1];
  if (account !== undefined && answered.ok) await forgetAttempts(store.db, [account]);
  return relay(answered, reply);
}

function parse(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiFailure('invalid_request', 'The body is not valid JSON.', { remedy: 'Send a JSON object.' });
  }
}

/** Gives better-auth's answer as ours. Throws ApiFailure for what it refuses, with the cookies that it takes away. */
export async function relay(answered: Response, reply: FastifyReply): Promise<unknown> {
  const cookies = answered.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  if (answered.status >= 400) throw failureOf(answered.status, await answered.text());
  const location = answered.headers.get('location');
  if (location !== null && answered.status >= 300) return reply.redirect(location, 302);
  return reply.code(200).send(withoutToken(await answered.text()));
}

/** The session's token is for the cookie alone, which no script can read. */
function withoutToken(text: string): unknown {
  const answer: unknown = text === '' ? null : JSON.parse(text);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  const { token: _token, ...rest } = answer as Record<string, unknown>;
  return rest;
}

const codes: Readonly<Record<number, FailureCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limited',
};

/** What people can do about it, by better-auth's own codes. */
const remedies: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: 'Check both, or ask an operator for a new link: `tollgate admin link --email ADDRESS`.',
  INVALID_PASSWORD: 'Check it and try again.',
  INVALID_CODE: 'Take the code that is shown now; check that the clock of the device is right.',
  INVALID_BACKUP_CODE: 'Take another one: each works once.',
  INVALID_TWO_FACTOR_COOKIE: 'Sign in with the password again.',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'Sign in with the password again.',
  ACCOUNT_TEMPORARILY_LOCKED: 'Wait 15 minutes.',
  PASSWORD_TOO_SHORT: 'Use at least 12 characters.',
  PASSWORD_TOO_LONG: 'Use at most 128 characters.',
  SESSION_NOT_FRESH: 'Sign in again, then repeat it.',
};

function failureOf(status: number, text: string): ApiFailure {
  const { code = '', message } = toRecord(text);
  const shown = typeof message === 'string' && status < 500 ? sentence(message) : 'Signing in failed on the server.';
  const remedy = remedies[String(code)] ?? (status === 401 ? 'Sign in.' : 'Correct the request; see docs/sign-in.md.');
  return new ApiFailure(status >= 500 ? 'internal' : (codes[status] ?? 'invalid_request'), shown, { remedy });
}

function toRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
