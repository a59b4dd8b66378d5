/** Payments that a person makes on a page of Stripe's: a top-up, or a card that is saved for later. */
import type Stripe from 'stripe';
import { newId } from '../../lib/id.ts';
import type { PaymentKind } from '../../store/schema/stripe.ts';
import { centsFromNano, checkAmount } from './amount.ts';
import { ensureCustomer } from './customers.ts';
import { currency, type StripeParts } from './parts.ts';

export interface Checkout {
  /** `pay_...` */
  readonly paymentId: string;
  /** The page, for the person's browser. */
  readonly url: string;
}

export interface ReturnUrls {
  /** Default: `stripe.returnUrl`. */
  readonly successUrl?: string | undefined;
  readonly cancelUrl?: string | undefined;
}

export interface TopUpRequest extends ReturnUrls {
  readonly organizationId: string;
  readonly amountNanoUsd: bigint;
  /** The card may be charged automatically later. Default false. */
  readonly saveCard?: boolean | undefined;
}

/** Throws Refusal (amount, organization) and Stripe's errors. Money comes in when Stripe says so, not by the return. */
export async function startTopUp(parts: StripeParts, request: TopUpRequest): Promise<Checkout> {
  checkAmount(request.amountNanoUsd, parts.settings);
  return openCheckout(parts, request, 'top-up', request.amountNanoUsd, {
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency,
          unit_amount: centsFromNano(request.amountNanoUsd),
          product_data: { name: 'Prepaid credit' },
        },
      },
    ],
    ...(request.saveCard === true && { payment_intent_data: { setup_future_usage: 'off_session' } }),
  });
}

/** Throws Refusal and Stripe's errors. */
export function startCardSetup(
  parts: StripeParts,
  request: ReturnUrls & { readonly organizationId: string },
): Promise<Checkout> {
  return openCheckout(parts, request, 'card', 0n, { mode: 'setup', currency });
}

/**
 * The order is kept before Stripe hears of it, and every page is found again by its own id: what metadata says is for
 * people who look at Stripe's dashboard.
 */
export async function openCheckout(
  parts: StripeParts,
  { organizationId, successUrl, cancelUrl }: ReturnUrls & { readonly organizationId: string },
  kind: PaymentKind,
  amountNanoUsd: bigint,
  more: Stripe.Checkout.SessionCreateParams,
  planId?: string,
): Promise<Checkout> {
  const { store, stripe, settings, clock } = parts;
  const customerId = await ensureCustomer(parts, organizationId);
  const id = newId('pay', clock.nowMs());
  const now = new Date(clock.nowMs());
  const order = { id, organization_id: organizationId, kind, customer_id: customerId, plan_id: planId ?? null };
  await store.db
    .insertInto('stripe_payments')
    .values({ ...order, state: 'open', amount_nano_usd: amountNanoUsd, created_at: now, checked_at: now })
    .execute();
  const session = await stripe.checkout.sessions.create(
    {
      customer: customerId,
      client_reference_id: id,
      metadata: { tollgate_payment: id },
      success_url: successUrl ?? settings.returnUrl,
      cancel_url: cancelUrl ?? settings.returnUrl,
      ...more,
    },
    { idempotencyKey: `tollgate:checkout:${id}` },
  );
  await store.db.updateTable('stripe_payments').set({ session_id: session.id }).where('id', '=', id).execute();
  return { paymentId: id, url: session.url ?? settings.returnUrl };
}
