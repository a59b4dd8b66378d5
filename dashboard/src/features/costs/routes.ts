import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';
import { groupNames } from './groups.ts';

export const costsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'costs',
  validateSearch: z.object({
    by: optionalOneOf(groupNames),
    /** Operators see all organizations, or the one that is looked at. */
    only: optionalOneOf(['organization']),
  }),
  component: lazyRouteComponent(() => import('./costs-page.tsx'), 'CostsPage'),
});
