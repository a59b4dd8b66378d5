import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/app/root.tsx';

export const walletRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'wallet',
  component: lazyRouteComponent(() => import('./wallet-page.tsx'), 'WalletPage'),
});
