/**
 * The claims that this instance holds: taken before anybody is asked, kept alive while their requests run, and ended in
 * the database, which may be away when they end.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Claim, EarlierRequest, IdempotencyStore, NewClaim } from './idempotency-store.ts';
import { Recording, type Room } from './recording.ts';
import { notNow } from './refusals.ts';

/** A third of the silence after which a claim counts as a dead instance's. */
const beatMs = 10_000;
const sweepMs = 600_000;
/** What the database does not take for this long is given up: the claim then counts as interrupted. */
const endMs = 600_000;
/** Claims held at once, and questions that wait for the database: a crowd must not take all of it. */
const claimsMax = 10_000;
const asksMax = 1_000;
/** Answers that are being recorded, or wait for the database, all together. */
const roomBytesMax = 256 * 1024 * 1024;

export interface IdempotencyTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly idempotentAnswerBytesMax: number };
}

type End = (store: IdempotencyStore) => Promise<void>;

interface Held {
  readonly claim: Claim;
  /** What is left to do, since when, and what it holds in memory. */
  readonly end?: { readonly run: End; readonly sinceMs: number; readonly bytes: number };
}

export class Idempotency {
  readonly #store: IdempotencyStore | undefined;
  readonly #tools: IdempotencyTools;
  /** By the id of the request. */
  readonly #held = new Map<string, Held>();
  readonly #room: Room = { bytes: 0 };
  #asks = 0;
  #timer: NodeJS.Timeout | undefined;
  #sweptAtMs = 0;
  #atWork = false;

  constructor(store: IdempotencyStore | undefined, tools: IdempotencyTools) {
    this.#store = store;
    this.#tools = tools;
  }

  start(): void {
    if (this.#store === undefined) return;
    this.#timer = setInterval(() => void this.#work(), beatMs);
    this.#timer.unref();
    this.#sweptAtMs = this.#now() - sweepMs;
    void this.#work();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Undefined: the request is to be run, and `end` must follow. Throws LlmFailure (unavailable). */
  async claim(claim: NewClaim): Promise<EarlierRequest | undefined> {
    if (this.#store === undefined) throw notNow('there is no store');
    if (this.#held.size >= claimsMax || this.#asks >= asksMax || this.#room.bytes >= roomBytesMax)
      throw notNow(`${this.#held.size} claims, ${this.#asks} questions, ${this.#room.bytes} bytes are held`);
    // Known before it is asked for: no beat may miss it.
    this.#held.set(claim.requestId, { claim });
    this.#asks++;
    try {
      const earlier = await this.#store.claim(claim);
      if (earlier !== undefined) this.#held.delete(claim.requestId);
      return earlier;
    } catch (error) {
      // Perhaps it was taken and only the answer was lost.
      this.#endLater(claim, (store) => store.release(claim), 0);
      throw notNow(error instanceof Error ? error.message : String(error));
    } finally {
      this.#asks--;
    }
  }

  /** For the answer to a request that runs; dropped when that is over. */
  recording(): Recording {
    return new Recording(this.#tools.settings.idempotentAnswerBytesMax, this.#room);
  }

  /** Never rejects: what the database does not take now, it is given again later. `bytes`: what `run` holds meanwhile. */
  async end(claim: Claim, run: End, bytes = 0): Promise<void> {
    this.#endLater(claim, run, bytes);
    await this.#tryEnd(claim.requestId);
  }

  #endLater(claim: Claim, run: End, bytes: number): void {
    this.#forget(claim.requestId);
    this.#room.bytes += bytes;
    this.#held.set(claim.requestId, { claim, end: { run, sinceMs: this.#now(), bytes } });
  }

  #forget(requestId: string): void {
    this.#room.bytes -= this.#held.get(requestId)?.end?.bytes ?? 0;
    this.#held.delete(requestId);
  }

  async #tryEnd(requestId: string): Promise<void> {
    const held = this.#held.get(requestId);
    if (this.#store === undefined || held?.end === undefined) return;
    try {
      await held.end.run(this.#store);
      this.#forget(requestId);
    } catch (error) {
      if (this.#now() - held.end.sinceMs <= endMs) return;
      this.#forget(requestId);
      this.#tools.log.warn({ error, requestId }, 'the answer to an idempotent request could not be kept');
    }
  }

  /** Beats, tries again what is left to do, and sweeps. */
  async #work(): Promise<void> {
    if (this.#atWork || this.#store === undefined) return;
    this.#atWork = true;
    try {
      if (this.#held.size > 0) await this.#store.beat([...this.#held.values()].map(({ claim }) => claim));
      for (const requestId of [...this.#held.keys()]) await this.#tryEnd(requestId);
      if (this.#now() - this.#sweptAtMs >= sweepMs) {
        await this.#store.sweep();
        this.#sweptAtMs = this.#now();
      }
    } catch (error) {
      // The store says by itself that it is away.
      this.#tools.log.debug({ error }, 'idempotent requests wait for the database');
    } finally {
      this.#atWork = false;
    }
  }

  #now(): number {
    return this.#tools.clock.monotonicMs();
  }
}
