/** Prefixed, time-ordered, unguessable ids: `req_` + 48 bits of milliseconds + 80 random bits, in Crockford's base 32. */
import { randomFillSync } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const pool = Buffer.alloc(10 * 256);
let used = pool.length;

export function newId(prefix: string, nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let text = '';
  let time = nowMs;
  for (let i = 0; i < 10; i++) {
    text = alphabet[time % 32] + text;
    time = Math.floor(time / 32);
  }
  for (let i = 0; i < 10; i += 5) text += base32Of5Bytes(used + i);
  used += 10;
  return `${prefix}_${text}`;
}

function base32Of5Bytes(at: number): string {
  const high = pool.readUInt32BE(at);
  const low = pool[at + 4] ?? 0;
  let text = '';
  for (let shift = 27; shift >= 2; shift -= 5) text += alphabet[(high >>> shift) & 31];
  const rest = ((high & 3) << 8) | low;
  return text + alphabet[(rest >>> 5) & 31] + alphabet[rest & 31];
}
