/** `/api/v1/organizations/{organizationId}/invitations`, and `/invitations` for whoever has the link of one. */
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure } from '../api/failure.ts';
import { id, organizationParams, time } from '../api/fields.ts';
import { memberRoles } from '../api/roles.ts';
import { type ApiParts, type ApiRoute, type Exchange, route } from '../api/route.ts';
import { recordAudit } from '../audit/records.ts';
import type { Mailer } from '../mail/mailer.ts';
import { nameLengthMax } from '../names.ts';
import { deadLink, password, throttle, token } from '../sign-in/bootstrap-routes.ts';
import { beginSession, signInOf } from '../sign-in/session-start.ts';
import type { Whence } from '../sign-in/told.ts';
import { findUserByEmail } from '../sign-in/users.ts';
import { whenceOf } from '../sign-in/watched.ts';
import { type Accepted, accept } from './acceptance.ts';
import { invitationMail } from './invitation-mail.ts';
import { findInvitation, type Invitation, invite, listInvitations, revokeInvitation } from './invitations.ts';
import { checkGrant } from './records.ts';

const tag = 'members';

const invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.enum(memberRoles),
    invitedBy: z.string(),
    mailed: z.boolean().describe('The link went to the address alone.'),
    createdAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Invitation' });

const askForNew = 'Ask whoever invited you for a new one.';

export const invitationRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/invitations',
    tag,
    summary: 'List invitations that are open',
    params: organizationParams,
    answer: z.object({ data: z.array(invitation) }),
    async handle({ params: { organizationId } }, { store, clock }) {
      return { data: (await listInvitations(store.db, organizationId, clock.nowMs())).map(shown) };
    },
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/invitations',
    tag,
    summary: 'Invite somebody',
    description:
      'Where mail is configured, the link goes to the address alone; elsewhere the answer has it, once. An open invitation of the same address is replaced. It works for seven days.',
    status: 201,
    params: organizationParams,
    body: z.strictObject({ email: z.email().max(nameLengthMax), role: z.enum(memberRoles) }),
    answer: invitation.extend({ url: z.string().nullable().describe('Shown only now. null: it was mailed.') }),
    async handle({ caller, params: { organizationId }, body, exchange, write }, parts) {
      checkGrant(caller.role, body.role, 'give');
      const base = linkBase(exchange, parts);
      const { mailer, clock } = parts;
      return write(async (db) => {
        const wish = { ...body, organizationId, invitedBy: caller.actor.name, mailed: mailer !== undefined };
        const made = await invite(db, wish, clock);
        const url = `${base}/dashboard/invitation#token=${made.token}`;
        const organization = await db
          .selectFrom('organizations')
          .select('name')
          .where('id', '=', organizationId)
          .executeTakeFirstOrThrow();
        // Within the transaction: an invitation that did not go out is none.
        if (mailer !== undefined)
          await sendMail(mailer, { invitation: made.invitation, organization: organization.name, url });
        return { ...shown(made.invitation), url: mailer === undefined ? url : null };
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/organizations/{organizationId}/invitations/{invitationId}',
    tag,
    summary: 'Revoke an invitation',
    params: z.strictObject({ ...organizationParams.shape, invitationId: id('invt') }),
    handle: ({ params: { organizationId, invitationId }, write }, { clock }) =>
      write((db) => revokeInvitation(db, organizationId, invitationId, clock.nowMs())),
  }),
  route({
    method: 'POST',
    path: '/invitations/look',
    tag,
    summary: 'See what an invitation is for',
    body: z.strictObject({ token }),
    answer: z.object({
      organization: z.string(),
      email: z.string(),
      role: z.enum(memberRoles),
      invitedBy: z.string(),
      expiresAt: time,
      hasAccount: z.boolean().describe('The address has an account: sign in with it, then accept.'),
    }),
    async handle({ body, exchange }, parts) {
      await throttle(exchange, parts);
      const { store, clock } = parts;
      const found = await findInvitation(store.db, body.token, clock.nowMs());
      if (found === undefined) throw deadLink(askForNew);
      const organization = await store.db
        .selectFrom('organizations')
        .select('name')
        .where('id', '=', found.organizationId)
        .executeTakeFirstOrThrow();
      const user = await findUserByEmail(store.db, found.email);
      const { email, role, invitedBy, expiresAtMs } = found;
      const hasAccount = user !== undefined;
      return { organization: organization.name, email, role, invitedBy, expiresAt: expiresAtMs, hasAccount };
    },
  }),
  route({
    method: 'POST',
    path: '/invitations/accept',
    tag,
    summary: 'Accept an invitation',
    description:
      'Without an account: with a name, and a password or, where single sign-on is configured, none. With one: with the session of the invited address.',
    body: z.strictObject({
      token,
      name: z.string().min(1).max(nameLengthMax).optional(),
      password: password.optional(),
    }),
    answer: z.object({ organizationId: z.string(), email: z.string() }),
    async handle({ body, exchange }, parts) {
      await throttle(exchange, parts);
      const signIn = signInOf(parts);
      const session = signIn.carriesSession(exchange.request.headers)
        ? await signIn.findSession(exchange.request)
        : undefined;
      const accepted = await parts.store.db.transaction().execute(async (db) => {
        const found = await findInvitation(db, body.token, parts.clock.nowMs(), true);
        if (found === undefined) throw deadLink(askForNew);
        const singleSignOn = signIn.settings.oidc.length > 0;
        const accepted = await accept(db, found, { ...body, user: session?.user, singleSignOn }, parts.clock);
        await tellAccepted(db, found, accepted, whenceOf({ signIn }, exchange), parts.clock);
        return accepted;
      });
      if (accepted.isNew && body.password !== undefined) {
        await beginSession(exchange, parts, accepted.email, body.password);
      }
      return accepted;
    },
  }),
];

async function tellAccepted(
  db: Store['db'],
  { id: invitationId, organizationId, email, role, invitedBy }: Invitation,
  { userId, memberId }: Accepted,
  whence: Whence,
  clock: Clock,
): Promise<void> {
  const event = {
    organizationId,
    actor: { kind: 'user', id: userId, name: email },
    role,
    action: 'invitation-accepted',
    resource: { kind: 'members', id: memberId },
    after: { invitationId, role, invitedBy },
    ...whence,
  } as const;
  await recordAudit(db, event, clock.nowMs());
}

/** Where the link of an invitation leads: the dashboard that it was made on. */
function linkBase({ request }: Exchange, parts: ApiParts): string {
  return signInOf(parts).publicUrl(request.headers);
}

interface Sending {
  readonly invitation: Invitation;
  readonly organization: string;
  readonly url: string;
}

async function sendMail(mailer: Mailer, sending: Sending): Promise<void> {
  try {
    await mailer.send(invitationMail(sending));
  } catch (cause) {
    throw new ApiFailure('unavailable', 'The mail server did not take the invitation, so there is none.', {
      remedy: 'Check mail.url, then invite again.',
      cause,
    });
  }
}

function shown({ createdAtMs, expiresAtMs, organizationId: _, ...rest }: Invitation) {
  return { ...rest, createdAt: createdAtMs, expiresAt: expiresAtMs };
}
