import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/app/root.tsx';

export const budgetsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'budgets',
  component: lazyRouteComponent(() => import('./budgets-page.tsx'), 'BudgetsPage'),
});
