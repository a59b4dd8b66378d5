/** `/api/v1/organizations/{organizationId}/members`: the people of an organization. */
import { z } from 'zod';
import { ApiFailure } from '../api/failure.ts';
import { id, organizationParams, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { memberRoles } from '../api/roles.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { changeRole, leave, listMembers, type Member, removeMember } from './records.ts';

const tag = 'members';

const member = z
  .object({
    id: z.string(),
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(memberRoles),
    twoFactorEnabled: z.boolean(),
    keys: z
      .int()
      .describe('Keys that belong to this member and are not revoked; they go on when the member is removed.'),
    createdAt: time,
  })
  .meta({ id: 'Member' });

const memberParams = z.strictObject({ ...organizationParams.shape, memberId: id('mem') });

export const memberRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/members',
    tag,
    summary: 'List the people of an organization, newest first',
    params: organizationParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(member),
    async handle({ params: { organizationId }, query: { limit, after } }, { store }) {
      const rows = await listMembers(store.db, organizationId, { limit: limit + 1, after });
      return toPage(rows.map(shown), limit, (row) => row.id);
    },
  }),
  route({
    method: 'PATCH',
    path: '/organizations/{organizationId}/members/{memberId}',
    tag,
    summary: 'Give a member another role',
    description: 'Ends all sessions of the member. Nobody gives a role above their own, and one owner always stays.',
    params: memberParams,
    body: z.strictObject({ role: z.enum(memberRoles) }),
    answer: member,
    handle: ({ caller, params, body, write }) =>
      write(async (db) => shown(await changeRole(db, { ...params, by: caller.role }, body.role))),
  }),
  route({
    method: 'DELETE',
    path: '/organizations/{organizationId}/members/{memberId}',
    tag,
    summary: 'Remove a member',
    description: 'Ends all sessions of the member. Keys that belong to the member go on until they are revoked.',
    params: memberParams,
    handle: ({ caller, params, write }) => write((db) => removeMember(db, { ...params, by: caller.role })),
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/leave',
    tag,
    summary: 'Leave an organization',
    description: 'For a person who is signed in. The last owner cannot.',
    status: 204,
    params: organizationParams,
    async handle({ caller: { actor }, params: { organizationId }, write }) {
      if (actor.kind !== 'user') {
        throw new ApiFailure('conflict', 'A management key is no member.', { remedy: 'Sign in at the dashboard.' });
      }
      await write((db) => leave(db, organizationId, actor.id));
    },
  }),
];

function shown({ createdAtMs, ...rest }: Member) {
  return { ...rest, createdAt: createdAtMs };
}
