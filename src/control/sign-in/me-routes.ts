/** `/api/v1/me`: who asks, what they may do, and their own account. */
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import { access, rolesOf } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id, time } from '../api/fields.ts';
import { memberRoles, type Role, roles } from '../api/roles.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { listMemberships } from '../members/memberships.ts';
import { checkName, nameLengthMax } from '../names.ts';

const tag = 'account';
const own = 'a person has one account, whatever organizations they belong to';

const me = z
  .object({
    user: z
      .object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        hasPassword: z.boolean(),
        twoFactorEnabled: z.boolean(),
        singleSignOn: z.array(z.string()).describe('Names of the providers that this account is linked with.'),
      })
      .nullable()
      .describe('null: a management key asks.'),
    role: z.enum(roles).describe('What the caller is in this organization; operator: in all.'),
    organization: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .describe(
        "The one that is worked on: the key's own, or what `x-tollgate-organization` names. null: a member of none.",
      ),
    memberships: z.array(z.object({ organizationId: z.string(), organization: z.string(), role: z.enum(memberRoles) })),
    permissions: z.array(z.string()).describe('The routes that this role may ask: `POST /keys`.'),
  })
  .meta({ id: 'Me' });

const session = z
  .object({
    id: z.string(),
    current: z.boolean().describe('It is the one that asks.'),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: time,
    lastUsedAt: time.describe('Exact to a day.'),
    expiresAt: time,
  })
  .meta({ id: 'AccountSession' });

export const meRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/me',
    tag,
    summary: 'See who you are, and what you may do',
    acrossOrganizations: own,
    answer: me,
    handle: ({ caller }, { store }) => describe(caller, store.db),
  }),
  route({
    method: 'PATCH',
    path: '/me',
    tag,
    summary: 'Change your name',
    acrossOrganizations: own,
    body: z.strictObject({ name: z.string().min(1).max(nameLengthMax) }),
    answer: me,
    async handle({ caller, body, write }, { clock }) {
      const userId = userOf(caller);
      return write(async (db) => {
        const name = checkName('a person', body.name);
        await db
          .updateTable('users')
          .set({ name, updated_at: new Date(clock.nowMs()) })
          .where('id', '=', userId)
          .execute();
        return describe(caller, db);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/me/sessions',
    tag,
    summary: 'List where you are signed in',
    acrossOrganizations: own,
    answer: z.object({ data: z.array(session) }),
    async handle({ caller }, { store, clock }) {
      return { data: await listSessions(store.db, caller, clock.nowMs()) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/sessions/{accountSessionId}',
    tag,
    summary: 'End one of your sessions',
    acrossOrganizations: own,
    params: z.strictObject({ accountSessionId: id('ses') }),
    async handle({ caller, params: { accountSessionId }, write }) {
      await write(async (db) => {
        const ended = await db
          .deleteFrom('user_sessions')
          .where('id', '=', accountSessionId)
          .where('user_id', '=', caller.actor.id)
          .executeTakeFirst();
        if (ended.numDeletedRows === 0n) throw notFound('session', accountSessionId);
      });
    },
  }),
  route({
    method: 'POST',
    path: '/me/sessions/end-others',
    tag,
    summary: 'End all of your sessions but this one',
    status: 204,
    acrossOrganizations: own,
    async handle({ caller, write }) {
      await write(async (db) => {
        await db
          .deleteFrom('user_sessions')
          .where('user_id', '=', caller.actor.id)
          .where('token', '!=', caller.secret)
          .execute();
      });
    },
  }),
];

/** Throws ApiFailure for a management key, which is nobody's. */
function userOf({ actor }: Caller): string {
  if (actor.kind === 'user') return actor.id;
  throw new ApiFailure('conflict', 'A management key has no account.', { remedy: 'Sign in at the dashboard.' });
}

async function describe(caller: Caller, db: Store['db']) {
  const { role, organizationId, actor } = caller;
  const organization = await db
    .selectFrom('organizations')
    .select(['id', 'name'])
    .where('id', '=', organizationId)
    .executeTakeFirst();
  const isUser = actor.kind === 'user';
  return {
    user: isUser ? await describeUser(db, actor.id) : null,
    role,
    organization: organization ?? null,
    memberships: isUser ? [...(await listMemberships(db, actor.id))] : [],
    permissions: permissionsOf(role),
  };
}

async function describeUser(db: Store['db'], userId: string) {
  const user = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirstOrThrow();
  const accounts = await db.selectFrom('user_accounts').select('provider_id').where('user_id', '=', userId).execute();
  const names = accounts.map((account) => account.provider_id);
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    hasPassword: names.includes('credential'),
    twoFactorEnabled: user.two_factor_enabled === true,
    singleSignOn: names.filter((name) => name !== 'credential'),
  };
}

function permissionsOf(role: Role): string[] {
  return Object.entries(access).flatMap(([name, rule]) =>
    !('auth' in rule) && rolesOf(rule).includes(role) ? [name] : [],
  );
}

/** Of a management key: none. */
async function listSessions(db: Store['db'], { actor, secret }: Caller, nowMs: number) {
  const rows = await db
    .selectFrom('user_sessions')
    .selectAll()
    .where('user_id', '=', actor.id)
    .where('expires_at', '>', new Date(nowMs))
    .orderBy('updated_at', 'desc')
    .limit(sessionsMax)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    current: row.token === secret,
    address: row.address,
    userAgent: row.user_agent,
    createdAt: row.created_at.getTime(),
    lastUsedAt: row.updated_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }));
}

/** More are not shown. */
const sessionsMax = 200;
