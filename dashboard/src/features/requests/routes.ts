import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf, optionalText } from '@/lib/search.ts';

export const requestsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'requests',
  validateSearch: z.object({
    sort: optionalOneOf(['startedAt']),
    status: optionalOneOf(['completed', 'failed', 'cancelled', 'interrupted']),
    model: optionalText,
    modelAsked: optionalText,
    modelServed: optionalText,
    key: optionalText,
    projectId: optionalText,
    memberId: optionalText,
    provider: optionalText,
    credential: optionalText,
    errorKind: optionalText,
    httpStatus: optionalText,
    sessionId: optionalText,
    endUser: optionalText,
    tag: optionalText,
    operation: optionalText,
    stream: optionalOneOf(['true', 'false']),
    paidBy: optionalOneOf(['platform', 'organization']),
    costMin: optionalText,
    costMax: optionalText,
    totalMinMs: optionalText,
    totalMaxMs: optionalText,
    requestId: optionalText,
    clientRequestId: optionalText,
    /** Operators see all organizations, or the one that is looked at. */
    only: optionalOneOf(['organization']),
  }),
  component: lazyRouteComponent(() => import('./requests-page.tsx'), 'RequestsPage'),
});

export const requestRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'requests/$requestId',
  component: lazyRouteComponent(() => import('./request-page.tsx'), 'RequestPage'),
});
