/** Where somebody begins: at the guide until their first request has arrived. */
import type { QueryClient } from '@tanstack/react-query';
import { clientFor } from '@/lib/api.ts';
import { sessionQuery } from '@/lib/session.ts';

const logs = 'GET /logs';

/** Whether anything was ever asked. What cannot be told counts as yes: the guide must not stand in the way. */
export async function hasRequests(queries: QueryClient, org: string | undefined): Promise<boolean> {
  const { permissions } = await queries.ensureQueryData(sessionQuery(org));
  if (!permissions.includes(logs) || !permissions.includes('POST /keys')) return true;
  const known = queries.getQueryData<boolean>(['has-requests', org ?? null]);
  if (known === true) return true;
  return queries.fetchQuery({
    queryKey: ['has-requests', org ?? null],
    queryFn: async ({ signal }) => {
      const found = await clientFor(org)
        .call(logs, { query: { limit: 1 }, signal })
        .catch(() => undefined);
      return found === undefined || found.data.length > 0;
    },
    staleTime: 0,
  });
}
