/** `/api/v1/settings`, and those of one organization. What is set here takes effect; what only the file sets is shown. */
import { z } from 'zod';
import { notFound } from '../api/failure.ts';
import { organizationParams } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { driftTools } from '../drift/routes.ts';
import { findOrganization, updateOrganization } from '../organizations/records.ts';

const tag = 'settings';
const timeZone = z
  .string()
  .min(1)
  .max(100)
  .refine(isTimeZone, 'it takes a name of the IANA data base, such as "Europe/Berlin"');

const settings = z
  .object({
    defaultTimeZone: z.string().describe('Of organizations that are made from now on.'),
    configuration: z
      .array(z.object({ path: z.string(), value: z.string(), isDefault: z.boolean(), about: z.string() }))
      .describe(
        'What the file and the environment set, without secrets. It is changed there, and holds from a start on.',
      ),
  })
  .meta({ id: 'Settings' });

const organizationSettings = z
  .object({
    name: z.string(),
    timeZone: z.string().describe("By which its budgets' windows and its charts turn."),
  })
  .meta({ id: 'OrganizationSettings' });

export const settingsRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/settings',
    tag,
    summary: "Get the installation's settings",
    answer: settings,
    async handle(_, parts) {
      const { default_time_zone } = await parts.store.db
        .selectFrom('settings')
        .select('default_time_zone')
        .executeTakeFirstOrThrow();
      return {
        defaultTimeZone: default_time_zone,
        configuration: (parts.drift === undefined ? [] : driftTools(parts).settings()).map((each) => ({ ...each })),
      };
    },
  }),
  route({
    method: 'PATCH',
    path: '/settings',
    tag,
    summary: "Change the installation's settings",
    body: z.strictObject({ defaultTimeZone: timeZone.optional() }),
    answer: z.object({ defaultTimeZone: z.string() }),
    async handle({ body, write }) {
      return write(async (db) => {
        if (body.defaultTimeZone !== undefined)
          await db.updateTable('settings').set({ default_time_zone: body.defaultTimeZone }).execute();
        const row = await db.selectFrom('settings').select('default_time_zone').executeTakeFirstOrThrow();
        return { defaultTimeZone: row.default_time_zone };
      });
    },
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/settings',
    tag,
    summary: "Get an organization's settings",
    params: organizationParams,
    answer: organizationSettings,
    async handle({ params: { organizationId } }, { store }) {
      const found = await findOrganization(store.db, organizationId);
      if (found === undefined) throw notFound('organization', organizationId);
      return { name: found.name, timeZone: found.timeZone };
    },
  }),
  route({
    method: 'PATCH',
    path: '/organizations/{organizationId}/settings',
    tag,
    summary: "Change an organization's settings",
    description: 'What is billed, and what it may spend, are its operator’s to change.',
    params: organizationParams,
    body: z.strictObject({ timeZone: timeZone.optional() }),
    answer: organizationSettings,
    async handle({ params: { organizationId }, body, write }) {
      return write(async (db) => {
        const change = body.timeZone === undefined ? {} : { timeZone: body.timeZone };
        const found = await updateOrganization(db, organizationId, change);
        if (found === undefined) throw notFound('organization', organizationId);
        return { name: found.name, timeZone: found.timeZone };
      });
    },
  }),
];

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
