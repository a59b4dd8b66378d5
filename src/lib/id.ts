/** Prefixed, time-ordered, unguessable ids: `req_` + 48 bits of milliseconds + 80 random bits, in Crockford's base 32. */
import { randomFillSync } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** Every pair of letters: an id is put together from ten of them. */
const pairs = Array.from({ length: 1024 }, (_, i) => `${alphabet[i >>> 5]}${alphabet[i & 31]}`);
/** Random numbers below 1024, taken in turn. */
const pool = new Uint16Array(8 * 256);
let used = pool.length;
let lastMs = -1;
let timeText = '';

export function newId(prefix: string, nowMs: number): string {
  if (nowMs !== lastMs) {
    lastMs = nowMs;
    timeText = renderTime(nowMs);
  }
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let random = '';
  for (let i = 0; i < 8; i++) random += pairs[(pool[used++] ?? 0) & 1023];
  return `${prefix}_${timeText}${random}`;
}

/** No id that was made at this time or later sorts before it. */
export function firstIdAt(prefix: string, atMs: number): string {
  return `${prefix}_${renderTime(atMs)}`;
}

/** Ten letters, the most significant first, so that ids sort by time. */
function renderTime(nowMs: number): string {
  let text = '';
  let rest = nowMs;
  for (let i = 0; i < 5; i++) {
    text = `${pairs[rest % 1024]}${text}`;
    rest = Math.floor(rest / 1024);
  }
  return text;
}
