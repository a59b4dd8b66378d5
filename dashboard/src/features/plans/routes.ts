import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const plansRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'plans',
  validateSearch: z.object({
    tab: optionalOneOf(['subscriptions']),
    /** Back from Stripe's page. */
    checkout: optionalOneOf(['done', 'cancelled']),
  }),
  component: lazyRouteComponent(() => import('./plans-page.tsx'), 'PlansPage'),
});
