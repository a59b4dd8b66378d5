/** Stripe's own pages where a customer sees payments and cards, and changes the cards. */
import { ensureCustomer } from './customers.ts';
import type { StripeParts } from './parts.ts';

/** The page's address, valid for some minutes. Throws Refusal and Stripe's errors. */
export async function openPortal(
  parts: StripeParts,
  organizationId: string,
  returnUrl: string | undefined,
): Promise<string> {
  const { url } = await parts.stripe.billingPortal.sessions.create({
    customer: await ensureCustomer(parts, organizationId),
    return_url: returnUrl ?? parts.settings.returnUrl,
  });
  return url;
}
