/** `/api/v1/providers`: the installation's providers. Those of the configuration file are read, and not written, here. */
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import { notFound } from '../api/failure.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { changeProvider, checkAccount, createProvider, deleteProvider } from './changes.ts';
import { toolsOf } from './parts.ts';
import { listCredentialRows, listProviderRows } from './records.ts';
import { apiKey, provider, providerFields, providerName, settings, verdict } from './shapes.ts';
import { type ProviderView, viewsOf } from './view.ts';

const tag = 'providers';
const params = z.strictObject({ providerName: z.string().max(64) });
const { vendor, baseUrl, models, inRegion, dataCollection, capacity } = providerFields;
const fields = {
  enabled: z.boolean().optional(),
  baseUrl: baseUrl.nullable().optional(),
  settings: settings.optional(),
  models: models.optional(),
  inRegion: inRegion.nullable().optional(),
  dataCollection: dataCollection.optional(),
  capacity: capacity.nullable().optional(),
};

export const providerRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/providers',
    tag,
    summary: 'List providers, by name',
    description:
      'Those of the configuration file and the environment, and those that were made here, with their credentials and how these do at the instance that answers. Never a secret.',
    answer: z.object({ data: z.array(provider) }),
    async handle(_, parts) {
      return { data: [...(await views(parts.store.db, parts))] };
    },
  }),
  route({
    method: 'POST',
    path: '/providers',
    tag,
    summary: 'Make a provider',
    description:
      'Every instance asks it within a second. With `apiKey` it gets its first credential; a server that takes no key needs a `baseUrl` alone.',
    status: 201,
    body: z.strictObject({ name: providerName, vendor: vendor.optional(), apiKey: apiKey.optional(), ...fields }),
    answer: provider,
    async handle({ body: { name, ...wish }, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        await createProvider(db, name, wish, { tools, clock: parts.clock });
        return viewOf(db, name, parts);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/providers/{providerName}',
    tag,
    summary: 'Get a provider',
    params,
    answer: provider,
    handle: ({ params: { providerName: name } }, parts) => viewOf(parts.store.db, name, parts),
  }),
  route({
    method: 'PATCH',
    path: '/providers/{providerName}',
    tag,
    summary: 'Change a provider',
    description:
      'What is left out stays. Another host is refused while there are credentials for this one: nobody can send a key elsewhere than where it was given for.',
    params,
    body: z.strictObject({ vendor: vendor.optional(), ...fields }),
    answer: provider,
    async handle({ params: { providerName: name }, body, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        await changeProvider(db, name, body, { tools, clock: parts.clock });
        return viewOf(db, name, parts);
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/providers/{providerName}',
    tag,
    summary: 'Delete a provider and its credentials',
    description: 'Refused while a route leads to it. What its credentials kept secret is gone.',
    params,
    status: 204,
    async handle({ params: { providerName: name }, write }, parts) {
      const tools = toolsOf(parts);
      await write((db) => deleteProvider(db, name, { tools, clock: parts.clock }));
    },
  }),
  route({
    method: 'POST',
    path: '/providers/test',
    tag,
    changesNothing: true,
    summary: 'Test a connection before it is kept',
    description: 'Asks the provider for its list of models, which costs nothing. Nothing is kept.',
    body: z.strictObject({
      vendor,
      apiKey: apiKey.optional(),
      baseUrl: baseUrl.optional(),
      settings: settings.optional(),
    }),
    answer: verdict,
    async handle({ body }, parts) {
      const tools = toolsOf(parts);
      const account = { name: body.vendor, ...body, settings: body.settings as Record<string, string> | undefined };
      checkAccount(account, tools);
      return tools.test(account);
    },
  }),
  route({
    method: 'POST',
    path: '/providers/{providerName}/test',
    tag,
    changesNothing: true,
    summary: 'Test the connections of a provider',
    description: 'Asks it with each of its credentials, which costs nothing.',
    params,
    answer: z.object({
      ok: z.boolean().describe('With every credential.'),
      data: z.array(z.object({ credentialId: z.string(), name: z.string(), ...verdict.shape })),
    }),
    async handle({ params: { providerName: name } }, parts) {
      const tools = toolsOf(parts);
      const { credentials } = await viewOf(parts.store.db, name, parts);
      const tested = await Promise.all(
        credentials.slice(0, testedMax).map(async (credential) => {
          const found = (await tools.testKnown(credential.id)) ?? notAsked(credential.enabled);
          return { credentialId: credential.id, name: credential.name, ...found };
        }),
      );
      return { ok: tested.length > 0 && tested.every(({ ok }) => ok), data: tested };
    },
  }),
];

const testedMax = 20;

function notAsked(isEnabled: boolean): z.output<typeof verdict> {
  return {
    ok: false,
    verdict: 'not-set-up',
    message: isEnabled
      ? 'This instance does not use it: its provider is off, or its key does not open.'
      : 'It is turned off.',
    remedy: isEnabled ? 'Turn the provider on, or give its key anew.' : 'Turn it on first.',
    status: null,
    latencyMs: null,
    models: null,
  };
}

async function views(db: Store['db'], parts: ApiParts): Promise<readonly ProviderView[]> {
  const tools = toolsOf(parts);
  const [rows, keys] = [await listProviderRows(db), await listCredentialRows(db)];
  return viewsOf(rows, keys, { tools, snapshot: parts.snapshot?.current });
}

/** Throws ApiFailure (not_found). */
async function viewOf(db: Store['db'], name: string, parts: ApiParts): Promise<ProviderView> {
  const found = (await views(db, parts)).find((each) => each.name === name);
  if (found === undefined) throw notFound('provider', name);
  return found;
}
