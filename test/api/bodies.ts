/** Things of an organization by the parameters of paths that name them, and bodies that are right, for every route. */
import { fixtures } from './fixtures.ts';
import type { TestApi } from './harness.ts';

export type Things = Readonly<Record<string, string>>;

/** One thing for each parameter. */
export async function makeThings(api: TestApi, organizationId: string): Promise<Things> {
  const made: Record<string, string> = {};
  for (const [name, make] of Object.entries(fixtures)) made[name] = await make(api, organizationId);
  return made;
}

/** By route; absent: `{}`, which a route that needs more refuses with 400 after it has looked who asks. */
export function bodies(things: Things): Readonly<Record<string, object>> {
  const organizationId = things.organizationId ?? '';
  return {
    'POST /keys': { name: 'made' },
    'PATCH /keys/{keyId}': { name: 'changed' },
    'POST /keys/{keyId}/rotate': { overlapSeconds: 0 },
    'POST /projects': { name: `made ${crypto.randomUUID()}` },
    'PATCH /projects/{projectId}': { limits: null },
    'POST /budgets': {
      organizationId,
      owner: 'tag',
      ownerName: 'x',
      unit: 'usd',
      window: 'month',
      limit: '5',
      action: 'warn',
    },
    'PATCH /budgets/{budgetId}': { limit: '7' },
    'POST /webhook-endpoints': { url: 'https://hooks.example.com/' },
    'PUT /organizations/{organizationId}/alert-emails': { emails: ['a@example.com'] },
  };
}
