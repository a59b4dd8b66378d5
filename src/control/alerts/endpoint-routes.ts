/** `/api/v1/webhook-endpoints`. */
import { z } from 'zod';
import type { WebhookEndpointRow } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { notFound } from '../api/failure.ts';
import { id, time } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { findOrganization } from '../organizations/records.ts';
import { boxOf } from '../secrets/box.ts';
import {
  createEndpoint,
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  type NewEndpoint,
  rotateEndpoint,
} from './endpoints.ts';

const tag = 'alerts';
const params = z.strictObject({ endpointId: id('whe') });

const fields = {
  id: z.string(),
  organizationId: z.string().nullable().describe('null: the operators, who get all alerts.'),
  url: z.string(),
  disabled: z.boolean().describe('It answered 410, so nothing is sent to it.'),
  previousUntil: time.nullable().describe('Until when the secret before its last rotation signs too.'),
  createdAt: time,
};
const endpoint = z.object(fields).meta({ id: 'WebhookEndpoint' });
const createdEndpoint = z
  .object({ ...fields, secret: z.string().describe('Signs what is sent (Standard Webhooks). It is shown only now.') })
  .meta({ id: 'CreatedWebhookEndpoint' });

export const endpointRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/webhook-endpoints',
    tag,
    summary: 'List webhook endpoints, newest first',
    answer: z.object({ data: z.array(endpoint) }),
    async handle({ caller }, { store }) {
      return { data: (await listEndpoints(store.db, visibleOrganization(caller))).map(shown) };
    },
  }),
  route({
    method: 'POST',
    path: '/webhook-endpoints',
    tag,
    summary: 'Create a webhook endpoint; its secret is shown once',
    description:
      'Alerts are posted to it as JSON, signed as https://www.standardwebhooks.com says. Without `organizationId` it is the own one of an organization key, and for an operator it gets all alerts. Only operators may name an address in a private network, or one without TLS.',
    status: 201,
    body: z.strictObject({ url: z.string().min(1).max(2_000), organizationId: id('org').optional() }),
    answer: createdEndpoint,
    async handle({ caller, body: { url, organizationId }, write }, parts) {
      const tools = { clock: parts.clock, secrets: boxOf(parts) };
      const isOperator = caller.role === 'operator';
      const owner = organizationId ?? (isOperator ? undefined : caller.organizationId);
      if (owner !== undefined) checkOwner(caller, owner, 'organization', owner);
      return write(async (db) => {
        if (owner !== undefined && (await findOrganization(db, owner)) === undefined)
          throw notFound('organization', owner);
        return created(await createEndpoint(db, { organizationId: owner, url, allowPrivate: isOperator }, tools));
      });
    },
  }),
  route({
    method: 'POST',
    path: '/webhook-endpoints/{endpointId}/rotate',
    tag,
    summary: 'Make a new secret; the old one signs beside it for a day',
    params,
    answer: createdEndpoint,
    async handle({ caller, params: { endpointId }, write }, parts) {
      const tools = { clock: parts.clock, secrets: boxOf(parts) };
      return write(async (db) => {
        const row = await visible(db, caller, endpointId);
        return created(await rotateEndpoint(db, row, tools));
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/webhook-endpoints/{endpointId}',
    tag,
    summary: 'Delete a webhook endpoint',
    params,
    status: 204,
    async handle({ caller, params: { endpointId }, write }) {
      return write(async (db) => {
        await visible(db, caller, endpointId);
        await deleteEndpoint(db, endpointId);
      });
    },
  }),
];

async function visible(db: Store['db'], caller: Caller, endpointId: string): Promise<WebhookEndpointRow> {
  const row = await findEndpoint(db, endpointId);
  if (row === undefined) throw notFound('webhook endpoint', endpointId);
  // The operators' own belong to no organization, so to no organization key.
  checkOwner(caller, row.organization_id ?? '', 'webhook endpoint', endpointId);
  return row;
}

function created({ row, secret }: NewEndpoint) {
  return { ...shown(row), secret };
}

function shown(row: WebhookEndpointRow) {
  return {
    id: row.id,
    organizationId: row.organization_id,
    url: row.url,
    disabled: row.disabled,
    previousUntil: row.previous_expires_at === null ? null : row.previous_expires_at.getTime(),
    createdAt: row.created_at.getTime(),
  };
}
