/** What goes wrong with the next calls, when a test asks for it. */
import { setTimeout as pause } from 'node:timers/promises';

export interface FaultRequest {
  /**
   * `drop-request`: the connection breaks before anything happens. `drop-response`: it breaks after everything has.
   * `status`: refused with `status` (default 500) before anything happens. `fail-after`: it happens, and 500 is
   * answered and kept for the idempotency key. `delay`: nothing but `delayMs`.
   */
  readonly kind: 'drop-request' | 'drop-response' | 'status' | 'fail-after' | 'delay';
  readonly method?: string;
  /** A part of the path, such as `/v1/payment_intents`. Absent: any call. */
  readonly path?: string;
  readonly status?: number;
  /** How many calls. Default 1. */
  readonly times?: number;
  readonly delayMs?: number;
}

export class Faults {
  #asked: (FaultRequest & { left: number })[] = [];

  add(asked: FaultRequest): void {
    this.#asked.push({ ...asked, left: asked.times ?? 1 });
  }

  clear(): void {
    this.#asked = [];
  }

  take(method: string, path: string): (FaultRequest & { readonly delayed: Promise<void> }) | undefined {
    const found = this.#asked.find(
      (each) => each.left > 0 && (each.method ?? method) === method && path.includes(each.path ?? ''),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    return { ...found, delayed: found.delayMs === undefined ? Promise.resolve() : pause(found.delayMs) };
  }
}
