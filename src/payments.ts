/** From the configuration to what takes payments. */
import type { Config } from './config.ts';
import { stripePlans } from './control/selling/stripe-plans.ts';
import { openStripe, type StripeParts } from './control/stripe/parts.ts';

const nanoPerDollar = 1_000_000_000n;

/** Undefined without a secret key: then operators credit wallets by hand. */
export function openPayments(
  config: Config,
  parts: Pick<StripeParts, 'store' | 'clock' | 'log'>,
): StripeParts | undefined {
  const { secretKey, webhookSecrets, topUpMinUsd, topUpMaxUsd, returnUrl, apiBase } = config.stripe;
  if (secretKey === undefined) return undefined;
  return openStripe({
    ...parts,
    plans: stripePlans(parts.clock),
    settings: {
      secretKey,
      webhookSecrets: webhookSecrets ?? [],
      topUpMinNanoUsd: BigInt(topUpMinUsd) * nanoPerDollar,
      topUpMaxNanoUsd: BigInt(topUpMaxUsd) * nanoPerDollar,
      returnUrl,
      apiBase,
    },
  });
}
