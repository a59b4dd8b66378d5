import { foundation } from './0001-foundation.ts';
import { limits } from './0002-limits.ts';
import { operations } from './0003-operations.ts';
import { ledger } from './0004-ledger.ts';
import { management } from './0005-management.ts';
import { idempotency } from './0006-idempotency.ts';
import { stripe } from './0007-stripe.ts';
import { selling } from './0008-selling.ts';
import { invoices } from './0009-invoices.ts';
import { collection } from './0010-collection.ts';
import { moreLimits } from './0011-more-limits.ts';
import { batchEstimates } from './0012-batch-estimates.ts';
import { decisions } from './0013-decisions.ts';
import { responseCache } from './0014-response-cache.ts';
import { routesAndOwnKeys } from './0015-routes-and-own-keys.ts';
import { lendingByExpiry } from './0016-lending-by-expiry.ts';
import { ledgerCheckpoint } from './0017-ledger-checkpoint.ts';
import { roleScopes } from './0018-role-scopes.ts';
import { models } from './0019-models.ts';
import { usageByTime } from './0020-usage-by-time.ts';
import { signIn } from './0021-sign-in.ts';
import { content } from './0022-content.ts';
import { routeVersions } from './0023-route-versions.ts';
import { audit } from './0024-audit.ts';
import { usageRollUps } from './0025-usage-roll-ups.ts';
import { storedProviders } from './0026-providers.ts';
import { pausedKeys } from './0027-paused-keys.ts';
import { playgroundKeys } from './0028-playground-keys.ts';
import { defaultTimeZone } from './0029-default-time-zone.ts';
import { narrowUsage } from './0030-narrow-sums.ts';
import { priceVersions } from './0031-price-versions.ts';
import { keyHolders } from './0032-key-holders.ts';
import { wholeUsage } from './0033-whole-sums.ts';
import type { Migration } from './migration.ts';

/** In order, without gaps: a test counts them. */
export const migrations: readonly Migration[] = [
  foundation,
  limits,
  operations,
  ledger,
  management,
  idempotency,
  stripe,
  selling,
  invoices,
  collection,
  moreLimits,
  batchEstimates,
  decisions,
  responseCache,
  routesAndOwnKeys,
  lendingByExpiry,
  ledgerCheckpoint,
  roleScopes,
  models,
  usageByTime,
  signIn,
  content,
  routeVersions,
  audit,
  usageRollUps,
  storedProviders,
  pausedKeys,
  playgroundKeys,
  defaultTimeZone,
  narrowUsage,
  priceVersions,
  keyHolders,
  wholeUsage,
];
