import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf, optionalText } from '@/lib/search.ts';

export const modelsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'models',
  validateSearch: z.object({
    search: optionalText,
    provider: optionalText,
    source: optionalOneOf(['file', 'api', 'catalogue', 'provider']),
    callable: optionalOneOf(['yes', 'no']),
    takes: optionalOneOf(['image', 'pdf', 'audio', 'video', 'tools', 'thinking']),
    /** The one that is open beside the list. */
    model: optionalText,
  }),
  component: lazyRouteComponent(() => import('./models-page.tsx'), 'ModelsPage'),
});
