import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 10;
/** More than one look takes while the machine has nothing else to do. */
const lookMsMax = 50;

/**
 * Polls until `condition` gives something truthy, and returns that. Throws after the limit with what it waited for. A
 * busy machine looks seldom, and gets as many looks as a quiet one: of the time between two, 50 ms count at most.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 20_000,
): Promise<Exclude<T, false | undefined | null>> {
  const startedMs = performance.now();
  let lookedMs = startedMs;
  let waitedMs = 0;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | undefined | null>;
    const nowMs = performance.now();
    waitedMs += Math.min(nowMs - lookedMs, lookMsMax);
    lookedMs = nowMs;
    if (waitedMs > limitMs) throw new Error(`waited ${Math.round(nowMs - startedMs)} ms in vain: ${what}`);
    await delay(pollMs);
  }
}
