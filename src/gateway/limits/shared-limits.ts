/** Limits that instances count together, as the gateway sees them. The composition root fills this with Redis. */
import type { WindowShape } from '../../lib/sliding-window.ts';

export interface SharedWindow {
  readonly window: string;
  readonly shape: WindowShape;
  readonly limit: number;
  /** Counted if all of the request's limits let it through. */
  readonly cost: number;
}

export interface SharedSlots {
  readonly slots: string;
  readonly limit: number;
}

export interface SharedVerdict {
  readonly admitted: boolean;
  /** When, by the clock that all share. */
  readonly atMs: number;
  /** In the order in which they were asked. */
  readonly windows: readonly {
    readonly total: number;
    /** Until there is room; 0: there is. */
    readonly waitMs: number;
    /** Until the window is empty. */
    readonly resetMs: number;
  }[];
  readonly slots: readonly { readonly used: number }[];
}

export interface SharedLimits {
  /** False: they are away. Nobody waits for them, and each instance admits its share. */
  readonly up: boolean;
  /** Of all windows and slots, or of none. Rejects within the time that a request may be held up. */
  admit(request: string, windows: readonly SharedWindow[], slots: readonly SharedSlots[]): Promise<SharedVerdict>;
  /** What was counted at `atMs` was too little or (below 0) too much. Never throws, and nobody waits for it. */
  correct(atMs: number, windows: readonly { window: string; shape: WindowShape; by: number }[]): void;
  /** The request runs on these slots, though they were not asked: they were away. */
  occupy(request: string, slots: readonly string[]): void;
  release(request: string, slots: readonly string[]): void;
  /** This instance's part of a limit; the parts of all instances make the whole. */
  shareOf(name: string, limit: number): number;
}
