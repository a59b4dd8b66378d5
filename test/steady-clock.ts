import { type Clock, systemClock } from '../src/lib/clock.ts';

/** Longer than a turn of the event loop that has much to do. */
const momentMsMax = 25;

/**
 * A clock for tests that play all parts in one process: while the machine gives this process nothing to do, no time
 * passes for any of them. So nobody comes too late because of what else the machine does. It looks every 5 ms.
 */
export function steadyClock(): Clock {
  let passedMs = 0;
  let seenMs = performance.now();
  const look = (): number => {
    const nowMs = performance.now();
    passedMs += Math.min(nowMs - seenMs, momentMsMax);
    seenMs = nowMs;
    return passedMs;
  };
  setInterval(look, 5).unref();
  return { nowMs: systemClock.nowMs, monotonicMs: look };
}
