import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const alertsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'alerts',
  validateSearch: z.object({ tab: optionalOneOf(['rules', 'receivers', 'installation']) }),
  component: lazyRouteComponent(() => import('./alerts-page.tsx'), 'AlertsPage'),
});
