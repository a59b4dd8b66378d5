/** Three targets at equal shares: one fails a part of what it is asked, one is slow, one is well. */
import type { Stage } from './stage.ts';

export interface StormOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly failShare: number;
}

export interface Verdict {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

const calmSeconds = 5;
const recoverySeconds = 40;
const backWithinMs = 30_000;
/** A third of all requests; fewer because chance deals them. */
const normalShare = 0.25;

export async function oneOfThree(stage: Stage, { perSecond, seconds, failShare }: StormOptions): Promise<Verdict> {
  await stage.load(perSecond, calmSeconds);
  const { fails, slow } = stage.providers;
  const beganMs = stage.atMs;
  Object.assign(fails, { failShare });
  Object.assign(slow, { delayMs: 1_500 });
  await stage.load(perSecond, seconds);
  const overMs = stage.atMs;
  Object.assign(fails, { failShare: 0 });
  Object.assign(slow, { delayMs: 0 });
  await stage.load(perSecond, recoverySeconds);
  return judged(stage, beganMs, overMs);
}

function judged({ tally, atMs }: Stage, beganMs: number, overMs: number): Verdict {
  const requests = tally.told.length;
  const success = tally.successShare();
  const backMs = tally.backAt('fails', overMs, atMs, normalShare);
  const took = tally.told.filter((told) => told.atMs >= overMs + backWithinMs).map(({ tookMs }) => tookMs);
  const lines = [
    `requests ${requests}, answered whole ${(success * 100).toFixed(3)} %: ${statuses(tally)}`,
    `further calls of the same target ${tally.retries}, of another ${tally.fallOvers}`,
    `calls of the failing target in the storm ${tally.callsOf('fails', beganMs, overMs)}`,
    `normal again after ${backMs === undefined ? 'never' : `${((backMs - overMs) / 1000).toFixed(0)} s`}`,
    `p99 half a minute later ${quantile(took, 0.99).toFixed(0)} ms`,
  ];
  const problems = [
    ...(success < 0.999 ? ['fewer than 99.9 % were answered', ...reasons(tally)] : []),
    ...(tally.retries > 0.1 * requests + 3 ? ['more retries than a tenth and three'] : []),
    ...(backMs === undefined || backMs - overMs > backWithinMs ? ['not back within 30 s'] : []),
  ];
  return { lines, problems };
}

/** How often callers saw each status; 0: no answer at all. */
function statuses({ told }: Stage['tally']): string {
  const counts = new Map<number, number>();
  for (const { status } of told) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${status} ${count} times`).join(', ');
}

function reasons({ told }: Stage['tally']): string[] {
  return [...new Set(told.flatMap(({ why }) => (why === undefined ? [] : [why.replaceAll(/req_\w+/g, 'req')])))].slice(
    0,
    5,
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
