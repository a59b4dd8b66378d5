import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalFlag, optionalOneOf } from '@/lib/search.ts';

export const pricesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'prices',
  validateSearch: z.object({
    /** With prices that do not hold any more. */
    ended: optionalFlag,
  }),
  component: lazyRouteComponent(() => import('./prices-page.tsx'), 'PricesPage'),
});

export const marginRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'margin',
  validateSearch: z.object({ by: optionalOneOf(['customer', 'model', 'provider', 'key', 'day']) }),
  component: lazyRouteComponent(() => import('./margin-page.tsx'), 'MarginPage'),
});
