import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf, optionalText } from '@/lib/search.ts';

export const liveRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'live',
  validateSearch: z.object({
    show: optionalOneOf(['running', 'failed']),
    q: optionalText,
    /** Operators see all organizations, or the one that is looked at. */
    only: optionalOneOf(['organization']),
  }),
  component: lazyRouteComponent(() => import('./live-page.tsx'), 'LivePage'),
});
