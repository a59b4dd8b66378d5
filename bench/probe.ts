/**
 * Loaded into a measured process beside its own program: how long its event loop was held up at most, and what it holds
 * in memory after a collection. Answers each message with what was seen since the one before.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 2;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

process.on('message', () => {
  // A collection by hand is itself a stall: what was seen is read before it.
  const stallMs = Math.max(0, delay.max / 1e6 - resolutionMs);
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  // Only after the monitor has seen the collection.
  setTimeout(() => {
    delay.reset();
    process.send?.({ stallMs, heldBytes: heapUsed + Math.max(external, arrayBuffers), rssBytes: rss });
  }, 50);
});
process.channel?.unref();
