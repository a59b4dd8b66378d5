/**
 * Room at targets: who has a free place is asked, and where nobody has, requests wait in a fair queue of bounded length
 * and time. Beyond that they are refused at once, with the time to come back: who is told soon can go elsewhere.
 */
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Priority, Waiting } from './fair-queue.ts';
import { TargetRoom } from './target-room.ts';

export interface CapacityOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Longest wait; 0: nobody waits. */
  readonly waitMs: number;
  /** Most requests that wait for one target. */
  readonly waitingMax: number;
}

export interface Applicant {
  readonly organization: string;
  readonly priority: Priority;
  /** Takes what is to be done when the caller hangs up. */
  readonly onGone: (leave: () => void) => void;
}

/** What became of a request that had a place. */
export type Verdict = 'answered' | 'refused-for-load' | 'other';

/** Whoever waits in vain is told late: who would wait nearly as long as it may is refused at once. */
const believed = 0.7;
/** Names of self-hosted models are the callers' to choose. */
const roomsMax = 4_096;

export class Capacity {
  readonly #options: CapacityOptions;
  readonly #rooms = new Map<string, TargetRoom>();

  constructor(options: CapacityOptions) {
    this.#options = options;
  }

  /** Takes a place at the target. False: there is none now. */
  take(target: Target): boolean {
    const room = this.#room(target);
    const now = this.#options.now();
    // Those who wait come first.
    if (room.queue.length > 0 || room.freeInMs(now) > 0) return false;
    room.enter(now);
    return true;
  }

  /** Gives the place back. `enteredAt`: when it was taken. */
  leave(target: Target, enteredAt: number, verdict: Verdict): void {
    const room = this.#room(target);
    const now = this.#options.now();
    if (verdict === 'refused-for-load') room.refused(enteredAt, now);
    room.leave(now);
    if (verdict === 'answered') room.answered(now);
    this.#serve(room);
  }

  /** Whether the target answers others at this time. */
  isAnswering(target: Target): boolean {
    return this.#room(target).isAnswering(this.#options.now());
  }

  /**
   * A place at whichever of these has one first. Undefined: the caller has gone. Rejects with LlmFailure (rate-limited)
   * where it takes too long, at once where it is going to.
   */
  wait(targets: readonly Target[], applicant: Applicant): Promise<Target | undefined> {
    const rooms = new Map(targets.map((target) => [this.#room(target), target]));
    const { waitMs, waitingMax } = this.#options;
    const open = [...rooms.keys()].filter(
      (room) => room.queue.length < waitingMax && room.expectedWaitMs() < waitMs * believed,
    );
    if (open.length === 0 || waitMs === 0) return Promise.reject(new LlmFailure(noRoom([...rooms.keys()])));
    return new Promise((resolve, reject) => {
      const leaveAll = (): void => {
        clearTimeout(timer);
        for (const [room, waiting] of places) room.queue.remove(waiting);
      };
      const seat = (room: TargetRoom): boolean => {
        leaveAll();
        room.enter(this.#options.now());
        resolve(rooms.get(room));
        return true;
      };
      const places = open.map((room): [TargetRoom, Waiting] => [room, { ...applicant, call: () => seat(room) }]);
      const timer = setTimeout(() => {
        leaveAll();
        reject(new LlmFailure(noRoom(open)));
      }, waitMs);
      applicant.onGone(() => {
        leaveAll();
        resolve(undefined);
      });
      for (const [room, waiting] of places) room.queue.add(waiting);
      for (const room of open) this.#serve(room);
    });
  }

  #serve(room: TargetRoom): void {
    while (room.queue.length > 0) {
      const freeInMs = room.freeInMs(this.#options.now());
      // When somebody leaves, it is served again.
      if (freeInMs === Number.POSITIVE_INFINITY) return;
      if (freeInMs > 0) {
        setTimeout(() => this.#serve(room), freeInMs).unref();
        return;
      }
      if (!room.queue.callNext()) return;
    }
  }

  /** Where a provider's credential is limited, all of its models share that; else each is learned by itself. */
  #room({ credential, model }: Target): TargetRoom {
    const name = credential.capacity === undefined ? `${credential.id} ${model.id}` : credential.id;
    const known = this.#rooms.get(name);
    if (known !== undefined) return known;
    if (this.#rooms.size >= roomsMax) this.#forgetIdle();
    const made = new TargetRoom(credential.capacity);
    this.#rooms.set(name, made);
    return made;
  }

  #forgetIdle(): void {
    const now = this.#options.now();
    for (const [name, room] of this.#rooms) if (room.isIdle(now)) this.#rooms.delete(name);
  }
}

function noRoom(rooms: readonly TargetRoom[]): LlmError {
  const waiting = rooms.reduce((sum, { queue }) => sum + queue.length, 0);
  const retryAfterMs = Math.max(1_000, Math.min(...rooms.map((room) => room.expectedWaitMs())));
  return {
    kind: 'rate-limited',
    message: `All targets of this model are busy, and ${waiting} requests wait already. Try again in ${Math.ceil(retryAfterMs / 1000)} s, or ask another model.`,
    code: 'all_targets_busy',
    retryAfterMs,
  };
}
