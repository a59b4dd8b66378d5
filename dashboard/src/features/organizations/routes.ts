import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/app/root.tsx';

export const organizationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'customers',
  component: lazyRouteComponent(() => import('./organizations-page.tsx'), 'OrganizationsPage'),
});
