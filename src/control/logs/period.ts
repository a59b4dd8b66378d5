/** From when to when the log is read: always bounded, since its rows lie in partitions by time. */

const dayMs = 86_400_000;
/** How far back a list goes that does not say. */
export const daysDefault = 30;
/** A request's id is made when it arrives, and its row says when its body was there. */
const arrivalMsMax = 15 * 60_000;

const letters = '0123456789abcdefghjkmnpqrstvwxyz';
const timeLetters = 10;

/** The period that is meant: what is asked for, else the time in a request's id, else the last days. */
export function periodOf(
  asked: { since?: number | undefined; until?: number | undefined; requestId?: string | undefined },
  nowMs: number,
): { readonly sinceMs: number; readonly untilMs?: number } {
  const { since, until, requestId } = asked;
  const named = since === undefined && requestId !== undefined ? periodOfId(requestId) : undefined;
  if (named !== undefined) return { sinceMs: named.sinceMs, untilMs: Math.min(named.untilMs, until ?? named.untilMs) };
  const sinceMs = since ?? (until ?? nowMs) - daysDefault * dayMs;
  return until === undefined ? { sinceMs } : { sinceMs, untilMs: until };
}

/** Ids begin with their time (lib/id.ts). Undefined for what is too short to say anything, or no id. */
export function periodOfId(requestId: string): { readonly sinceMs: number; readonly untilMs: number } | undefined {
  const time = /^req_([0-9a-hjkmnp-tv-z]{4,})$/.exec(requestId)?.[1]?.slice(0, timeLetters);
  if (time === undefined) return undefined;
  const first = readTime(time.padEnd(timeLetters, '0'));
  const last = readTime(time.padEnd(timeLetters, 'z'));
  if (last > timeMsMax) return undefined;
  return { sinceMs: first, untilMs: last + arrivalMsMax };
}

/** In the year 5138, far within what dates and the database can say. */
const timeMsMax = 100_000_000_000_000;

function readTime(text: string): number {
  let ms = 0;
  for (const letter of text) ms = ms * 32 + letters.indexOf(letter);
  return ms;
}
