/** `/api/v1/bootstrap`: the first owner, once; and `/sign-in-links`: whoever the operator lets in again. */
import { z } from 'zod';
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict } from '../api/failure.ts';
import { type ApiParts, type ApiRoute, type Exchange, route } from '../api/route.ts';
import { createKey } from '../keys/keys.ts';
import { setMember } from '../members/memberships.ts';
import { nameLengthMax } from '../names.ts';
import { defaultOrganization, ensureOrganization } from '../organizations.ts';
import { passwordLengthMax, passwordLengthMin } from './auth.ts';
import { subscriberOf } from './client-address.ts';
import { hasOwner, takeLink } from './links.ts';
import { beginSession, isBrowser, signInOf } from './session-start.ts';
import { countAttempt } from './throttle.ts';
import { tell } from './told.ts';
import { createUser, setPassword, toEmail } from './users.ts';
import { whenceOf } from './watched.ts';

const tag = 'set-up';
export const password = z.string().min(passwordLengthMin).max(passwordLengthMax);
export const token = z.string().min(1).max(200);

const minuteMs = 60_000;
/** A token has 256 bits; this is against the load of somebody who tries. */
const triesMax = 20;

export const bootstrapRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/bootstrap',
    tag,
    summary: 'See whether somebody owns this installation, and how people sign in',
    answer: z
      .object({
        needed: z.boolean().describe('Nobody owns it: open the link that `tollgate serve` printed.'),
        singleSignOn: z.array(z.object({ name: z.string(), label: z.string() })),
      })
      .meta({ id: 'Bootstrap' }),
    async handle(_request, parts) {
      const providers = parts.signIn?.settings.oidc ?? [];
      return {
        needed: !(await hasOwner(parts.store.db)),
        singleSignOn: providers.map(({ name, label }) => ({ name, label })),
      };
    },
  }),
  route({
    method: 'POST',
    path: '/bootstrap',
    tag,
    summary: 'Become the first owner',
    description:
      'Works while nobody owns the installation, with the token that `tollgate serve` or `tollgate admin link` printed. A browser is signed in by the answer; a script asks for a management key.',
    status: 201,
    body: z.strictObject({
      token,
      email: z.email().max(nameLengthMax),
      name: z.string().min(1).max(nameLengthMax),
      password,
      managementKey: z.boolean().optional().describe('true: the answer has a management key of the scope operator.'),
    }),
    answer: z.object({
      userId: z.string(),
      organizationId: z.string(),
      managementKey: z.string().nullable().describe('Shown only now.'),
    }),
    async handle({ body, exchange }, parts) {
      await throttle(exchange, parts);
      const made = await makeOwner(body, exchange, parts);
      const managementKey = body.managementKey === true ? await firstKey(made.userId, parts) : null;
      await beginSession(exchange, parts, body.email, body.password);
      return { ...made, managementKey };
    },
  }),
  route({
    method: 'POST',
    path: '/sign-in-links/use',
    tag,
    summary: 'Set a new password by a link',
    description:
      'With the token of a link that `tollgate admin link --email ADDRESS` printed. It ends all sessions of the user.',
    body: z.strictObject({ token, password }),
    answer: z.object({ email: z.string() }),
    async handle({ body, exchange }, parts) {
      await throttle(exchange, parts);
      const email = await parts.store.db.transaction().execute((db) => recover(db, body, exchange, parts));
      await beginSession(exchange, parts, email, body.password);
      return { email };
    },
  }),
];

/** Before a token is looked at. Throws ApiFailure: too often, or from a page that is not ours. */
export async function throttle({ request }: Exchange, parts: ApiParts): Promise<void> {
  const signIn = signInOf(parts);
  if (isBrowser(request)) signIn.checkOrigin(request.method ?? 'POST', request.headers);
  const address = signIn.addresses.of(request);
  const guess = { what: 'link', subject: `address ${subscriberOf(address)}`, max: triesMax, windowMs: 15 * minuteMs };
  await countAttempt(parts.store.db, [guess]);
}

export function deadLink(remedy: string): ApiFailure {
  return new ApiFailure('forbidden', 'The link is not valid: it is unknown, was used, or its time is over.', {
    remedy,
    path: 'token',
  });
}

interface FirstOwner {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

async function makeOwner(owner: FirstOwner, exchange: Exchange, parts: ApiParts) {
  const { store, clock } = parts;
  return store.db.transaction().execute(async (db) => {
    const organizationId = await ensureOrganization(db, defaultOrganization, clock);
    // Of two at once, the second one finds the first.
    await db.selectFrom('organizations').select('id').where('id', '=', organizationId).forUpdate().execute();
    if (await hasOwner(db)) {
      throw conflict('This installation has an owner already.', 'Sign in, or ask an owner for an invitation.');
    }
    const link = await takeLink(db, 'first-owner', owner.token, clock);
    if (link === undefined) throw deadLink('Run `tollgate admin link` for a new one.');
    const userId = await createUser(db, { ...owner, emailVerified: true }, clock);
    await setMember(db, { organizationId, userId, email: owner.email, role: 'owner' }, clock);
    const person = { id: userId, email: toEmail(owner.email) };
    await tell(db, person, { action: 'first-owner-made' }, whenceOf({ signIn: signInOf(parts) }, exchange), clock);
    return { userId, organizationId };
  });
}

async function firstKey(shownTo: string, { store, clock }: ApiParts): Promise<string> {
  const name = `set-up-${newId('', clock.nowMs()).slice(-6)}`;
  const { key } = await createKey(store, { name, kind: 'management', shownTo }, clock);
  return key;
}

async function recover(
  db: Store['db'],
  given: { token: string; password: string },
  exchange: Exchange,
  parts: ApiParts,
): Promise<string> {
  const { clock } = parts;
  const link = await takeLink(db, 'recovery', given.token, clock);
  if (link?.userId == null)
    throw deadLink('Ask the operator of the machine for a new one: `tollgate admin link --email ADDRESS`.');
  await setPassword(db, link.userId, given.password, clock);
  const user = await db
    .selectFrom('users')
    .select(['id', 'email'])
    .where('id', '=', link.userId)
    .executeTakeFirstOrThrow();
  const happening = { action: 'password-set-by-link' };
  await tell(db, user, happening, whenceOf({ signIn: signInOf(parts) }, exchange), clock);
  return user.email;
}
