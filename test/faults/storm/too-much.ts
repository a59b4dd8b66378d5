/** More than all targets can do together: what is done of it, how soon the rest is told, and when it is over. Fault F11. */

import type { Verdict } from './one-of-three.ts';
import { names, type Stage } from './stage.ts';

export interface Overload {
  /** Of what the targets can do. */
  readonly times: number;
  readonly seconds: number;
}

const places = 10;
const delayMs = 200;
/** Of the three together. */
const perSecondMax = (names.length * places * 1000) / delayMs;
const toldWithinMs = 20;

export async function tooMuch(stage: Stage, { times, seconds }: Overload): Promise<Verdict> {
  for (const name of names) Object.assign(stage.providers[name], { places, delayMs });
  await stage.load(perSecondMax / 2, 5);
  const from = stage.atMs;
  await stage.load(perSecondMax * times, seconds);
  const calm = stage.atMs;
  await stage.load(perSecondMax / 2, 5);
  const { told } = stage.tally;
  const storm = told.filter(({ atMs }) => atMs >= from && atMs < from + seconds * 1000);
  // What was answered while it lasted, whenever it was asked.
  const done = told.filter(
    ({ ok, atMs, tookMs }) => ok && atMs + tookMs >= from && atMs + tookMs < from + seconds * 1000,
  );
  const goodput = done.length / (perSecondMax * seconds);
  const refused = storm
    .filter(({ ok }) => !ok)
    .map(({ tookMs }) => tookMs)
    .toSorted((a, b) => a - b);
  const late = refused.filter((tookMs) => tookMs > toldWithinMs).length / refused.length;
  const after = told.filter(({ atMs }) => atMs >= calm);
  const lines = [
    `${storm.length} requests, ${Math.round(perSecondMax * times)} a second; the targets can do ${perSecondMax}`,
    `goodput ${(100 * goodput).toFixed(1)} % of that`,
    `${refused.length} refused: p50 ${at(refused, 0.5)} ms, p99 ${at(refused, 0.99)} ms, later than ${toldWithinMs} ms ${(100 * late).toFixed(2)} %`,
    `statuses of those refused: ${[...new Set(storm.filter(({ ok }) => !ok).map(({ status }) => status))].join(', ')}`,
    `afterwards ${after.filter(({ ok }) => ok).length} of ${after.length} whole`,
  ];
  const problems = [
    ...(goodput < 0.9 ? [`goodput is below 90 %`] : []),
    ...(late > 0.05 ? [`${(100 * late).toFixed(1)} % were refused later than ${toldWithinMs} ms`] : []),
    ...(after.every(({ ok }) => ok) ? [] : ['it is not over when it is over']),
  ];
  return { lines, problems };
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
}
