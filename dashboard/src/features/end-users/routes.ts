import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

const only = optionalOneOf(['organization']);

export const endUsersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'end-users',
  validateSearch: z.object({ only }),
  component: lazyRouteComponent(() => import('./end-users-page.tsx'), 'EndUsersPage'),
});

export const endUserRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'end-users/$endUserId',
  validateSearch: z.object({ only }),
  component: lazyRouteComponent(() => import('./end-user-page.tsx'), 'EndUserPage'),
});
