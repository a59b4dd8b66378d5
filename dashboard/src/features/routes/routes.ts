import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const routesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'routes',
  component: lazyRouteComponent(() => import('./routes-page.tsx'), 'RoutesPage'),
});

/** `new`: one that is not there yet. */
export const editRouteRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'routes/$routeName',
  validateSearch: z.object({ tab: optionalOneOf(['form', 'yaml', 'history']) }),
  component: lazyRouteComponent(() => import('./edit-page.tsx'), 'EditPage'),
});
