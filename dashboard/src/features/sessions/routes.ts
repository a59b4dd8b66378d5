import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf, optionalText } from '@/lib/search.ts';

export const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'sessions',
  validateSearch: z.object({
    key: optionalText,
    model: optionalText,
    endUser: optionalText,
    tag: optionalText,
    /** Operators see all organizations, or the one that is looked at. */
    only: optionalOneOf(['organization']),
  }),
  component: lazyRouteComponent(() => import('./sessions-page.tsx'), 'SessionsPage'),
});

export const sessionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'sessions/$sessionId',
  component: lazyRouteComponent(() => import('./session-page.tsx'), 'SessionPage'),
});
