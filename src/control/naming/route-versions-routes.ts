/** `/api/v1/routes/{routeName}/versions`: what a route was, and back to it. */
import { z } from 'zod';
import { ApiFailure, notFound } from '../api/failure.ts';
import { time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { madeBy } from '../models/fields.ts';
import { answer, routeDefinitionBody, routeParams, shown, toolsOf } from './route-fields.ts';
import { findVersion, latestVersion, listVersions, type RouteVersion } from './route-versions.ts';
import { createRoute, findRoute, replaceRoute } from './routes-table.ts';

const tag = 'routes';

const version = z
  .object({
    version: z.int(),
    definition: z.record(z.string(), z.unknown()).nullable().describe('null: it was deleted.'),
    madeBy,
    createdAt: time,
  })
  .meta({ id: 'RouteVersion' });

export const routeVersionRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/routes/{routeName}/versions',
    tag,
    summary: 'List what a route was, newest first',
    description: 'Also of a route that was deleted: it can be had back by its last version.',
    params: routeParams,
    query: z.strictObject({
      ...pageQuery,
      after: z
        .string()
        .regex(/^\d{1,9}$/)
        .optional(),
    }),
    answer: pageOf(version),
    async handle({ params: { routeName }, query: { limit, after } }, { store }) {
      const before = after === undefined ? undefined : Number(after);
      const rows = await listVersions(store.db, routeName, { limit: limit + 1, after: before });
      if (rows.length === 0 && before === undefined) throw notFound('route', routeName);
      const page = toPage(rows, limit, (row) => String(row.version));
      return { ...page, data: page.data.map(shownVersion) };
    },
  }),
  route({
    method: 'POST',
    path: '/routes/{routeName}/roll-back',
    tag,
    summary: 'Make a route again what it was',
    description:
      'As one more version, so nothing is lost. Checked as any definition: a version that names a model that is gone is refused.',
    params: routeParams,
    body: z.strictObject({ version: z.int().min(1) }),
    answer,
    async handle({ caller, params: { routeName: name }, body, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        const found = await findVersion(db, name, body.version);
        if (found === undefined) throw notFound(`version of the route ${name}`, String(body.version));
        if (found.definition === null)
          throw new ApiFailure('invalid_request', `With version ${body.version} the route was deleted.`, {
            remedy: 'Name another version, or delete it.',
            path: 'version',
          });
        const definition = routeDefinitionBody.parse(found.definition);
        const wanted = { name, definition };
        const known = await findRoute(db, name);
        const made =
          known === undefined
            ? await createRoute(db, wanted, tools, parts.clock, caller.actor)
            : await replaceRoute(db, wanted, tools, parts.clock, { madeBy: caller.actor });
        if (made === undefined) throw notFound('route', name);
        return shown(made, await latestVersion(db, name));
      });
    },
  }),
];

function shownVersion({ version: number, definition, madeBy: by, createdAtMs }: RouteVersion) {
  return {
    version: number,
    definition: definition as Record<string, unknown> | null,
    madeBy: { ...by },
    createdAt: createdAtMs,
  };
}
