/** Chance that is the same each time: numbers from 0 to 1 by seed. */

/** One after the other. Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A wait whose logarithm is normal: `median` is what half stay below, and 95 % stay below `spread` times that. */
export function around(median: number, spread: number, random: () => number): number {
  return median * Math.exp((Math.log(spread) / 1.645) * normal(random));
}

/** A whole number about as large, from 1. */
export function about(mean: number, random: () => number): number {
  return Math.max(1, Math.round(around(mean, 1.8, random)));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
