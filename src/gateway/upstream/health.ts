/**
 * Which targets are worth asking. A target that failed several times in a row rests for a while, then one probe at a
 * time may try it; callers' own errors and rate limits are not illness. When every target rests, all are asked: a
 * gateway that refuses by itself helps nobody.
 */
import type { ErrorKind } from '../../llm/error.ts';
import type { Target } from '../../snapshot/snapshot.ts';

const failuresToRest = 5;
const restMs = 10_000;
/** A probe that has not come back by then no longer keeps others out. */
const probeMs = 30_000;

interface State {
  failures: number;
  restsUntil: number;
  probedAt: number;
}

export class Health {
  readonly #states = new Map<string, State>();

  /** The targets to ask, in order: those that rest are left out unless all do. */
  order(targets: readonly Target[], now: number): readonly Target[] {
    if (targets.length === 1) return targets;
    const awake = targets.filter((target) => this.#mayAsk(target, now));
    return awake.length > 0 ? awake : targets;
  }

  succeeded(target: Target): void {
    this.#states.delete(nameOf(target));
  }

  failed(target: Target, kind: ErrorKind, now: number): void {
    if (!isIllness(kind)) return;
    const state = this.#states.get(nameOf(target)) ?? { failures: 0, restsUntil: 0, probedAt: 0 };
    state.failures++;
    state.probedAt = 0;
    if (state.failures >= failuresToRest) state.restsUntil = now + restMs;
    this.#states.set(nameOf(target), state);
  }

  #mayAsk(target: Target, now: number): boolean {
    const state = this.#states.get(nameOf(target));
    if (state === undefined || state.failures < failuresToRest) return true;
    if (now < state.restsUntil) return false;
    if (state.probedAt !== 0 && now - state.probedAt < probeMs) return false;
    state.probedAt = now;
    return true;
  }
}

function isIllness(kind: ErrorKind): boolean {
  return kind === 'upstream' || kind === 'timeout' || kind === 'overloaded' || kind === 'upstream-credential';
}

function nameOf(target: Target): string {
  return `${target.credential.id} ${target.model.id}`;
}
