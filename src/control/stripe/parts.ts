/** What everything about Stripe stands on: the client, the store, and what the operator set. */
import Stripe from 'stripe';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { noPlans, type PlanListener } from './plan-listener.ts';

export interface StripeSettings {
  readonly secretKey: string;
  /** At least one, none empty; several while one is rolled. */
  readonly webhookSecrets: readonly string[];
  readonly topUpMinNanoUsd: bigint;
  readonly topUpMaxNanoUsd: bigint;
  /** Where pages of Stripe send people back to. */
  readonly returnUrl: string;
  /** Absent: Stripe's own. */
  readonly apiBase?: string | undefined;
}

export interface StripeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly stripe: Stripe;
  readonly settings: StripeSettings;
  /** Whether the key moves real money. What an object or event of the other kind says is not for us. */
  readonly livemode: boolean;
  readonly plans: PlanListener;
}

/** The ledger keeps dollars, so nothing else is taken. */
export const currency = 'usd';

/** Of one call; the client tries twice more by itself, with the same idempotency key. */
const timeoutMs = 20_000;
const retriesMax = 2;

/** The version of the API is the library's own: both are pinned together. */
export function openStripe(
  parts: Omit<StripeParts, 'stripe' | 'livemode' | 'plans'> & { readonly plans?: PlanListener },
): StripeParts {
  const { settings } = parts;
  // The configuration refuses this with a remedy; nobody else shall get past it either.
  if (settings.webhookSecrets.length === 0 || settings.webhookSecrets.some((secret) => secret.trim() === '')) {
    throw new Error('Stripe needs a signing secret for webhooks that is not empty');
  }
  const base = settings.apiBase === undefined ? undefined : new URL(settings.apiBase);
  const stripe = new Stripe(settings.secretKey, {
    timeout: timeoutMs,
    maxNetworkRetries: retriesMax,
    telemetry: false,
    appInfo: { name: 'Tollgate' },
    ...(base && {
      host: base.hostname,
      port: base.port === '' ? (base.protocol === 'http:' ? 80 : 443) : Number(base.port),
      protocol: base.protocol === 'http:' ? 'http' : 'https',
    }),
  });
  const livemode = /^[sr]k_live_/.test(settings.secretKey);
  return { ...parts, stripe, livemode, plans: parts.plans ?? noPlans };
}
