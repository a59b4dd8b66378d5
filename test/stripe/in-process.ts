/** The official client, whose calls reach the stand-in without a socket. */
import Stripe from 'stripe';
import type { StandIn } from '../fakes/stripe/server.ts';

export function inProcessClient(standIn: StandIn): Stripe {
  return new Stripe('sk_test_standin', { httpClient: new StandInClient(standIn), telemetry: false });
}

class StandInClient implements Stripe.HttpClient {
  readonly #standIn: StandIn;

  constructor(standIn: StandIn) {
    this.#standIn = standIn;
  }

  getClientName(): string {
    return 'in-process';
  }

  async makeRequest(...[, , path, method, headers, body]: Parameters<Stripe.HttpClient['makeRequest']>) {
    const plain = Object.entries(headers as Record<string, unknown>).map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]);
    const answer = this.#standIn.call(method, path, Object.fromEntries(plain), body ?? '');
    return {
      getStatusCode: () => answer.status,
      getHeaders: () => ({ 'request-id': 'req_in_process' }),
      getRawResponse: () => answer,
      toStream: () => {
        throw new Error('nothing is streamed here');
      },
      toJSON: async () => JSON.parse(answer.body),
    };
  }
}
