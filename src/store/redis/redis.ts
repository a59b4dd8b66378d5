/**
 * The memory that instances share, where there is one: Redis or Valkey. What lies here may be lost at any moment, so it
 * is never money and never the only copy of anything.
 *
 *   const redis = await openRedis({ url, namespace, timeoutMs, log });
 *   if (redis.up) await redis.get('cache:…');        // rejects with RedisAway at the latest after timeoutMs
 *
 * Nobody waits longer than the deadline, and nobody waits for a server that is known to be away: after `failuresMax`
 * failures in a row, or when the connection ends, every call is refused at once, and the server is looked for in the
 * background by a write (a replica and a server that still loads are away too). Each change is one line in the log.
 */
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Log } from '../../lib/log.ts';
import { within } from '../../lib/within.ts';

export interface RedisOptions {
  /** redis://user:password@host:6379/0, or rediss:// for TLS. */
  readonly url: string;
  /** Names the installation: two of them may share a server. */
  readonly namespace: string;
  /** Longest wait for an answer. */
  readonly timeoutMs: number;
  readonly log: Log;
}

/** A Lua script, known to the server by its SHA-1. */
export interface RedisScript {
  readonly lua: string;
  readonly sha: string;
}

/** Keys are given without the namespace. Every call rejects with RedisAway when there is no answer in time. */
export interface SharedRedis {
  /** False: it is away; do without it and do not wait. */
  readonly up: boolean;
  /** Called at each change. Returns how to stop that. */
  onChange(listener: (up: boolean) => void): () => void;
  /** Atomic. Rejects with RedisRefusal where the script itself failed (a key of another type). */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>;
  get(key: string): Promise<Buffer | undefined>;
  set(key: string, value: Buffer, ttlMs: number): Promise<void>;
  delete(...keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** No answer in time, no connection, or a server that does not take writes now. */
export class RedisAway extends Error {}

/** The server answered that this command cannot be done; the next one may be. */
export class RedisRefusal extends Error {}

export function redisScript(lua: string): RedisScript {
  return Object.freeze({ lua, sha: createHash('sha1').update(lua).digest('hex') });
}

/** Failures in a row after which the server counts as away. */
export const failuresMax = 3;
const probeEveryMs = 250;
/** An instance starts with its Redis, or without it after this time. */
const firstWaitMs = 1_000;
const reconnectMs = { least: 50, most: 1_000 };
const handshakeMs = 1_000;
const hangingSocketMs = 200;

/** Never rejects: where the server is away at the start, it is looked for. */
export async function openRedis(options: RedisOptions): Promise<SharedRedis> {
  const client = new Client(options);
  await client.firstLook(firstWaitMs);
  return client;
}

class Client implements SharedRedis {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #log: Log;
  readonly #listeners = new Set<(up: boolean) => void>();
  readonly #prober: NodeJS.Timeout;
  #up = false;
  #closed = false;
  #probing: Promise<void> | undefined;
  #failuresInRow = 0;
  /** Grows with each change, so that late failures of an earlier time do not count. */
  #era = 0;
  #lastProblem = 'it does not answer';

  constructor({ url, namespace, timeoutMs, log }: RedisOptions) {
    // The braces make all keys of an installation one slot, so that a script may touch several of them.
    this.#prefix = `tollgate:{${namespace}}:`;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
    this.#redis = new Redis(url, {
      protocol: 2,
      disableClientInfo: true,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: Math.max(handshakeMs, 2 * timeoutMs),
      connectTimeout: handshakeMs,
      disconnectTimeout: hangingSocketMs,
      retryStrategy: (times) => Math.min(reconnectMs.least * 2 ** Math.min(times, 10), reconnectMs.most),
    });
    this.#redis.on('error', (error: Error) => {
      this.#lastProblem = error.message;
    });
    this.#redis.on('ready', () => void this.#probe());
    this.#redis.on('close', () => this.#away('the connection ended'));
    this.#prober = setInterval(() => void this.#probe(), probeEveryMs).unref();
  }

  get up(): boolean {
    return this.#up;
  }

  onChange(listener: (up: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async run(script: RedisScript, keys: readonly string[], args: readonly (string | number | Buffer)[]) {
    const given = [...keys.map((key) => this.#prefix + key), ...args];
    try {
      return await this.#ask(() => this.#redis.evalsha(script.sha, keys.length, ...given));
    } catch (error) {
      if (!(error instanceof RedisRefusal && error.message.startsWith('NOSCRIPT'))) throw error;
      return this.#ask(() => this.#redis.eval(script.lua, keys.length, ...given));
    }
  }

  async get(key: string): Promise<Buffer | undefined> {
    return (await this.#ask(() => this.#redis.getBuffer(this.#prefix + key))) ?? undefined;
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    await this.#ask(() => this.#redis.set(this.#prefix + key, value, 'PX', Math.ceil(ttlMs)));
  }

  async delete(...keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#ask(() => this.#redis.del(...keys.map((key) => this.#prefix + key)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#up = false;
    clearInterval(this.#prober);
    this.#listeners.clear();
    this.#redis.disconnect();
    await this.#probing;
  }

  async firstLook(limitMs: number): Promise<void> {
    const looked = new Promise<void>((resolve) => {
      const forget = this.onChange(() => {
        forget();
        resolve();
      });
    });
    await within(looked, limitMs);
    if (!this.#up) this.#log.warn({ problem: this.#lastProblem }, awayMessage);
  }

  async #ask<T>(send: () => Promise<T>): Promise<T> {
    if (!this.#up) throw new RedisAway('Redis is away');
    const era = this.#era;
    try {
      const answer = await inTime(send(), this.#timeoutMs);
      if (era === this.#era) this.#failuresInRow = 0;
      return answer;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (isOfOneCommand(message)) throw new RedisRefusal(message);
      if (era === this.#era) this.#failed(message);
      throw new RedisAway(message);
    }
  }

  #failed(message: string): void {
    this.#failuresInRow += 1;
    if (this.#failuresInRow < failuresMax) return;
    this.#away(message);
    // What waits on a connection that hangs, or that leads to what has become a replica, is given up with it.
    this.#redis.disconnect(true);
  }

  #away(problem: string): void {
    if (!this.#up) return;
    this.#lastProblem = problem;
    this.#turn(false);
    this.#log.warn({ problem }, awayMessage);
  }

  #turn(up: boolean): void {
    this.#up = up;
    this.#era += 1;
    this.#failuresInRow = 0;
    for (const listener of this.#listeners) listener(up);
  }

  #probe(): Promise<void> {
    if (this.#up || this.#closed || this.#redis.status !== 'ready') return Promise.resolve();
    this.#probing ??= this.#look().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #look(): Promise<void> {
    try {
      await inTime(this.#redis.set(`${this.#prefix}probe`, '1', 'PX', 60_000), this.#timeoutMs);
    } catch (error) {
      this.#lastProblem = error instanceof Error ? error.message : String(error);
      if (!this.#closed && this.#redis.status === 'ready') this.#redis.disconnect(true);
      return;
    }
    if (this.#closed || this.#up) return;
    this.#turn(true);
    this.#log.info({}, 'Redis answers; instances count rate limits together');
  }
}

const awayMessage = 'Redis is away; until it answers, this instance counts for itself, its share of each limit';

/**
 * Rejects after the limit. What has arrived by then counts as answered: a loop that was busy for longer than the limit
 * runs its timers before it reads its sockets.
 */
function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`no answer within ${limitMs} ms`)));
    }, limitMs);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** The server is well; this command, on these keys, is not. */
function isOfOneCommand(message: string): boolean {
  // Redis 6 wraps what a script ran into: "ERR Error running script (…): …: WRONGTYPE …".
  return message.startsWith('NOSCRIPT') || message.includes('WRONGTYPE');
}
