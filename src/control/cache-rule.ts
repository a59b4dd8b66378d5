/** How long answers are kept, as people say it, and as the database keeps it. */
import { type CacheRule, cacheTtlMsMax } from '../snapshot/snapshot.ts';
import { Refusal } from './refusal.ts';

/** For the column: null where nothing is said. Throws Refusal for anything that is not a whole number in range. */
export function checkCache(rule: CacheRule | undefined): number | null {
  if (rule === undefined) return null;
  const { ttlMs } = rule;
  if (Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= cacheTtlMsMax) return ttlMs;
  throw new Refusal(
    `${ttlMs} is no time for which answers can be kept.`,
    `Give whole milliseconds from 1 to ${cacheTtlMsMax.toLocaleString('en-US')}, or leave it out for none.`,
  );
}
