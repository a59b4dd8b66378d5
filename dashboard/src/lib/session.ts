/** Who looks at this, which organization they look at, and what they may do there. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ApiError, type Client, createClient, type JsonRoute } from '@tollgate/client';
import { storedKey } from './key.ts';

export type Role = 'operator' | 'owner' | 'admin' | 'billing' | 'developer' | 'viewer';

/** As `GET /me` answers. */
export interface Session {
  /** Null: a management key. */
  readonly user: { readonly id: string; readonly name: string; readonly email: string } | null;
  /** In the organization that is looked at; operator: in all. */
  readonly role: Role;
  /** The one that is looked at. */
  readonly organization: { readonly id: string; readonly name: string } | null;
  readonly memberships: readonly {
    readonly organizationId: string;
    readonly organization: string;
    readonly role: string;
  }[];
  /** The routes of the API that this role may ask: `POST /keys`. */
  readonly permissions: readonly string[];
}

/** `org`: of the address; undefined: the first membership. Throws ApiError; 401: nobody is signed in. */
export function sessionQuery(org: string | undefined) {
  return queryOptions<Session, ApiError>({
    queryKey: ['session', org ?? null],
    queryFn: ({ signal }) => readSession(org, signal),
    staleTime: 60_000,
  });
}

async function readSession(organization: string | undefined, signal: AbortSignal): Promise<Session> {
  const key = storedKey();
  const client = createClient({ organization, ...(key !== undefined && { key }) });
  const call = client.call as (route: string, input: object) => Promise<unknown>;
  try {
    return (await call('GET /me', { signal })) as Session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return guessSession(client, signal);
    throw error;
  }
}

/** Of a server that does not tell who asks. */
async function guessSession(client: Client, signal: AbortSignal): Promise<Session> {
  const { data } = await client.call('GET /organizations', { query: { limit: 1 }, signal });
  const isOperator = await client.call('GET /prices', { signal }).then(
    () => true,
    () => false,
  );
  const api = (await (await fetch('/api/v1/openapi.json', { signal })).json()) as { paths: Record<string, object> };
  const permissions = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const [organization = null] = data;
  return { user: null, role: isOperator ? 'operator' : 'owner', organization, memberships: [], permissions };
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
