import type { Subscription } from '@tollgate/client';
import { useAsk } from '@/lib/api.ts';

/** The organization's plan, also one that has ended; null: it never had one. */
export function useSubscription(organizationId: string) {
  const answer = useAsk('GET /subscriptions', { query: { organizationId, limit: 1 } });
  const subscription: Subscription | null | undefined = answer.data && (answer.data.data[0] ?? null);
  return { subscription, error: answer.error, refetch: answer.refetch };
}
