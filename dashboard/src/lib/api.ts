/** The management API as pages use it: TanStack Query around the typed client, always about the organization in the address. */

import {
  keepPreviousData,
  type QueryKey,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Answer, Arguments, Client, Item, JsonRoute, PagedRoute } from '@tollgate/client';
import { ApiError, createClient } from '@tollgate/client';
import { useMemo } from 'react';
import { storedKey } from './key.ts';
import { useOrganizationId } from './session.ts';

export { ApiError };

/** About one organization. Undefined: what the session begins with. */
export function clientFor(organization: string | undefined): Client {
  const key = storedKey();
  return createClient({ organization, ...(key !== undefined && { key }) });
}

/** For what no query holds: downloads, streams, all pages of a list. */
export function useClient(): Client {
  const organization = useOrganizationId();
  return useMemo(() => clientFor(organization), [organization]);
}

type Choices<A = unknown> = {
  readonly enabled?: boolean;
  readonly refetchInterval?: number;
  readonly keep?: boolean;
  /** Asks again each second as long as this holds: work that goes on elsewhere. */
  readonly pollWhile?: (answer: A) => boolean;
};
const pollMs = 1_000;

function keyOf(organization: string | undefined, route: string, input: unknown): QueryKey {
  return [route, organization ?? null, input ?? null];
}

/** `useAsk('GET /keys', { query: { limit: 20 } })`. `keep`: shows what was there until the new answer comes. */
export function useAsk<R extends JsonRoute>(
  route: R,
  ...[input, choices = {}]: [...Arguments<R>, choices?: Choices<Answer<R>>]
) {
  const organization = useOrganizationId();
  const { enabled = true, refetchInterval, keep = false, pollWhile } = choices as Choices<Answer<R>>;
  return useQuery(
    queryOptions<Answer<R>, ApiError>({
      queryKey: keyOf(organization, route, input),
      queryFn: ({ signal }) =>
        (clientFor(organization).call as Call)(route, { ...(input as object | undefined), signal }) as Promise<
          Answer<R>
        >,
      enabled,
      ...(refetchInterval !== undefined && { refetchInterval }),
      ...(pollWhile !== undefined && {
        refetchInterval: ({ state: { data } }) => (data !== undefined && pollWhile(data) ? pollMs : false),
      }),
      ...(keep && { placeholderData: keepPreviousData as never }),
    }),
  );
}

type Call = (route: string, input: object) => Promise<unknown>;
type Page<R extends PagedRoute> = Answer<R> & { readonly data: readonly unknown[]; readonly next: string | null };

/** A list page by page: `data` has all rows that were read; the table asks for more when its end comes near. */
export function useList<R extends PagedRoute>(
  route: R,
  ...[input, choices = {}]: [...Arguments<R>, choices?: Choices]
) {
  const organization = useOrganizationId();
  const { enabled = true, refetchInterval } = choices as Choices;
  const { query, ...rest } = (input ?? {}) as { query?: object };
  const list = useInfiniteQuery({
    queryKey: keyOf(organization, route, input),
    queryFn: ({ signal, pageParam }) =>
      (clientFor(organization).call as Call)(route, {
        ...rest,
        query: { ...query, after: pageParam },
        signal,
      }) as Promise<Page<R>>,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled,
    ...(refetchInterval !== undefined && { refetchInterval }),
  });
  const rows = useMemo(
    () => list.data?.pages.flatMap((page) => page.data) as readonly Item<R>[] | undefined,
    [list.data],
  );
  return { ...list, rows, error: list.error as ApiError | null };
}

/** A write. `stale`: the routes whose answers it changes; they are asked again before it counts as done. */
export function useChange<R extends JsonRoute>(route: R, stale: readonly JsonRoute[] = []) {
  const organization = useOrganizationId();
  const queries = useQueryClient();
  return useMutation<Answer<R>, ApiError, NonNullable<Arguments<R>[0]>>({
    mutationFn: (input) => (clientFor(organization).call as Call)(route, input) as Promise<Answer<R>>,
    onSuccess: () => Promise.all(stale.map((each) => queries.invalidateQueries({ queryKey: [each] }))),
  });
}
