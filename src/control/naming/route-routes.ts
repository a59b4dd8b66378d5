/** `/api/v1/routes`. */
import { z } from 'zod';
import { routeFields } from '../../routing/definition.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { cacheRule, limits, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { createRoute, deleteRoute, findRoute, listRoutes, replaceRoute, type StoredRoute } from './routes-table.ts';
import type { RouteTools } from './tools.ts';

const tag = 'routes';
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'it takes lower-case letters, digits, "-", "_" and ".", at most 64')
  .describe('What callers write as `model`.');
const params = z.strictObject({ routeName: z.string().max(64) });

export const routeDefinitionBody = z
  .strictObject({ ...routeFields, limits: limits.optional(), cache: cacheRule.optional() })
  .meta({ id: 'RouteDefinition', description: 'As `routes.<name>` of the configuration file: docs/routing.md.' });

const answer = z
  .object({
    id: z.string(),
    name,
    definition: z.record(z.string(), z.unknown()).describe('With what was left out filled in.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Route' });

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
      return { ...page, data: page.data.map(shown) };
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
    async handle({ body, write }, parts) {
      const tools = toolsOf(parts);
      return shown(await write((db) => createRoute(db, body, tools, parts.clock)));
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
      return shown(found);
    },
  }),
  route({
    method: 'PUT',
    path: '/routes/{routeName}',
    tag,
    summary: 'Replace the definition of a route',
    description: 'Requests from then on go by the new one, on every instance within a second.',
    params,
    body: z.strictObject({ definition: routeDefinitionBody }),
    answer,
    async handle({ params: { routeName }, body: { definition }, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        const replaced = await replaceRoute(db, { name: routeName, definition }, tools, parts.clock);
        if (replaced === undefined) throw notFound('route', routeName);
        return shown(replaced);
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
    async handle({ params: { routeName }, write }, { clock }) {
      await write(async (db) => {
        if (!(await deleteRoute(db, routeName, clock))) throw notFound('route', routeName);
      });
    },
  }),
];

function toolsOf({ routing }: ApiParts): RouteTools {
  if (routing !== undefined) return routing;
  throw new ApiFailure('unavailable', 'This process knows no models, so it cannot check a route.', {
    remedy: 'Ask a gateway.',
  });
}

function shown({ createdAtMs, updatedAtMs, definition, ...rest }: StoredRoute) {
  return {
    ...rest,
    definition: definition as Record<string, unknown>,
    createdAt: createdAtMs,
    updatedAt: updatedAtMs,
  };
}
