/** Gives a kept stream again: piece by piece, as fast as its caller reads and no faster. */
import type { LlmError } from '../../llm/error.ts';
import type { RunUnderWay } from '../attempts-under-way.ts';
import type { Delivery, HeaderList } from '../edge/delivery.ts';
import type { GatewayParts } from '../parts.ts';

export type Replayed =
  | { readonly status: 'completed' | 'cancelled' }
  | { readonly status: 'failed'; readonly error: LlmError };

/** Resolves when the caller has it, or has left. Never rejects. */
export async function replayStream(
  delivery: Delivery,
  headers: HeaderList,
  pieces: readonly Buffer[],
  parts: GatewayParts,
): Promise<Replayed> {
  const run = new Replay(delivery, pieces, parts);
  delivery.onGone(() => run.end({ status: 'cancelled' }));
  delivery.onDrain(() => run.go());
  delivery.startStream(headers);
  parts.active.add(run);
  run.go();
  try {
    return await run.ended;
  } finally {
    parts.active.delete(run);
  }
}

class Replay implements RunUnderWay {
  readonly ended: Promise<Replayed>;
  end: (how: Replayed) => void = () => {};
  readonly #delivery: Delivery;
  readonly #pieces: readonly Buffer[];
  readonly #parts: GatewayParts;
  #next = 0;

  constructor(delivery: Delivery, pieces: readonly Buffer[], parts: GatewayParts) {
    this.#delivery = delivery;
    this.#pieces = pieces;
    this.#parts = parts;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  go(): void {
    const delivery = this.#delivery;
    if (delivery.gone) return this.end({ status: 'cancelled' });
    while (!delivery.stalled && !delivery.ended) {
      const piece = this.#pieces[this.#next++];
      if (piece === undefined) {
        delivery.end();
        return this.end({ status: 'completed' });
      }
      delivery.write(piece, this.#parts.clock.monotonicMs());
    }
  }

  tick(now: number): void {
    const delivery = this.#delivery;
    if (delivery.stalled && now - delivery.lastWriteAt > this.#parts.settings.clientStallMs) delivery.cut();
  }

  stop(error: LlmError): void {
    this.#delivery.fail(error, {});
    this.end({ status: 'failed', error });
  }

  progress(): undefined {
    return undefined;
  }
}
