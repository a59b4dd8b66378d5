/** One clock for all relative times on a page. */
import { useSyncExternalStore } from 'react';

const stepMs = 5_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, stepMs);
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

/** Unix milliseconds, five seconds fine. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => (timer === undefined ? Math.max(now, Date.now() - stepMs) : now));
}
