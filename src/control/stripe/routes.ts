/** Payments in the management API. Without Stripe's key each answers 409 `stripe_not_configured`. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id, organizationParams, time, usd, usdPositive } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiParts, type ApiRoute, rawRoute, route } from '../api/route.ts';
import { findInvoice } from '../invoices/records.ts';
import { automaticTopUpOf, setAutomaticTopUp } from './automatic.ts';
import { startCardSetup, startTopUp } from './checkout.ts';
import { collectNow } from './collection.ts';
import { errors } from './errors.ts';
import type { StripeParts } from './parts.ts';
import { openPortal } from './portal.ts';
import { listPayments, paymentOf } from './queries.ts';
import { refundPayment } from './refunds.ts';
import { automaticNeverSet, automaticShown, paymentShown } from './views.ts';
import { receiveWebhook, WebhookRefusal } from './webhook.ts';

const tag = 'payments';

const url = z.url({ protocol: /^https?$/ }).max(2_000);

const payment = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    kind: z
      .enum(['top-up', 'automatic', 'card', 'plan', 'invoice'])
      .describe('`invoice`: pays one of our invoices by the saved card.'),
    invoiceId: z.string().nullable(),
    state: z
      .enum(['open', 'processing', 'paid', 'failed', 'expired', 'refused'])
      .describe('`refused`: Stripe has money that does not fit the order; `reason` says why.'),
    amountUsd: usd,
    refundedUsd: usd,
    disputedUsd: usd,
    reason: z.string().nullable(),
    createdAt: time,
    creditedAt: time.nullable(),
  })
  .meta({ id: 'Payment' });

const automaticTopUp = z
  .object({
    enabled: z.boolean(),
    thresholdUsd: usd.describe('It is charged when the balance falls below this.'),
    amountUsd: usd.describe('What is charged.'),
    declines: z.number().describe('In a row.'),
    disabledReason: z.string().nullable(),
  })
  .meta({ id: 'AutomaticTopUp' });

const paymentParams = z.strictObject({ paymentId: id('pay') });

export const stripeRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/checkout',
    tag,
    summary: 'Open a page for a payment',
    description:
      'Answers the address of a page of Stripe: `top-up` takes an amount, `card` saves a card for automatic top-ups. ' +
      'The money is in the wallet when Stripe has confirmed it.',
    status: 201,
    params: organizationParams,
    body: z.strictObject({
      mode: z.enum(['top-up', 'card']).default('top-up'),
      amountUsd: usdPositive.optional().describe('For `top-up`.'),
      saveCard: z.boolean().optional().describe('The card may be charged automatically later.'),
      successUrl: url.optional(),
      cancelUrl: url.optional(),
    }),
    answer: z.object({ paymentId: z.string(), url: z.string() }).meta({ id: 'Checkout' }),
    async handle({ params: { organizationId }, body: { mode, amountUsd, ...rest } }, parts) {
      return askStripe(parts, (stripe) => {
        if (mode === 'card') return startCardSetup(stripe, { organizationId, ...rest });
        if (amountUsd === undefined) throw missingAmount;
        return startTopUp(stripe, { organizationId, amountNanoUsd: amountUsd, ...rest });
      });
    },
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/automatic-top-up',
    tag,
    summary: 'Get the automatic top-up',
    description: 'One that was never set is not enabled.',
    params: organizationParams,
    answer: automaticTopUp,
    async handle({ params: { organizationId } }, { store }) {
      const row = await automaticTopUpOf(store.db, organizationId);
      return row === undefined ? automaticNeverSet : automaticShown(row);
    },
  }),
  route({
    method: 'PUT',
    path: '/organizations/{organizationId}/automatic-top-up',
    tag,
    summary: 'Set the automatic top-up',
    description:
      'The saved card is charged once each time the balance falls below the threshold. Three declines in a row turn it off.',
    params: organizationParams,
    body: z.strictObject({ enabled: z.boolean(), thresholdUsd: usdPositive, amountUsd: usdPositive }),
    answer: automaticTopUp,
    async handle({ params: { organizationId }, body: { enabled, thresholdUsd, amountUsd }, write }, parts) {
      const { settings } = requireStripe(parts);
      const asked = { enabled, thresholdNanoUsd: thresholdUsd, amountNanoUsd: amountUsd };
      return write(async (db) =>
        automaticShown(await setAutomaticTopUp({ store: { db }, settings }, organizationId, asked)),
      );
    },
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/portal',
    tag,
    summary: 'Open the customer portal of Stripe',
    status: 201,
    params: organizationParams,
    body: z.strictObject({ returnUrl: url.optional() }).optional(),
    answer: z.object({ url: z.string() }).meta({ id: 'Portal' }),
    async handle({ params: { organizationId }, body }, parts) {
      return askStripe(parts, async (stripe) => ({ url: await openPortal(stripe, organizationId, body?.returnUrl) }));
    },
  }),
  route({
    method: 'GET',
    path: '/payments',
    tag,
    summary: 'List payments, newest first',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(payment),
    async handle({ caller, query: { limit, after, organizationId: asked } }, { store }) {
      if (asked !== undefined) checkOwner(caller, asked, 'organization', asked);
      const organizationId = asked ?? visibleOrganization(caller);
      const rows = await listPayments(store.db, {
        limit: limit + 1,
        ...(organizationId !== undefined && { organizationId }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(paymentShown), limit, (row) => row.id);
    },
  }),
  route({
    method: 'GET',
    path: '/payments/{paymentId}',
    tag,
    summary: 'Get a payment',
    params: paymentParams,
    answer: payment,
    async handle({ caller, params: { paymentId } }, { store }) {
      const row = await paymentOf(store.db, paymentId);
      if (row === undefined) throw notFound('payment', paymentId);
      checkOwner(caller, row.organization_id, 'payment', paymentId);
      return paymentShown(row);
    },
  }),
  route({
    method: 'POST',
    path: '/payments/{paymentId}/refund',
    tag,
    summary: 'Give a payment back, or a part of it',
    description:
      'Stripe returns the money, and the wallet loses it. What was spent already is refused, or with `evenIfSpent` owed: ' +
      'that blocks spending until it is paid.',
    params: paymentParams,
    body: z.strictObject({ amountUsd: usdPositive.optional(), evenIfSpent: z.boolean().optional() }).optional(),
    answer: payment,
    async handle({ params: { paymentId }, body, idempotencyKey }, parts) {
      const asked = { amountNanoUsd: body?.amountUsd, evenIfSpent: body?.evenIfSpent, idempotencyKey };
      return askStripe(parts, async (stripe) => {
        const row = await refundPayment(stripe, paymentId, asked);
        if (row === undefined) throw notFound('payment', paymentId);
        return paymentShown(row);
      });
    },
  }),
  route({
    method: 'POST',
    path: '/invoices/{invoiceId}/collect',
    tag,
    summary: 'Charge the saved card for an invoice now',
    description:
      'An invoice that is due is charged by itself, and tried again after a decline. This does not wait for either, and ' +
      'begins again where it was stopped. The payment says how it went.',
    params: z.strictObject({ invoiceId: id('inv') }),
    answer: payment,
    async handle({ caller, params: { invoiceId } }, parts) {
      const found = await findInvoice(parts.store.db, invoiceId);
      if (found === undefined) throw notFound('invoice', invoiceId);
      checkOwner(caller, found.organization_id, 'invoice', invoiceId);
      return askStripe(parts, async (stripe) => {
        const row = await collectNow(stripe, found.id);
        if (row === undefined) throw notFound('invoice', invoiceId);
        return paymentShown(row);
      });
    },
  }),
  rawRoute({
    method: 'POST',
    path: '/stripe/webhook',
    tag,
    summary: 'Take an event of Stripe',
    description: 'For Stripe alone, which signs what it sends.',
    async receive({ body, headers }, parts) {
      const signature = headers['stripe-signature'];
      try {
        const stripe = requireStripe(parts);
        await receiveWebhook(stripe, body, typeof signature === 'string' ? signature : undefined);
        return { received: true };
      } catch (error) {
        if (!(error instanceof WebhookRefusal)) throw error;
        const remedy = 'Compare stripe.webhookSecrets with the signing secret of the endpoint in the Stripe dashboard.';
        throw new ApiFailure('invalid_request', error.message, { remedy });
      }
    },
  }),
];

const missingAmount = new ApiFailure('invalid_request', 'amountUsd is missing, and the mode is top-up.', {
  remedy: 'Say how much.',
  path: 'amountUsd',
});

/** Throws ApiFailure. */
export function requireStripe({ stripe }: Pick<ApiParts, 'stripe'>): StripeParts {
  if (stripe !== undefined) return stripe;
  throw new ApiFailure('stripe_not_configured', 'This installation takes no payments: it has no key of Stripe.', {
    remedy:
      'Set stripe.secretKey and stripe.webhookSecrets, or credit wallets by hand: POST /organizations/{organizationId}/wallet/credits.',
  });
}

/** With Stripe's own failures told as ours. */
export async function askStripe<T>(parts: ApiParts, work: (stripe: StripeParts) => Promise<T>): Promise<T> {
  const stripe = requireStripe(parts);
  try {
    return await work(stripe);
  } catch (error) {
    if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError) {
      parts.log.error({ error }, 'Stripe refuses the secret key');
      const remedy = 'Let the operator check stripe.secretKey.';
      throw new ApiFailure('unavailable', 'Stripe refuses the secret key of this installation.', { remedy });
    }
    if (error instanceof errors.StripeInvalidRequestError) {
      const remedy = 'Correct what it names.';
      throw new ApiFailure('invalid_request', `Stripe refuses this: ${error.message}`, { remedy, cause: error });
    }
    if (!(error instanceof errors.StripeError)) throw error;
    const remedy = 'Try again in some seconds, with the same Idempotency-Key.';
    throw new ApiFailure('unavailable', 'Stripe cannot be asked now.', { remedy, cause: error });
  }
}
