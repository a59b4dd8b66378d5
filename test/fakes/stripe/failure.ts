/** Failures in Stripe's form (https://docs.stripe.com/api/errors). */

export class StripeFailure extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, error: Readonly<Record<string, unknown>> & { readonly message: string }) {
    super(error.message);
    this.status = status;
    this.body = { error };
  }
}

const invalid = 'invalid_request_error';

export const missingParameter = (param: string): StripeFailure =>
  new StripeFailure(400, {
    type: invalid,
    code: 'parameter_missing',
    param,
    message: `Missing required param: ${param}.`,
  });

export const badParameter = (param: string, message: string, code = 'parameter_invalid'): StripeFailure =>
  new StripeFailure(400, { type: invalid, code, param, message });

export const unknownParameter = (param: string): StripeFailure =>
  badParameter(param, `Received unknown parameter: ${param}`, 'parameter_unknown');

export const noSuch = (kind: string, id: string, param = 'id', status = 404): StripeFailure =>
  new StripeFailure(status, {
    type: invalid,
    code: 'resource_missing',
    param,
    message: `No such ${kind}: '${id}'`,
  });

export const wrongState = (code: string, message: string): StripeFailure =>
  new StripeFailure(400, { type: invalid, code, message });

export const cardFailure = (code: string, declineCode: string, intent: unknown): StripeFailure =>
  new StripeFailure(402, {
    type: 'card_error',
    code,
    decline_code: declineCode,
    message:
      code === 'authentication_required' ? 'This payment requires authentication.' : 'Your card has been declined.',
    payment_intent: intent,
  });

export const serverFailure = (): StripeFailure =>
  new StripeFailure(500, { type: 'api_error', message: 'An unknown error occurred.' });
