/**
 * Rate limits that instances count together in Redis: exact, by the clock of Redis, all limits of a request in one
 * atomic step. Instances announce themselves, so that each knows its share of a limit for the time when Redis is away.
 */
import { createHash } from 'node:crypto';
import type { Log } from '../../lib/log.ts';
import type { WindowShape } from '../../lib/sliding-window.ts';
import {
  admitScript,
  announceScript,
  correctScript,
  healScript,
  occupyScript,
  releaseScript,
} from './limit-scripts.ts';
import { RedisRefusal, type SharedRedis } from './redis.ts';

export interface SharedLimitsOptions {
  readonly redis: SharedRedis;
  /** This instance, unlike any other that runs. */
  readonly instance: string;
  /** How many instances there are, as long as Redis has not said it. */
  readonly instances: number;
  readonly log: Log;
  /** Default 5 s. */
  readonly beatMs?: number;
  /** Default 20 s: after it, what a dead instance held comes back. */
  readonly leaseMs?: number;
  /** Other than that of Redis: for tests. */
  readonly nowMs?: () => number;
}

interface Window {
  readonly window: string;
  readonly shape: WindowShape;
}

/** What every script but one takes for the server's own clock. */
const serversTime = '';
const instancesKey = 'instances';

export async function openSharedLimits(options: SharedLimitsOptions): Promise<RedisLimits> {
  const limits = new RedisLimits(options);
  await limits.announce();
  return limits;
}

export class RedisLimits {
  readonly #options: SharedLimitsOptions;
  readonly #leaseMs: number;
  readonly #beat: NodeJS.Timeout;
  readonly #forget: () => void;
  /** What runs here, by its places: their leases are renewed. */
  readonly #running = new Map<string, Set<string>>();
  /** In order. Empty: Redis has not said it yet. */
  #instances: readonly string[] = [];

  constructor(options: SharedLimitsOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 20_000;
    this.#beat = setInterval(() => void this.announce(), options.beatMs ?? 5_000).unref();
    // What ran on while Redis was away, or was emptied, is counted again at once.
    this.#forget = options.redis.onChange((up) => up && void this.announce());
  }

  get up(): boolean {
    return this.#options.redis.up;
  }

  get instances(): number {
    return this.#instances.length || this.#options.instances;
  }

  /** Rejects with RedisAway or RedisRefusal. */
  async admit(
    request: string,
    windows: readonly (Window & { readonly limit: number; readonly cost: number })[],
    slots: readonly { readonly slots: string; readonly limit: number }[],
  ) {
    const keys = [...windows.map(windowKey), ...slots.map((each) => slotsKey(each.slots))];
    const args = [
      this.#now,
      windows.length,
      request,
      this.#leaseMs,
      ...windows.flatMap(({ shape, limit, cost }) => [shape.bucketMs, shape.buckets, limit, cost]),
      ...slots.map(({ limit }) => limit),
    ];
    let answer: readonly number[];
    try {
      answer = (await this.#options.redis.run(admitScript, keys, args)) as readonly number[];
    } catch (error) {
      if (error instanceof RedisRefusal) this.#heal(keys, windows.length, error);
      throw error;
    }
    const verdict = readVerdict(answer, windows.length);
    if (verdict.admitted) this.#remember(request, slots);
    return verdict;
  }

  correct(atMs: number, windows: readonly (Window & { readonly by: number })[]): void {
    if (!this.up) return;
    const args = [this.#now, atMs, ...windows.flatMap(({ shape, by }) => [shape.bucketMs, shape.buckets, by])];
    this.#tell(this.#options.redis.run(correctScript, windows.map(windowKey), args));
  }

  occupy(request: string, slots: readonly string[]): void {
    this.#remember(
      request,
      slots.map((name) => ({ slots: name })),
    );
    if (!this.up) return;
    for (const name of slots) this.#renew(name, [request]);
  }

  release(request: string, slots: readonly string[]): void {
    for (const name of slots) {
      const running = this.#running.get(name);
      running?.delete(request);
      if (running?.size === 0) this.#running.delete(name);
    }
    if (this.up) this.#tell(this.#options.redis.run(releaseScript, slots.map(slotsKey), [request]));
  }

  /** The parts differ by one at most, and which instance gets the larger one differs by limit. */
  shareOf(name: string, limit: number): number {
    const count = this.instances;
    const rank = this.#instances.indexOf(this.#options.instance);
    const least = Math.floor(limit / count);
    if (rank < 0) return Math.max(1, least);
    const turn = createHash('sha1').update(name).digest().readUInt32LE(0);
    return least + ((rank + turn) % count < limit % count ? 1 : 0);
  }

  /** Never rejects. */
  async announce(leaves = false): Promise<void> {
    const { redis, instance } = this.#options;
    if (!redis.up) return;
    try {
      const args = [this.#now, this.#leaseMs, instance, leaves ? 1 : 0];
      const names = await redis.run(announceScript, [instancesKey], args);
      this.#instances = (names as unknown[]).map(String);
      if (!leaves) for (const [name, requests] of this.#running) this.#renew(name, [...requests]);
    } catch (error) {
      if (error instanceof RedisRefusal) this.#heal([instancesKey], 0, error);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#forget();
    await this.announce(true);
  }

  get #now(): number | string {
    return this.#options.nowMs?.() ?? serversTime;
  }

  #remember(request: string, slots: readonly { readonly slots: string }[]): void {
    for (const { slots: name } of slots) {
      const running = this.#running.get(name) ?? new Set();
      running.add(request);
      this.#running.set(name, running);
    }
  }

  #renew(name: string, requests: readonly string[]): void {
    this.#tell(this.#options.redis.run(occupyScript, [slotsKey(name)], [this.#now, this.#leaseMs, ...requests]));
  }

  /** Nobody waits for it, and what is lost with Redis is lost. */
  #tell(work: Promise<unknown>): void {
    work.catch(() => {});
  }

  #heal(keys: readonly string[], windows: number, error: RedisRefusal): void {
    this.#options.log.warn({ error }, 'something else lies in Redis where rate limits are counted; it is removed');
    this.#tell(this.#options.redis.run(healScript, keys, [windows]));
  }
}

function windowKey({ window }: Pick<Window, 'window'>): string {
  return `limit:${window}`;
}

function slotsKey(name: string): string {
  return `running:${name}`;
}

function readVerdict(answer: readonly number[], windows: number) {
  const [admitted, atMs = 0, ...rest] = answer;
  return {
    admitted: admitted === 1,
    atMs,
    windows: Array.from({ length: windows }, (_, i) => {
      const [total = 0, waitMs = 0, resetMs = 0] = rest.slice(3 * i, 3 * i + 3);
      return { total, waitMs, resetMs };
    }),
    slots: rest.slice(3 * windows).map((used) => ({ used })),
  };
}
