import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { publicRoute } from '@/app/root.tsx';
import { optionalText } from '@/lib/search.ts';

export const signInRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: 'sign-in',
  /** `back`: where to go then, an address of this dashboard. `error`: why single sign-on sent them back here. */
  validateSearch: z.object({ back: optionalText, error: optionalText }),
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
});

/** The tokens of these three stand after the `#` of their addresses, which no server hears of. */
export const setUpRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: 'set-up',
  component: lazyRouteComponent(() => import('./set-up-page.tsx'), 'SetUpPage'),
});

export const newPasswordRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: 'new-password',
  component: lazyRouteComponent(() => import('./new-password-page.tsx'), 'NewPasswordPage'),
});

export const invitationRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: 'invitation',
  component: lazyRouteComponent(() => import('./invitation-page.tsx'), 'InvitationPage'),
});
