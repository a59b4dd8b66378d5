/** Calls that the gateway itself answers: no provider is asked, and no usage row is left. */
import type { IncomingMessage } from 'node:http';
import type { Voice } from '../../dialects/dialect.ts';
import { discardBody } from '../body.ts';
import type { Delivery } from '../edge/delivery.ts';
import { ownHeaders, requestIdHeaders } from '../edge/headers.ts';
import type { Visit } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';
import { asError } from '../pipeline.ts';

export interface OwnArrival {
  readonly request: IncomingMessage;
  readonly delivery: Delivery;
  /** Monotonic. */
  readonly startedAt: number;
  /** Once it is known: its headers go with the answer, whatever that is. */
  visit?: Visit;
}

export interface OwnCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** In whose words errors are told. Absent, or undefined: as anywhere else. */
  readonly voiceOf?: (request: IncomingMessage) => Voice | undefined;
  /** Resolves to the answer's JSON; rejects with LlmFailure. */
  readonly answer: (arrival: OwnArrival, parts: GatewayParts) => Promise<object>;
}

/** Never rejects: whatever happens, the caller gets an answer. */
export async function answerOwn(call: OwnCall, arrival: OwnArrival, parts: GatewayParts): Promise<void> {
  const { request, delivery } = arrival;
  const headers = () =>
    arrival.visit === undefined ? requestIdHeaders(delivery.requestId) : ownHeaders(arrival.visit);
  try {
    const answer = await call.answer(arrival, parts);
    delivery.send(200, headers(), JSON.stringify(answer));
  } catch (error) {
    const told = asError(error, delivery.dialect, delivery.requestId, parts);
    delivery.fail(told, told.kind === 'request-timeout' ? { ...headers(), connection: 'close' } : headers());
  } finally {
    if (!request.complete && !request.destroyed) discardBody(request, parts.settings.bodyBytesMax);
  }
}
