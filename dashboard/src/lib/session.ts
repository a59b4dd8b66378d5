/** Who looks at this, which organization they look at, and what they may do there. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type Answer, type ApiError, createClient, type JsonRoute } from '@tollgate/client';
import { storedKey } from './key.ts';

/** `permissions` are the routes that may be asked in the organization that is looked at: `POST /keys`. */
export type Session = Answer<'GET /me'>;

/** `org`: of the address; undefined: the first membership. Throws ApiError; 401: nobody is signed in. */
export function sessionQuery(org: string | undefined) {
  return queryOptions<Session, ApiError>({
    queryKey: ['session', org ?? null],
    queryFn: ({ signal }) => readSession(org, signal),
    staleTime: 60_000,
  });
}

function readSession(organization: string | undefined, signal: AbortSignal): Promise<Session> {
  const key = storedKey();
  return createClient({ organization, ...(key !== undefined && { key }) }).call('GET /me', { signal });
}

/** Inside the shell somebody is signed in. */
export function useSession(): Session {
  const { org } = useSearch({ strict: false });
  return useSuspenseQuery(sessionQuery(org)).data;
}

/** Whom the page is about. Undefined: a member of no organization. */
export function useOrganizationId(): string | undefined {
  const { org } = useSearch({ strict: false });
  const { organization } = useSession();
  return org ?? organization?.id;
}

export function useIsOperator(): boolean {
  return useSession().role === 'operator';
}

/** Whether the viewer may ask this route: what they may not is not shown. `useMay('POST /keys')` */
export function useMay(route: JsonRoute): boolean {
  return useSession().permissions.includes(route);
}
