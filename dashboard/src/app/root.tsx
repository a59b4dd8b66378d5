/** The tree's trunk: what is in every address, and the two kinds of pages: with the shell, and without (signing in). */

import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import * as z from 'zod/mini';
import { ApiError } from '@/lib/api.ts';
import { optionalOneOf, optionalText } from '@/lib/search.ts';
import { sessionQuery } from '@/lib/session.ts';
import { NotFound, PageError } from './failure.tsx';
import { Pending } from './pending.tsx';

const everywhere = z.object({
  /** Whom the page is about. */
  org: optionalText,
  period: optionalOneOf(['24h', '7d', '30d', '90d', 'custom']),
  from: optionalText,
  to: optionalText,
});

export const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  validateSearch: everywhere,
  search: { middlewares: [retainSearchParams(['org', 'period', 'from', 'to'])] },
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

/** Pages for whoever is signed in, inside the shell. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location, search }) => {
    try {
      await context.queries.ensureQueryData(sessionQuery(search.org));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      throw redirect({ to: '/sign-in', search: { back: location.publicHref } });
    }
  },
  component: lazyRouteComponent(() => import('./shell.tsx'), 'Shell'),
  pendingComponent: Pending,
});

/** Pages for anybody: signing in, an invitation, setting up. */
export const publicRoute = createRoute({ getParentRoute: () => rootRoute, id: 'public' });
