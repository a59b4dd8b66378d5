/** `/api/v1/organizations/{organizationId}/provider-keys`. */
import { z } from 'zod';
import { settingNames } from '../../providers/provider.ts';
import { ApiFailure, conflict, notFound } from '../api/failure.ts';
import { id, organizationParams, time } from '../api/fields.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { toolsOf as providerToolsOf } from '../providers/parts.ts';
import { verdict } from '../providers/shapes.ts';
import { deleteProviderKey, listProviderKeys, type ProviderKey, setProviderKey } from './provider-keys.ts';
import type { ProviderKeyTools } from './tools.ts';

const tag = 'provider keys';
const ofOrganization = '/organizations/{organizationId}/provider-keys';
const params = z.strictObject({ organizationId: id('org'), provider: z.string().max(64) });
const setting = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, 'it takes letters, digits and "-._:@"');
const settings = z.partialRecord(z.enum(settingNames), setting);

const providerKey = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    provider: z.string(),
    hint: z.string().nullable().describe('The last characters of the key, where it is long enough to show them.'),
    fallback: z.boolean(),
    baseUrl: z.string().nullable(),
    settings: settings.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ProviderKey' });

export const providerKeyRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: ofOrganization,
    tag,
    summary: "List an organization's own keys for providers",
    params: organizationParams,
    answer: z.object({ data: z.array(providerKey) }),
    async handle({ params: { organizationId } }, { store }) {
      return { data: (await listProviderKeys(store.db, organizationId)).map(shown) };
    },
  }),
  route({
    method: 'PUT',
    path: `${ofOrganization}/{provider}`,
    tag,
    summary: "Set the organization's own key for a provider",
    description:
      'Its requests to this provider use it within a second, before any other key; nobody else ever does. The key is kept sealed and never shown again. With `fallback`, the key of the installation is used where it fails. Only operators may name an address.',
    params,
    body: z.strictObject({
      apiKey: z.string().min(1).max(16_384).meta({ writeOnly: true }).describe('It is never shown again.'),
      fallback: z.boolean().default(false),
      baseUrl: z
        .url({ protocol: /^https?$/ })
        .max(2_000)
        .optional(),
      settings: settings.optional().describe('What the vendor wants to know beside the key: region, resource.'),
    }),
    answer: providerKey,
    async handle({ caller, params: { organizationId, provider }, body, write }, parts) {
      if (body.baseUrl !== undefined && caller.role !== 'operator')
        throw new ApiFailure('forbidden', 'Only operators may say at which address a provider is asked.', {
          remedy: 'Leave baseUrl out, or ask the operator.',
          path: 'baseUrl',
        });
      const tools = toolsOf(parts);
      return write(async (db) =>
        shown(await setProviderKey(db, { organizationId, provider, ...body }, tools, parts.clock)),
      );
    },
  }),
  route({
    method: 'POST',
    path: `${ofOrganization}/{provider}/test`,
    tag,
    changesNothing: true,
    summary: "Test the organization's own key for a provider",
    description: 'Asks the provider for its list of models, which costs nothing.',
    params,
    answer: verdict,
    async handle({ params: { organizationId, provider } }, parts) {
      const tools = providerToolsOf(parts);
      const found = (await listProviderKeys(parts.store.db, organizationId)).find((each) => each.provider === provider);
      if (found === undefined) throw notFound('provider key', provider);
      const tested = await tools.testKnown(found.id);
      if (tested !== undefined) return tested;
      throw conflict('This instance does not use the key: it does not open, or its provider is gone.', 'Set it anew.');
    },
  }),
  route({
    method: 'DELETE',
    path: `${ofOrganization}/{provider}`,
    tag,
    summary: "Delete the organization's own key for a provider",
    params,
    status: 204,
    async handle({ params: { organizationId, provider }, write }, { clock }) {
      await write(async (db) => {
        if (!(await deleteProviderKey(db, organizationId, provider, clock))) throw notFound('provider key', provider);
      });
    },
  }),
];

function toolsOf({ providerKeys }: ApiParts): ProviderKeyTools {
  if (providerKeys !== undefined) return providerKeys;
  throw new ApiFailure('unavailable', 'This process has no master key, so it cannot keep a secret.', {
    remedy: 'Ask a gateway.',
  });
}

function shown({ createdAtMs, updatedAtMs, hint, baseUrl, settings: said, ...rest }: ProviderKey) {
  return {
    ...rest,
    hint: hint ?? null,
    baseUrl: baseUrl ?? null,
    settings: (said ?? null) as z.output<typeof settings> | null,
    createdAt: createdAtMs,
    updatedAt: updatedAtMs,
  };
}
