import { useAsk } from '@/lib/api.ts';

/** The newest ones, asked again as long as one runs: it goes on whoever looks. */
export function useErasures(organizationId: string, enabled = true) {
  const query = { organizationId, limit: 50 };
  const pollWhile = ({ data }: { readonly data: readonly { readonly state: string }[] }) =>
    data.some(({ state }) => state === 'running');
  return useAsk('GET /end-user-erasures', { query }, { enabled, pollWhile });
}
