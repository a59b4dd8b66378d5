import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'overview',
  validateSearch: z.object({
    by: optionalOneOf(['model', 'key', 'provider', 'project']),
    /** Operators see all organizations, or the one that is looked at. */
    only: optionalOneOf(['organization']),
  }),
  component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
});
