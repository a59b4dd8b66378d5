/** Every route of the management API. A feature keeps its own in `control/<feature>/routes.ts`, and is listed here. */

import { endpointRoutes } from '../alerts/endpoint-routes.ts';
import { alertRoutes } from '../alerts/routes.ts';
import { auditRoutes } from '../audit/routes.ts';
import { budgetRoutes } from '../budgets/routes.ts';
import { endUserRoutes } from '../content/end-user-routes.ts';
import { metricsRoutes } from '../content/metrics-routes.ts';
import { contentRoutes } from '../content/routes.ts';
import { driftRoutes } from '../drift/routes.ts';
import { partyRoutes } from '../invoices/party-routes.ts';
import { invoiceRoutes } from '../invoices/routes.ts';
import { keyRoutes } from '../keys/routes.ts';
import { liveRoutes } from '../live/routes.ts';
import { logRoutes } from '../logs/routes.ts';
import { sessionRoutes } from '../logs/session-routes.ts';
import { invitationRoutes } from '../members/invitation-routes.ts';
import { memberRoutes } from '../members/routes.ts';
import { aliasRoutes } from '../models/alias-routes.ts';
import { discoverRoutes } from '../models/discover-routes.ts';
import { importRoutes } from '../models/import-routes.ts';
import { modelRoutes } from '../models/routes.ts';
import { syncRoutes } from '../models/sync-routes.ts';
import { backtestRoutes } from '../naming/backtest-routes.ts';
import { providerKeyRoutes } from '../naming/provider-key-routes.ts';
import { routeRoutes } from '../naming/route-routes.ts';
import { routeVersionRoutes } from '../naming/route-versions-routes.ts';
import { simulateRoutes } from '../naming/simulate-routes.ts';
import { organizationRoutes } from '../organizations/routes.ts';
import { playgroundRoutes } from '../playground/routes.ts';
import { projectRoutes } from '../projects/routes.ts';
import { providerCredentialRoutes } from '../providers/credential-routes.ts';
import { providerRoutes } from '../providers/routes.ts';
import { upstreamRoutes } from '../providers/upstream-routes.ts';
import { vendorRoutes } from '../providers/vendor-routes.ts';
import { secretRoutes } from '../secrets/routes.ts';
import { sellingRoutes } from '../selling/routes.ts';
import { settingsRoutes } from '../settings/routes.ts';
import { bootstrapRoutes } from '../sign-in/bootstrap-routes.ts';
import { meRoutes } from '../sign-in/me-routes.ts';
import { statsRoutes } from '../stats/routes.ts';
import { stripeRoutes } from '../stripe/routes.ts';
import { usageRoutes } from '../usage/routes.ts';
import { walletRoutes } from '../wallets/routes.ts';
import { referenceRoutes } from './reference-routes.ts';
import type { ApiRoute } from './route.ts';

export const apiRoutes: readonly ApiRoute[] = [
  ...organizationRoutes,
  ...keyRoutes,
  ...projectRoutes,
  ...usageRoutes,
  ...statsRoutes,
  ...liveRoutes,
  ...playgroundRoutes,
  ...logRoutes,
  ...sessionRoutes,
  ...contentRoutes,
  ...metricsRoutes,
  ...endUserRoutes,
  ...walletRoutes,
  ...budgetRoutes,
  ...driftRoutes,
  ...settingsRoutes,
  ...modelRoutes,
  ...aliasRoutes,
  ...discoverRoutes,
  ...importRoutes,
  ...syncRoutes,
  ...routeRoutes,
  ...routeVersionRoutes,
  ...simulateRoutes,
  ...backtestRoutes,
  ...providerKeyRoutes,
  ...vendorRoutes,
  ...providerRoutes,
  ...providerCredentialRoutes,
  ...upstreamRoutes,
  ...secretRoutes,
  ...sellingRoutes,
  ...stripeRoutes,
  ...invoiceRoutes,
  ...partyRoutes,
  ...alertRoutes,
  ...endpointRoutes,
  ...auditRoutes,
  ...referenceRoutes(() => apiRoutes),
  ...memberRoutes,
  ...invitationRoutes,
  ...meRoutes,
  ...bootstrapRoutes,
];
