/**
 * Loaded into a measured process beside its own program: how long its event loop was held up at most, and what it holds
 * in memory after a collection. Answers each message with what was seen since the one before.
 *
 * A process that the machine does not let run is late too, which says nothing of its program: so of each turn's length
 * only what the thread spent computing counts. The whole is told beside it, and for how long the thread was ready and
 * waited for a processor.
 */
import { readFileSync } from 'node:fs';

/** From one look at the clock to the next, which are a turn of the loop or `resolutionMs` apart. */
export interface ProbedTurn {
  /** When it ended, by the clock that all processes share. */
  readonly atMs: number;
  readonly lengthMs: number;
  readonly computedMs: number;
  readonly waitedMs: number;
}

const resolutionMs = 2;

let turns: ProbedTurn[] = [];
let last = look();

setInterval(() => {
  const now = look();
  const lengthMs = now.clockMs - last.clockMs;
  turns.push({
    atMs: performance.timeOrigin + now.clockMs,
    lengthMs,
    computedMs: Math.min(lengthMs, now.computedMs - last.computedMs),
    waitedMs: now.waitedMs - last.waitedMs,
  });
  last = now;
}, resolutionMs).unref();

function look(): { clockMs: number; computedMs: number; waitedMs: number } {
  const { user, system } = process.threadCpuUsage();
  return { clockMs: performance.now(), computedMs: (user + system) / 1000, waitedMs: waitedMs() };
}

/** How long the thread was ready but not run, since it began: https://docs.kernel.org/scheduler/sched-stats.html */
function waitedMs(): number {
  return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6;
}

process.on('message', () => {
  // A collection by hand is itself a stall: what was seen is read before it.
  const seen = turns;
  turns = [];
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  // Only after the timer has seen the collection.
  setTimeout(() => {
    process.send?.({ turns: seen, heldBytes: heapUsed + Math.max(external, arrayBuffers), rssBytes: rss });
    // To tell so much takes a while too.
    turns = [];
    last = look();
  }, 50);
});
process.channel?.unref();
