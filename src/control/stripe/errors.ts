/** Stripe's errors by class: https://docs.stripe.com/error-handling */
import Stripe from 'stripe';

export const { errors } = Stripe;
