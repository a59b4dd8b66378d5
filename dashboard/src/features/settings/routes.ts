import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'settings',
  validateSearch: z.object({ tab: optionalOneOf(['organization', 'content', 'installation', 'drift', 'master-key']) }),
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
});
