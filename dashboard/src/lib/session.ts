/** Who looks at this, and which organization they look at. */

import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ApiError, createClient } from '@tollgate/client';
import { storedKey } from './key.ts';

export type Role = 'operator' | 'owner' | 'admin' | 'billing' | 'developer' | 'viewer';

export interface Membership {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface Session {
  /** Null: a management key. */
  readonly user: { readonly id: string; readonly name: string; readonly email: string } | null;
  /** Sees every organization, providers and prices. */
  readonly operator: boolean;
  /** Whose member they are; of an operator's key: its own. */
  readonly organizations: readonly Membership[];
}

/** Throws ApiError; 401: nobody is signed in. */
export const sessionQuery = queryOptions<Session, ApiError>({
  queryKey: ['session'],
  queryFn: ({ signal }) => readSession(signal),
  staleTime: 60_000,
  retry: (count, error) => count < 2 && error.status !== 401,
});

async function readSession(signal: AbortSignal): Promise<Session> {
  const key = storedKey();
  const client = createClient(key === undefined ? {} : { key });
  const { data } = await client.call('GET /organizations', { query: { limit: 50 }, signal });
  const operator = await client.call('GET /invoice-seller', { signal }).then(
    () => true,
    (error: unknown) => !(error instanceof ApiError && error.status === 403),
  );
  const organizations = data.map(({ id, name }) => ({ id, name, role: operator ? 'operator' : 'owner' }) as const);
  return { user: null, operator, organizations };
}

/** Inside the shell somebody is signed in. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** `org` of the address, else the first membership. Undefined: an operator without one. */
export function useOrganizationId(): string | undefined {
  const { org } = useSearch({ strict: false });
  const session = useSession();
  return org ?? session.organizations[0]?.id;
}

/** As a member of the organization in the address; an operator may everything. */
export function useRole(): Role {
  const session = useSession();
  const organizationId = useOrganizationId();
  if (session.operator) return 'operator';
  return session.organizations.find(({ id }) => id === organizationId)?.role ?? 'viewer';
}

/** Whether the viewer's role is one of these; operators always. */
export function useMay(...roles: readonly Role[]): boolean {
  const role = useRole();
  return role === 'operator' || roles.includes(role);
}
