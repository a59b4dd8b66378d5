import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const providersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'providers',
  validateSearch: z.object({ tab: optionalOneOf(['installation', 'own']) }),
  component: lazyRouteComponent(() => import('./providers-page.tsx'), 'ProvidersPage'),
});
