/** Payments by Stripe: what an operator sets. */
import { z } from 'zod';
import { choice, httpUrl, list, text, wholeNumber } from './leaves.ts';

const webhookSecret = text('a signing secret of Stripe, which begins with whsec_', /^whsec_[\x21-\x7e]{1,512}$/);
const whole = (min: number, max: number) => wholeNumber(min, max, 'dollars');

export const stripe = z.strictObject({
  secretKey: text('a secret key of Stripe, which begins with sk_ or rk_', /^[sr]k_(test|live)_[\x21-\x7e]{1,512}$/)
    .optional()
    .describe('Turns payments on. Also read from STRIPE_SECRET_KEY.'),
  webhookSecrets: list(webhookSecret, 'a list of signing secrets')
    .min(1, { error: 'at least one signing secret' })
    .optional()
    .describe(
      'Signing secrets of the webhook endpoint, needed with a secret key; two while one is rolled. Also read from STRIPE_WEBHOOK_SECRET (separated by commas).',
    ),
  currency: choice(['usd']).default('usd').describe('What customers pay in.'),
  topUpMinUsd: whole(1, 100_000).default(5).describe('Smallest top-up.'),
  topUpMaxUsd: whole(1, 100_000).default(10_000).describe('Largest top-up, also an automatic one.'),
  returnUrl: httpUrl()
    .default('http://127.0.0.1:7070')
    .describe('Where the pages of Stripe send people back to, when a request does not say.'),
  apiBase: httpUrl().optional().describe("Replaces Stripe's address; for the stand-in of the tests."),
});
