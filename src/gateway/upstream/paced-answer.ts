/**
 * Reads one provider's answer without holding up the others. A socket that is full is read up to two megabytes at a
 * time, and every frame in them would be parsed and written before anybody else's request is looked at. So after a few
 * kilobytes the answer waits until the loop has gone round once.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** A few milliseconds of translation, even before the code is warm. */
const bytesPerTurn = 128 * 1024;

/** The handler, given its answer in turns. Its own pauses (a caller who does not keep up) stay in force meanwhile. */
export function paced(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return new PacedAnswer(handler);
}

/** Stands between undici and the handler: a handler to the one, a controller to the other. */
class PacedAnswer implements Dispatcher.DispatchHandler, Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #bytes = 0;
  /** The handler wants no more for now. */
  #held = false;
  /** Others have their turn. */
  #waits = false;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#controller = controller;
    this.#handler.onRequestStart?.(this, context);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#handler.onResponseStart?.(this, status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(this, chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < bytesPerTurn || this.#waits) return;
    this.#bytes = 0;
    this.#waits = true;
    this.#controller?.pause();
    setImmediate(() => {
      this.#waits = false;
      this.#goOn();
    });
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#handler.onResponseEnd?.(this, trailers);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(this, error);
  }

  get aborted(): boolean {
    return this.#controller?.aborted ?? false;
  }

  get paused(): boolean {
    return this.#held;
  }

  get reason(): Error | null {
    return this.#controller?.reason ?? null;
  }

  abort(reason: Error): void {
    this.#controller?.abort(reason);
  }

  pause(): void {
    this.#held = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#held = false;
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#held && !this.#waits && !this.aborted) this.#controller?.resume();
  }
}
