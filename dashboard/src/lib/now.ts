/** One clock for all relative times on a page. */
import { useSyncExternalStore } from 'react';

const stepMs = 4_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // It stood still while nobody watched: what has happened since would seem to be to come.
    now = Date.now();
    timer = setInterval(tick, stepMs);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** Unix milliseconds, four seconds fine. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
