import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { publicRoute } from '@/app/root.tsx';
import { optionalText } from '@/lib/search.ts';

export const signInRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: 'sign-in',
  /** Where to go then: an address of this dashboard. */
  validateSearch: z.object({ back: optionalText }),
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
});
