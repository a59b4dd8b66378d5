/** Every page of the dashboard: one line each. A page's own file says what its address holds and loads its parts lazily. */
import { createRoute, redirect } from '@tanstack/react-router';
import { appRoute, publicRoute, rootRoute } from './app/root.tsx';
import { accountRoute } from './features/account/routes.ts';
import { alertsRoute } from './features/alerts/routes.ts';
import { auditRoute } from './features/audit/routes.ts';
import { budgetsRoute } from './features/budgets/routes.ts';
import { costsRoute } from './features/costs/routes.ts';
import { endUserRoute, endUsersRoute } from './features/end-users/routes.ts';
import { invoiceRoute, invoicesRoute } from './features/invoices/routes.ts';
import { keyRoute, keysRoute } from './features/keys/routes.ts';
import { liveRoute } from './features/live/routes.ts';
import { membersRoute } from './features/members/routes.ts';
import { modelsRoute } from './features/models/routes.ts';
import { organizationsRoute } from './features/organizations/routes.ts';
import { overviewRoute } from './features/overview/routes.ts';
import { plansRoute } from './features/plans/routes.ts';
import { playgroundRoute } from './features/playground/routes.ts';
import { providersRoute } from './features/providers/routes.ts';
import { requestRoute, requestsRoute } from './features/requests/routes.ts';
import { editRouteRoute, routesRoute } from './features/routes/routes.ts';
import { marginRoute, pricesRoute } from './features/selling/routes.ts';
import { sessionRoute, sessionsRoute } from './features/sessions/routes.ts';
import { settingsRoute } from './features/settings/routes.ts';
import { invitationRoute, newPasswordRoute, setUpRoute, signInRoute } from './features/sign-in/routes.ts';
import { hasRequests } from './features/start/landing.ts';
import { startRoute } from './features/start/routes.ts';
import { walletRoute } from './features/wallet/routes.ts';

const firstRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: async ({ context, search }) => {
    if (!(await hasRequests(context.queries, search.org))) throw redirect({ to: '/start' });
    throw redirect({ to: '/overview' });
  },
});

export const routeTree = rootRoute.addChildren([
  publicRoute.addChildren([signInRoute, setUpRoute, newPasswordRoute, invitationRoute]),
  appRoute.addChildren([
    firstRoute,
    overviewRoute,
    costsRoute,
    startRoute,
    providersRoute,
    liveRoute,
    playgroundRoute,
    requestsRoute,
    requestRoute,
    sessionsRoute,
    sessionRoute,
    settingsRoute,
    modelsRoute,
    routesRoute,
    editRouteRoute,
    walletRoute,
    organizationsRoute,
    marginRoute,
    pricesRoute,
    alertsRoute,
    keysRoute,
    keyRoute,
    auditRoute,
    budgetsRoute,
    invoiceRoute,
    invoicesRoute,
    plansRoute,
    membersRoute,
    endUsersRoute,
    endUserRoute,
    accountRoute,
  ]),
]);
