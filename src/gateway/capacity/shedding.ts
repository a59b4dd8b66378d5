/**
 * When this process itself has more to do than it can: new requests are refused at once, before anything is read of them,
 * so that those that are here are served. The management API and /health go on answering.
 */
import { getHeapStatistics } from 'node:v8';
import { LlmFailure } from '../../llm/error.ts';

export interface SheddingLimits {
  /** How late the event loop may be, on average of the last moments; 0: however late. */
  readonly lagMsMax: number;
  /** Share of the memory that may be in use, 0 to 1; 1: all. */
  readonly memoryShareMax: number;
}

/** What is in use of what there is, 0 to 1. */
export type MemoryGauge = () => number;

const everyMs = 50;
/** Weight of the newest reading: one pause to collect garbage is not an overload, four in a row are. */
const newest = 0.3;
/** A reading counts for at most so many limits, so that no single pause, however long, is one. */
const readingMax = 3;
const memoryEveryMs = 500;

export class Shedding {
  readonly #limits: SheddingLimits;
  readonly #now: () => number;
  readonly #memory: MemoryGauge;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;
  #lagMs = 0;
  #memoryShare = 0;
  #memoryAt = 0;

  constructor(limits: SheddingLimits, now: () => number, memory: MemoryGauge = memoryShare) {
    this.#limits = limits;
    this.#now = now;
    this.#memory = memory;
  }

  start(): void {
    this.#dueAt = this.#now() + everyMs;
    this.#timer = setInterval(() => this.tick(), everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The timer's: how late it comes is how late everything is. */
  tick(): void {
    const now = this.#now();
    const lateMs = Math.min(Math.max(0, now - this.#dueAt), this.#limits.lagMsMax * readingMax);
    this.#lagMs += (lateMs - this.#lagMs) * newest;
    this.#dueAt = now + everyMs;
    if (now - this.#memoryAt < memoryEveryMs) return;
    this.#memoryAt = now;
    this.#memoryShare = this.#memory();
  }

  /** Throws LlmFailure (unavailable). */
  check(): void {
    const { lagMsMax, memoryShareMax } = this.#limits;
    if (lagMsMax > 0 && this.#lagMs > lagMsMax)
      throw overloaded(`its event loop is ${Math.round(this.#lagMs)} ms late, and ${lagMsMax} ms is the limit`);
    if (memoryShareMax < 1 && this.#memoryShare > memoryShareMax) {
      const percent = (share: number) => `${Math.round(100 * share)} %`;
      throw overloaded(
        `${percent(this.#memoryShare)} of its memory is in use, and ${percent(memoryShareMax)} is the limit`,
      );
    }
  }
}

function overloaded(why: string): LlmFailure {
  return new LlmFailure({
    kind: 'unavailable',
    message: `This gateway has more to do than it can: ${why}. Nobody was asked. Try again in a second; the operator adds instances, or raises server.limits.`,
    code: 'gateway_overloaded',
    retryAfterMs: 1_000,
  });
}

/** Of V8's heap, or of the memory of the container, whichever is nearer to its end. */
function memoryShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const container = process.constrainedMemory();
  // Where nothing constrains the process, the number is 0 or beyond all memory.
  const isConstrained = container > 0 && container < 2 ** 50;
  return Math.max(used / limit, isConstrained ? process.memoryUsage.rss() / container : 0);
}
