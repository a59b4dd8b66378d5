import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalOneOf } from '@/lib/search.ts';

export const invoicesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'invoices',
  validateSearch: z.object({
    tab: optionalOneOf(['receipts', 'details', 'seller']),
    status: optionalOneOf(['open', 'paid', 'void']),
  }),
  component: lazyRouteComponent(() => import('./invoices-page.tsx'), 'InvoicesPage'),
});

export const invoiceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'invoices/$invoiceId',
  component: lazyRouteComponent(() => import('./invoice-page.tsx'), 'InvoicePage'),
});
