/** `/api/v1/playground`: what the dashboard needs to try models out. */
import { z } from 'zod';
import { checkOwner } from '../api/access.ts';
import { notFound } from '../api/failure.ts';
import { id, time } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { findOrganization } from '../organizations/records.ts';
import { createPlaygroundKey, playgroundKeysMax } from './keys.ts';

const playgroundKey = z
  .object({
    id: z.string(),
    key: z.string().describe('The whole key, for the paths of the data plane. It is shown only now.'),
    organizationId: z.string().describe('Whose budgets and wallet pay.'),
    expiresAt: time.describe('In an hour.'),
  })
  .meta({ id: 'PlaygroundKey' });

export const playgroundRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/playground/keys',
    tag: 'playground',
    summary: 'Make a key for an hour, to try models out',
    description: `What it calls is limited, metered and charged like everything else. It is not in the list of keys, and of one person's the ${playgroundKeysMax} newest are valid.`,
    status: 201,
    body: z.strictObject({ organizationId: id('org').optional().describe('The one that is worked on, when absent.') }),
    answer: playgroundKey,
    async handle({ caller, body: { organizationId = caller.organizationId }, write }, { clock }) {
      checkOwner(caller, organizationId, 'organization', organizationId);
      return write(async (db) => {
        if ((await findOrganization(db, organizationId)) === undefined) throw notFound('organization', organizationId);
        const { id, key, expiresAtMs = 0 } = await createPlaygroundKey(db, organizationId, caller.actor, clock);
        return { id, key, organizationId, expiresAt: expiresAtMs };
      });
    },
  }),
];
