/** `/api/v1/organizations`. */
import { z } from 'zod';
import { visibleOrganization } from '../api/access.ts';
import { conflict, notFound } from '../api/failure.ts';
import { limits, organizationParams, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { nameLengthMax } from '../names.ts';
import type { OrganizationInfo } from './info.ts';
import { createOrganization, findOrganization, listOrganizations, updateOrganization } from './records.ts';

const name = z.string().min(1).max(nameLengthMax);

const organization = z
  .object({
    id: z.string(),
    name,
    disabled: z.boolean().describe('None of its keys is valid while it is.'),
    limits: limits.nullable().describe('Rate limits of all its keys together; null: none.'),
    billing: z
      .enum(['metered', 'prepaid', 'plan'])
      .describe('metered: counted and billed later; prepaid: credit, then the wallet; plan: as its subscription says.'),
    timeZone: z.string().describe("By which its budgets' windows turn: Europe/Berlin."),
    blockedReason: z.string().nullable().describe('Why it may not spend anything; null: it may.'),
    createdAt: time,
  })
  .meta({ id: 'Organization' });

const tag = 'organizations';

export const organizationRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/organizations',
    tag,
    summary: 'List organizations, newest first',
    query: z.strictObject(pageQuery),
    answer: pageOf(organization),
    async handle({ caller, query: { limit, after } }, { store }) {
      const own = visibleOrganization(caller);
      const rows = await listOrganizations(store.db, {
        limit: limit + 1,
        ...(own !== undefined && { id: own }),
        ...(after !== undefined && { after }),
      });
      return toPage(
        rows.map((row) => shown(row)),
        limit,
        ({ id }) => id,
      );
    },
  }),
  route({
    method: 'POST',
    path: '/organizations',
    tag,
    summary: 'Create an organization',
    status: 201,
    body: z.strictObject({ name, limits: limits.optional() }),
    answer: organization,
    async handle({ body, write }, { clock }) {
      return write(async (db) => {
        const created = await createOrganization(db, body, clock);
        if (created === undefined) {
          throw conflict(`An organization is called ${JSON.stringify(body.name)} already.`, 'Use another name.');
        }
        return shown(created);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}',
    tag,
    summary: 'Get an organization',
    params: organizationParams,
    answer: organization,
    async handle({ params: { organizationId } }, { store }) {
      return shown(await findOrganization(store.db, organizationId), organizationId);
    },
  }),
  route({
    method: 'PATCH',
    path: '/organizations/{organizationId}',
    tag,
    summary: 'Change an organization: what is left out stays',
    params: organizationParams,
    body: z.strictObject({
      name: name.optional(),
      limits: limits.nullable().optional().describe('null takes all limits away.'),
      disabled: z.boolean().optional(),
      billing: z.enum(['metered', 'prepaid']).optional(),
      timeZone: z.string().min(1).max(100).optional().describe('A name of the IANA data base.'),
    }),
    answer: organization,
    async handle({ caller, params: { organizationId }, body, write }) {
      if (body.disabled === true && caller.organizationId === organizationId) {
        const remedy = "Use a key of another operator's organization.";
        throw conflict('The organization of this very key cannot be disabled with it: nobody could undo it.', remedy);
      }
      return write(async (db) => shown(await updateOrganization(db, organizationId, body), organizationId));
    },
  }),
];

function shown(info: OrganizationInfo | undefined, id = '') {
  if (info === undefined) throw notFound('organization', id);
  const { createdAtMs, ...rest } = info;
  return { ...rest, limits: info.limits ?? null, blockedReason: info.blockedReason ?? null, createdAt: createdAtMs };
}
