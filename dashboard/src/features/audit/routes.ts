import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf, optionalText } from '@/lib/search.ts';

export const auditRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'audit',
  validateSearch: z.object({
    action: optionalText,
    actorId: optionalText,
    resourceKind: optionalText,
    resourceId: optionalText,
    requestId: optionalText,
    /** The entry that is open beside the list. */
    entry: optionalText,
    /** Operators see all organizations, or the one that is looked at. */
    only: optionalOneOf(['organization']),
  }),
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
});
