import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalText } from '@/lib/search.ts';

export const startRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'start',
  validateSearch: z.object({
    /** Who is to answer: a provider's name, or `new`. */
    provider: optionalText,
    model: optionalText,
  }),
  component: lazyRouteComponent(() => import('./start-page.tsx'), 'StartPage'),
});
