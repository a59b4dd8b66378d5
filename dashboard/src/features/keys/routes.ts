import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalFlag, optionalOneOf, optionalText } from '@/lib/search.ts';

export const keysRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'keys',
  validateSearch: z.object({
    state: optionalOneOf(['active', 'paused', 'expired', 'revoked']),
    kind: optionalOneOf(['call', 'management']),
    projectId: optionalText,
    search: optionalText,
    sort: optionalOneOf(['createdAt', 'name', '-name']),
    /** The window for a new key is open. */
    new: optionalFlag,
  }),
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
});

export const keyRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'keys/$keyId',
  component: lazyRouteComponent(() => import('./key-page.tsx'), 'KeyPage'),
});
