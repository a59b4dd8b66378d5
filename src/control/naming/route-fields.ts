/** What routes of the API are made of, in bodies and answers. */
import { z } from 'zod';
import { routeFields } from '../../routing/definition.ts';
import { ApiFailure } from '../api/failure.ts';
import { cacheRule, limits, time } from '../api/fields.ts';
import type { ApiParts } from '../api/route.ts';
import type { StoredRoute } from './routes-table.ts';
import type { RouteTools } from './tools.ts';

export const routeNameField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'it takes lower-case letters, digits, "-", "_" and ".", at most 64')
  .describe('What callers write as `model`.');
export const routeParams = z.strictObject({ routeName: z.string().max(64) });

export const routeDefinitionBody = z
  .strictObject({ ...routeFields, limits: limits.optional(), cache: cacheRule.optional() })
  .meta({ id: 'RouteDefinition', description: 'As `routes.<name>` of the configuration file: docs/routing.md.' });

export const answer = z
  .object({
    id: z.string(),
    name: routeNameField,
    definition: z.record(z.string(), z.unknown()).describe('With what was left out filled in.'),
    version: z.int().describe('Grows by one with each change; for `ifVersion`.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Route' });

export function toolsOf({ routing }: ApiParts): RouteTools {
  if (routing !== undefined) return routing;
  throw new ApiFailure('unavailable', 'This process knows no models, so it cannot check a route.', {
    remedy: 'Ask a gateway.',
  });
}

export function shown({ createdAtMs, updatedAtMs, definition, ...rest }: StoredRoute, version: number) {
  return {
    ...rest,
    version,
    definition: definition as Record<string, unknown>,
    createdAt: createdAtMs,
    updatedAt: updatedAtMs,
  };
}
