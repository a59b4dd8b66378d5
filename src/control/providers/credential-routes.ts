/** `/api/v1/providers/{providerName}/credentials`: several for one provider, also for one of the configuration file. */
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import { notFound } from '../api/failure.ts';
import { id } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { addCredential, changeCredential, deleteCredential, existingCredential } from './changes.ts';
import { toolsOf } from './parts.ts';
import { apiKey, baseUrl, credential, credentialName, priority, weight } from './shapes.ts';
import type { ProviderTools } from './tools.ts';
import { credentialView } from './view.ts';

const tag = 'providers';
const ofProvider = '/providers/{providerName}/credentials';
const providerParams = z.strictObject({ providerName: z.string().max(64) });
const params = z.strictObject({ providerName: z.string().max(64), credentialId: id('crd') });
const fields = {
  name: credentialName.optional(),
  apiKey: apiKey.optional(),
  baseUrl: baseUrl.nullable().optional(),
  weight: weight.optional(),
  priority: priority.optional(),
  enabled: z.boolean().optional(),
};

export const providerCredentialRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: ofProvider,
    tag,
    summary: 'Add a credential to a provider',
    description:
      'Those of the lowest priority are asked by their weights; where they fail, are refused or have no quota left, the next ones.',
    status: 201,
    params: providerParams,
    body: z.strictObject(fields),
    answer: credential,
    async handle({ params: { providerName }, body, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        const made = await addCredential(db, providerName, body, { tools, clock: parts.clock });
        return view(db, made, tools);
      });
    },
  }),
  route({
    method: 'PATCH',
    path: `${ofProvider}/{credentialId}`,
    tag,
    summary: 'Change a credential, or give its new key',
    description:
      'What is left out stays. Requests under way end with the key they began with; new ones use the new key, on every instance within a second.',
    params,
    body: z.strictObject(fields),
    answer: credential,
    async handle({ params: { providerName, credentialId }, body, write }, parts) {
      const tools = toolsOf(parts);
      return write(async (db) => {
        await ofThis(db, providerName, credentialId);
        await changeCredential(db, credentialId, body, { tools, clock: parts.clock });
        return view(db, credentialId, tools);
      });
    },
  }),
  route({
    method: 'DELETE',
    path: `${ofProvider}/{credentialId}`,
    tag,
    summary: 'Delete a credential',
    params,
    status: 204,
    async handle({ params: { providerName, credentialId }, write }, { clock }) {
      await write(async (db) => {
        await ofThis(db, providerName, credentialId);
        await deleteCredential(db, credentialId, { clock });
      });
    },
  }),
];

async function ofThis(db: Store['db'], provider: string, credentialId: string): Promise<void> {
  const row = await existingCredential(db, credentialId);
  if (row.provider !== provider) throw notFound('credential', credentialId);
}

async function view(db: Store['db'], credentialId: string, tools: ProviderTools) {
  return credentialView(await existingCredential(db, credentialId), { tools });
}
