/** One request that waits for another: kept alive if it is a stream, and gone when its caller is. */
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { RunUnderWay } from '../attempts-under-way.ts';
import { ownHeaders } from '../edge/headers.ts';
import type { Exchange } from '../exchange.ts';
import type { OperationCall } from '../operations/operation-call.ts';
import type { GatewayParts } from '../parts.ts';
import type { Flight, Landing } from './flight.ts';

/** `gone`: the caller has hung up. Rejects with LlmFailure when the gateway stops. */
export async function waitFor(
  flight: Flight,
  visit: Exchange | OperationCall,
  parts: GatewayParts,
): Promise<Landing | 'gone'> {
  const { delivery } = visit;
  if (delivery.gone) return 'gone';
  visit.cache = 'pending';
  flight.join();
  const ended = Promise.withResolvers<Landing | 'gone'>();
  const run = new Waiting(visit, parts, ended.reject);
  delivery.onGone(() => ended.resolve('gone'));
  parts.active.add(run);
  void flight.landed.then(ended.resolve);
  try {
    return await ended.promise;
  } finally {
    parts.active.delete(run);
    flight.leave();
  }
}

class Waiting implements RunUnderWay {
  readonly #visit: Exchange | OperationCall;
  readonly #parts: GatewayParts;
  readonly #reject: (failure: LlmFailure) => void;

  constructor(visit: Exchange | OperationCall, parts: GatewayParts, reject: (failure: LlmFailure) => void) {
    this.#visit = visit;
    this.#parts = parts;
    this.#reject = reject;
  }

  /** The head goes out with the first keepalive, before it is known how the wait ends. */
  tick(now: number): void {
    const { delivery, ask } = this.#visit;
    const { keepaliveMs, clientStallMs } = this.#parts.settings;
    const silentMs = now - delivery.lastWriteAt;
    if (delivery.stalled && silentMs > clientStallMs) return delivery.cut();
    if (!ask.stream || delivery.stalled || silentMs <= keepaliveMs || delivery.gone) return;
    if (!('keepalive' in delivery.dialect)) return;
    delivery.startStream(ownHeaders(this.#visit));
    delivery.write(delivery.dialect.keepalive, now);
  }

  stop(error: LlmError): void {
    this.#reject(new LlmFailure(error));
  }

  progress(): undefined {
    return undefined;
  }
}
