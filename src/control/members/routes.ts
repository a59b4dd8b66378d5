/** `/api/v1/organizations/{organizationId}/members`: the people of an organization. */
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { asOwner } from '../../store/row-security/as-owner.ts';
import type { Store } from '../../store/store.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure } from '../api/failure.ts';
import { id, organizationParams, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { memberRoles, roles } from '../api/roles.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { recordAudit } from '../audit/records.ts';
import { changeRole, keysOfMember, leave, listMembers, type Member, removeMember } from './records.ts';
import { keyFates, keyWishes, type SettledKey } from './their-keys.ts';

const tag = 'members';

const member = z
  .object({
    id: z.string(),
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(memberRoles),
    twoFactorEnabled: z.boolean(),
    keys: z.int().describe('Keys that belong to this member and are not revoked.'),
    createdAt: time,
  })
  .meta({ id: 'Member' });

const theirKey = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['call', 'management']),
  organizationId: z.string(),
  role: z.enum(roles).nullable().describe('What a management key may do; null: it calls.'),
});

const settled = {
  settledKeys: z
    .array(theirKey.extend({ fate: z.enum(keyFates) }).meta({ id: 'SettledKey' }))
    .describe(
      'revoked; narrowed: it may no more than the new role; rotation-ended: the text that they knew is not valid any more; kept: it goes on.',
    ),
};

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
    description:
      'Ends all sessions of the member. Nobody gives a role above their own, and one owner always stays. Management keys whose text the member was shown may no more than the new role from then on, and open invitations to a higher one are revoked.',
    params: memberParams,
    body: z.strictObject({ role: z.enum(memberRoles) }),
    answer: member.extend(settled).meta({ id: 'ChangedMember' }),
    handle: ({ caller, params, body, write, requestId }, { clock }) =>
      write(async (db) => {
        const changed = await changeRole(db, { ...params, by: caller.role }, body.role, clock);
        await tellKeys(db, changed.keys, caller, requestId, clock);
        return { ...shown(changed.member), settledKeys: [...changed.keys] };
      }),
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/members/{memberId}/keys',
    tag,
    summary: 'List the keys that a member would leave behind',
    description: 'In force, in this organization: made or rotated by the member, or belonging to them.',
    params: memberParams,
    answer: z.object({ data: z.array(theirKey.meta({ id: 'TheirKey' })) }),
    async handle({ params: { organizationId, memberId } }, { store }) {
      return { data: [...(await keysOfMember(store.db, organizationId, memberId))] };
    },
  }),
  route({
    method: 'DELETE',
    path: '/organizations/{organizationId}/members/{memberId}',
    tag,
    summary: 'Remove a member',
    description:
      'Ends all sessions of the member, and revokes invitations that they made and management keys whose text they were shown. Their keys for calling are in use by programs: they go on, and the answer names them.',
    params: memberParams,
    query: z.strictObject({
      keys: z
        .enum(keyWishes)
        .optional()
        .describe('revoke-management when absent. revoke-all: those for calling too. keep: none is revoked.'),
    }),
    answer: z.object(settled).meta({ id: 'RemovedMember' }),
    handle: ({ caller, params, query, write, requestId }, { clock }) =>
      write(async (db) => {
        const wish = query.keys ?? 'revoke-management';
        const { keys } = await removeMember(db, { ...params, by: caller.role }, wish, clock);
        await tellKeys(db, keys, caller, requestId, clock);
        return { settledKeys: [...keys] };
      }),
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/leave',
    tag,
    summary: 'Leave an organization',
    description:
      'For a person who is signed in. The last owner cannot. Management keys that the person was shown are revoked; keys for calling go on.',
    status: 204,
    params: organizationParams,
    async handle({ caller, params: { organizationId }, write, requestId }, { clock }) {
      const { actor } = caller;
      if (actor.kind !== 'user') {
        throw new ApiFailure('conflict', 'A management key is no member.', { remedy: 'Sign in at the dashboard.' });
      }
      await write(async (db) => {
        const { keys } = await leave(db, organizationId, actor.id, clock);
        await tellKeys(db, keys, caller, requestId, clock);
      });
    },
  }),
];

/** Each in the log of its own organization, beside the entry of the request. */
async function tellKeys(
  db: Store['db'],
  keys: readonly SettledKey[],
  { actor, role }: Caller,
  requestId: string,
  clock: Clock,
): Promise<void> {
  const changed = keys.filter(({ fate }) => fate !== 'kept');
  if (changed.length === 0) return;
  await asOwner(db, async () => {
    for (const { id: keyId, organizationId, name, fate } of changed) {
      const resource = { kind: 'keys', id: keyId };
      const event = { organizationId, actor, role, action: `key-${fate}-with-member`, resource, after: { name } };
      await recordAudit(db, { ...event, requestId }, clock.nowMs());
    }
  });
}

function shown({ createdAtMs, ...rest }: Member) {
  return { ...rest, createdAt: createdAtMs };
}
