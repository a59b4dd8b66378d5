/**
 * Loaded into a measured process beside its own program: how long its event loop was held up at most, and what it holds
 * in memory after a collection. Answers each message with what was seen since the one before.
 *
 * A process that the machine does not let run is late too, which says nothing of its program: so of each turn's length
 * only what the thread spent computing counts, and the whole is told beside it.
 */
const resolutionMs = 2;

let computedMs = 0;
let lateMs = 0;
let wall = performance.now();
let computed = process.threadCpuUsage();

setInterval(() => {
  const now = performance.now();
  const spent = process.threadCpuUsage(computed);
  const length = now - wall;
  lateMs = Math.max(lateMs, length - resolutionMs);
  computedMs = Math.max(computedMs, Math.min(length, (spent.user + spent.system) / 1000));
  wall = now;
  computed = process.threadCpuUsage();
}, resolutionMs).unref();

process.on('message', () => {
  // A collection by hand is itself a stall: what was seen is read before it.
  const seen = { stallMs: computedMs, lateMs };
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  // Only after the timer has seen the collection.
  setTimeout(() => {
    computedMs = 0;
    lateMs = 0;
    process.send?.({ ...seen, heldBytes: heapUsed + Math.max(external, arrayBuffers), rssBytes: rss });
  }, 50);
});
process.channel?.unref();
