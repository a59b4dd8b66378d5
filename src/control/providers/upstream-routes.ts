/**
 * `/api/v1/upstreams`: all credentials of all providers as one flat list, an upstream being a credential at an address, for
 * people who come from gateways that have it. It is another way to see and change the same rows.
 */
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import { conflict, notFound } from '../api/failure.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { addCredential, changeCredential, createProvider, deleteCredential } from './changes.ts';
import { toolsOf } from './parts.ts';
import { findProviderRow, listCredentialRows, listProviderRows } from './records.ts';
import {
  apiKey,
  baseUrl,
  credential,
  credentialName,
  priority,
  providerFields,
  providerName,
  settings,
  weight,
} from './shapes.ts';
import { viewsOf } from './view.ts';

const tag = 'providers';
const params = z.strictObject({ upstreamId: z.string().max(100) });
const upstream = z
  .object({ ...credential.shape, vendor: z.string(), address: z.string().describe('Where it is asked.') })
  .meta({ id: 'Upstream' });
type Upstream = z.output<typeof upstream>;
const fields = {
  name: credentialName.optional(),
  apiKey: apiKey.optional(),
  baseUrl: baseUrl.nullable().optional(),
  weight: weight.optional(),
  priority: priority.optional(),
  enabled: z.boolean().optional(),
};

export const upstreamRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/upstreams',
    tag,
    summary: 'List upstreams: every credential at its address',
    description: 'By provider, then by priority. The same credentials as under `/providers`.',
    answer: z.object({ data: z.array(upstream) }),
    async handle(_, parts) {
      return { data: [...(await listed(parts.store.db, parts))] };
    },
  }),
  route({
    method: 'POST',
    path: '/upstreams',
    tag,
    summary: 'Add an upstream',
    description: 'To a provider that is there, or to a new one of this vendor.',
    status: 201,
    body: z.strictObject({
      provider: providerName,
      vendor: providerFields.vendor.optional(),
      settings: settings.optional(),
      models: providerFields.models.optional(),
      ...fields,
    }),
    answer: upstream,
    async handle({ body: { provider, vendor, settings: said, models, ...wish }, write }, parts) {
      const tools = toolsOf(parts);
      const change = { tools, clock: parts.clock };
      return write(async (db) => {
        if (!(await isThere(db, provider, parts))) {
          const address = wish.baseUrl ?? undefined;
          await createProvider(db, provider, { vendor, settings: said, models, baseUrl: address }, change);
        } else if (said !== undefined || models !== undefined)
          throw conflict(
            `There is a provider ${provider} already.`,
            'Change its settings and models with PATCH /providers.',
          );
        return one(db, await addCredential(db, provider, wish, change), parts);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/upstreams/{upstreamId}',
    tag,
    summary: 'Get an upstream',
    params,
    answer: upstream,
    handle: ({ params: { upstreamId } }, parts) => one(parts.store.db, upstreamId, parts),
  }),
  route({
    method: 'PATCH',
    path: '/upstreams/{upstreamId}',
    tag,
    summary: 'Change an upstream',
    params,
    body: z.strictObject(fields),
    answer: upstream,
    async handle({ params: { upstreamId }, body, write }, parts) {
      const change = { tools: toolsOf(parts), clock: parts.clock };
      return write(async (db) => {
        await refuseDeclared(db, upstreamId, parts);
        await changeCredential(db, upstreamId, body, change);
        return one(db, upstreamId, parts);
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/upstreams/{upstreamId}',
    tag,
    summary: 'Delete an upstream',
    params,
    status: 204,
    async handle({ params: { upstreamId }, write }, parts) {
      await write(async (db) => {
        await refuseDeclared(db, upstreamId, parts);
        await deleteCredential(db, upstreamId, parts);
      });
    },
  }),
];

async function listed(db: Store['db'], parts: ApiParts): Promise<readonly Upstream[]> {
  const tools = toolsOf(parts);
  const [rows, keys] = [await listProviderRows(db), await listCredentialRows(db)];
  return viewsOf(rows, keys, { tools, snapshot: parts.snapshot?.current }).flatMap(({ vendor, address, credentials }) =>
    credentials.map((each) => ({ ...each, vendor, address: each.baseUrl ?? address })),
  );
}

/** Throws ApiFailure (not_found). */
async function one(db: Store['db'], id: string, parts: ApiParts): Promise<Upstream> {
  const found = (await listed(db, parts)).find((each) => each.id === id);
  if (found === undefined) throw notFound('upstream', id);
  return found;
}

async function isThere(db: Store['db'], name: string, parts: ApiParts): Promise<boolean> {
  const isDeclared = toolsOf(parts)
    .declared()
    .some((each) => each.name === name);
  return isDeclared || (await findProviderRow(db, name)) !== undefined;
}

async function refuseDeclared(db: Store['db'], id: string, parts: ApiParts): Promise<void> {
  const { source } = await one(db, id, parts);
  if (source === 'file') throw conflict(`${id} is one of the configuration file.`, 'Change it there.');
}
