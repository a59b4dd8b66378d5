import { setTimeout as delay } from 'node:timers/promises';

/** Polls until `condition` gives something truthy, and returns that. Throws after the limit with what it waited for. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<Exclude<T, false | undefined | null>> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | undefined | null>;
    if (performance.now() > deadlineMs) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await delay(10);
  }
}
