/** `/api/v1/routes`. */
import { z } from 'zod';
import { notFound } from '../api/failure.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import {
  answer,
  routeNameField as name,
  routeParams as params,
  routeDefinitionBody,
  shown,
  toolsOf,
} from './route-fields.ts';
import { latestVersion, latestVersions } from './route-versions.ts';
import { createRoute, deleteRoute, findRoute, listRoutes, replaceRoute } from './routes-table.ts';

const tag = 'routes';

export { routeDefinitionBody } from './route-fields.ts';

export const routeRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/routes',
    tag,
    summary: 'List routes, by name',
    description: 'Those that were made here. Routes of the configuration file stand there.',
    query: z.strictObject({ ...pageQuery }),
    answer: pageOf(answer),
    async handle({ query: { limit, after } }, { store }) {
      const rows = await listRoutes(store.db, { limit: limit + 1, after });
      const page = toPage(rows, limit, (row) => row.name);
      const versions = await latestVersions(
        store.db,
        page.data.map((row) => row.name),
      );
      return { ...page, data: page.data.map((row) => shown(row, versions.get(row.name) ?? 1)) };
    },
  }),
  route({
    method: 'POST',
    path: '/routes',
    tag,
    summary: 'Make a route',
    description:
      'Every instance serves it within a second. A name that the configuration file has is refused: the file wins.',
    status: 201,
    body: z.strictObject({ name, definition: routeDefinitionBody }),
    answer,
    async handle({ caller, body, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        const made = await createRoute(db, body, tools, parts.clock, caller.actor);
        return shown(made, await latestVersion(db, made.name));
      });
    },
  }),
  route({
    method: 'GET',
    path: '/routes/{routeName}',
    tag,
    summary: 'Get a route',
    params,
    answer,
    async handle({ params: { routeName } }, { store }) {
      const found = await findRoute(store.db, routeName);
      if (found === undefined) throw notFound('route', routeName);
      return shown(found, await latestVersion(store.db, routeName));
    },
  }),
  route({
    method: 'PUT',
    path: '/routes/{routeName}',
    tag,
    summary: 'Replace the definition of a route',
    description: 'Requests from then on go by the new one, on every instance within a second.',
    params,
    body: z.strictObject({
      definition: routeDefinitionBody,
      ifVersion: z.int().min(1).optional().describe('Refused with 409 where it is at another version by now.'),
    }),
    answer,
    async handle({ caller, params: { routeName }, body: { definition, ifVersion }, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        const by = { madeBy: caller.actor, ifVersion };
        const replaced = await replaceRoute(db, { name: routeName, definition }, tools, parts.clock, by);
        if (replaced === undefined) throw notFound('route', routeName);
        return shown(replaced, await latestVersion(db, routeName));
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/routes/{routeName}',
    tag,
    summary: 'Delete a route',
    description: 'Refused while another route, or a budget, leads to it.',
    params,
    status: 204,
    async handle({ caller, params: { routeName }, write }, { clock }) {
      await write(async (db) => {
        if (!(await deleteRoute(db, routeName, clock, caller.actor))) throw notFound('route', routeName);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/declared-routes',
    tag,
    summary: 'List the routes of the configuration file',
    description: 'They win over those that are made here, and are changed there.',
    answer: z.object({ data: z.array(z.object({ name, definition: z.record(z.string(), z.unknown()) })) }),
    async handle(_, parts) {
      const declared = toolsOf(parts).declared();
      return { data: declared.map((each) => ({ name: each.name, definition: plain(each.definition) })) };
    },
  }),
];

/** Without what was left out. */
function plain(definition: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(definition)) as Record<string, unknown>;
}
