/**
 * How many requests a target takes. What its operator declares is the most; below that the target itself says: each
 * refusal for load makes the room smaller, each answer while it is full a little larger, and a quiet time forgets all of
 * it. (Additive increase, multiplicative decrease: RFC 5681, section 3.1, does the same for a network.)
 */
import { SlidingWindow } from '../../lib/sliding-window.ts';
import type { Capacity as Declared } from '../../snapshot/snapshot.ts';
import { FairQueue } from './fair-queue.ts';

/** What is left of the room after a refusal. */
const shrink = 0.85;
/** Without a refusal for this long the target is believed to take everything again. */
const forgetMs = 15_000;
/** How long an answer says that the target answers. */
const answeringMs = 1_000;
const paceMs = 1_000;

export class TargetRoom {
  /** Who waits for a place here. */
  readonly queue = new FairQueue();
  readonly #declared: Declared;
  readonly #minute = new SlidingWindow();
  #inFlight = 0;
  #learned = Number.POSITIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #pace = { from: Number.NEGATIVE_INFINITY, left: 0, perMs: 0 };

  constructor(declared: Declared = {}) {
    this.#declared = declared;
  }

  /** Nobody is here, and nothing was learned that counts. */
  isIdle(now: number): boolean {
    return this.#inFlight === 0 && this.queue.length === 0 && now - this.#refusedAt > forgetMs;
  }

  /** 0: now. Infinity: when somebody leaves. */
  freeInMs(now: number): number {
    if (this.#inFlight >= this.#limit(now)) return Number.POSITIVE_INFINITY;
    const { requestsPerMinute } = this.#declared;
    return requestsPerMinute === undefined ? 0 : this.#minute.msUntil(requestsPerMinute - 1, now);
  }

  enter(now: number): void {
    this.#inFlight++;
    if (this.#declared.requestsPerMinute !== undefined) this.#minute.add(1, now);
  }

  leave(now: number): void {
    this.#inFlight--;
    this.#countPace(now);
  }

  /** A request that entered at `enteredAt` was refused because there are too many. */
  refused(enteredAt: number, now: number): void {
    // Those that were on their way when the room was made smaller say nothing new.
    if (enteredAt < this.#refusedAt) return;
    this.#learned = Math.max(1, Math.min(this.#learned, this.#inFlight) * shrink);
    this.#refusedAt = now;
  }

  answered(now: number): void {
    this.#answeredAt = now;
    if (this.#inFlight + 1 >= Math.floor(this.#learned)) this.#learned += 1 / this.#learned;
  }

  /** It answers others: whoever it refuses for load is one too many, and it is not ill. */
  isAnswering(now: number): boolean {
    return now - this.#answeredAt < answeringMs;
  }

  /** How long who comes now will have to wait. */
  expectedWaitMs(): number {
    return this.#pace.perMs === 0 ? 0 : this.queue.length / this.#pace.perMs;
  }

  #limit(now: number): number {
    if (now - this.#refusedAt > forgetMs) this.#learned = Number.POSITIVE_INFINITY;
    const declared = this.#declared.concurrentRequests ?? Number.POSITIVE_INFINITY;
    return Math.max(1, Math.floor(Math.min(declared, this.#learned)));
  }

  #countPace(now: number): void {
    const { from, left } = this.#pace;
    this.#pace.left++;
    if (now - from < paceMs) return;
    const isFirst = from === Number.NEGATIVE_INFINITY;
    this.#pace = { from: now, left: 0, perMs: isFirst ? 0 : (left + 1) / (now - from) };
  }
}
