import { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { ApiError } from '@/lib/api.ts';
import { routeTree } from '@/routes.tsx';
import { NotFound, PageError } from './failure.tsx';
import { Pending } from './pending.tsx';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // The client has tried again by itself where that is of use.
      retry: false,
      throwOnError: false,
    },
  },
});

/** A session that ended elsewhere: back to signing in, and then to where they were. */
queries.getQueryCache().config.onError = (error, query) => {
  if (!(error instanceof ApiError) || error.status !== 401 || query.queryKey[0] === 'session') return;
  queries.removeQueries({ queryKey: ['session'] });
  void router.invalidate();
};

export const router = createRouter({
  routeTree,
  basepath: '/dashboard',
  context: { queries },
  defaultPreload: 'intent',
  defaultPendingComponent: Pending,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  defaultPendingMs: 150,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
