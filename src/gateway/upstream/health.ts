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
  /** When the probe under way began. */
  probedAt: number | undefined;
}

export class Health {
  readonly #states = new Map<string, State>();

  /**
   * The targets to ask, in order, each looked at when its turn comes: a request that was answered before it came to a
   * resting target has not used up that target's probe. Those that rest are left out unless all do.
   */
  *order(targets: readonly Target[], now: () => number): Iterable<Target> {
    let hasAny = false;
    for (const target of targets) {
      if (targets.length > 1 && !this.#mayAsk(target, now())) continue;
      hasAny = true;
      yield target;
    }
    if (!hasAny) yield* targets;
  }

  succeeded(target: Target): void {
    this.#states.delete(nameOf(target));
  }

  failed(target: Target, kind: ErrorKind, now: number): void {
    if (!isIllness(kind)) return this.unproven(target);
    const state = this.#states.get(nameOf(target)) ?? { failures: 0, restsUntil: 0, probedAt: undefined };
    state.failures++;
    state.probedAt = undefined;
    if (state.failures >= failuresToRest) state.restsUntil = now + restMs;
    this.#states.set(nameOf(target), state);
  }

  /** It was asked, or was to be, and nothing was learned about it: the next request may probe it. */
  unproven(target: Target): void {
    const state = this.#states.get(nameOf(target));
    if (state !== undefined) state.probedAt = undefined;
  }

  #mayAsk(target: Target, now: number): boolean {
    const state = this.#states.get(nameOf(target));
    if (state === undefined || state.failures < failuresToRest) return true;
    if (now < state.restsUntil) return false;
    if (state.probedAt !== undefined && now - state.probedAt < probeMs) return false;
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
