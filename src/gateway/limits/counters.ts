/** What this instance itself has let through: all there is without Redis, and what its share is measured by when Redis is away. */
import { SlidingWindow, type WindowShape } from '../../lib/sliding-window.ts';
import type { SlotLimit, WindowLimit } from './chain.ts';

/** Windows that nobody has used for their length are forgotten when there are this many, and then at each doubling. */
const windowsKept = 10_000;

const nothing = Object.freeze([]);

export class Counters {
  readonly #windows = new Map<string, SlidingWindow>();
  readonly #slots = new Map<string, number>();
  #forgetAt = windowsKept;

  window({ window: name, shape }: Pick<WindowLimit, 'window' | 'shape'>, now: number): SlidingWindow {
    const known = this.#windows.get(name);
    if (known !== undefined) return known;
    if (this.#windows.size >= this.#forgetAt) this.#forgetIdle(now);
    const made = new SlidingWindow(shape);
    this.#windows.set(name, made);
    return made;
  }

  used({ slots }: Pick<SlotLimit, 'slots'>): number {
    return this.#slots.get(slots) ?? 0;
  }

  take({ slots }: Pick<SlotLimit, 'slots'>): void {
    this.#slots.set(slots, this.used({ slots }) + 1);
  }

  giveBack({ slots }: Pick<SlotLimit, 'slots'>): void {
    const left = this.used({ slots }) - 1;
    if (left > 0) this.#slots.set(slots, left);
    else this.#slots.delete(slots);
  }

  /** What is in each window, which is forgotten with it. */
  drain(now: number): readonly { readonly window: string; readonly shape: WindowShape; readonly by: number }[] {
    if (this.#windows.size === 0) return nothing;
    const all = [...this.#windows].map(([name, window]) => ({
      window: name,
      shape: window.shape,
      by: window.total(now),
    }));
    this.#windows.clear();
    return all.filter(({ by }) => by > 0);
  }

  #forgetIdle(now: number): void {
    for (const [name, window] of this.#windows) if (window.total(now) === 0) this.#windows.delete(name);
    this.#forgetAt = Math.max(windowsKept, 2 * this.#windows.size);
  }
}
