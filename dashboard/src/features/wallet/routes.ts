import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const walletRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'wallet',
  validateSearch: z.object({
    tab: optionalOneOf(['transfers', 'payments', 'credits']),
    /** Back from Stripe's page. */
    checkout: optionalOneOf(['done', 'cancelled']),
  }),
  component: lazyRouteComponent(() => import('./wallet-page.tsx'), 'WalletPage'),
});
