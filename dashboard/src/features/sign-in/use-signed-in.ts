import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { storeKey } from '@/lib/key.ts';
import { sessionQuery } from '@/lib/session.ts';

/** After a session has begun: forgets who was here before, and goes to a path of the dashboard. */
export function useSignedIn() {
  const queries = useQueryClient();
  const router = useRouter();
  return async (to: string): Promise<void> => {
    storeKey(undefined);
    queries.clear();
    await queries.fetchQuery({ ...sessionQuery(undefined), staleTime: 0 });
    router.history.push(`/dashboard${to}`);
  };
}
