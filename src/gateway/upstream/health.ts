/**
 * Which targets are worth asking now. What fails again and again is ejected for a while (condition.ts); what its provider
 * limits is reserved until the time that the provider named, which is no illness. A credential whose address cannot be
 * reached, or that is refused, takes all of its models with it. Callers' own mistakes are nobody's illness. When nobody
 * is left, the least bad are asked all the same: a gateway that refuses by itself helps nobody. Only where every provider
 * has said when to come back nobody is asked before that.
 */
import type { Clock } from '../../lib/clock.ts';
import { perObject } from '../../lib/per-object.ts';
import type { LlmError } from '../../llm/error.ts';
import type { Named } from '../../routing/measures.ts';
import type { TargetState } from '../../routing/world.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import { Condition } from './condition.ts';
import { HealthHistory } from './health-history.ts';
import { keyName } from './key-name.ts';
import { Reservation } from './reservation.ts';

export interface HealthState extends TargetState {
  /** In a row. */
  readonly failures: number;
  /** Of the last ten seconds, 0 to 1. */
  readonly errorShare: number;
}

/** A refused key is refused next time too; a second answer rules out a slip of the provider's. */
const refusalsMax = 2;
/** Connections that fail in a row. */
const unreachableMax = 3;
/** Names of self-hosted models are the callers' to choose. */
const knownMax = 2_048;

export interface HealthOptions {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

export class Health {
  readonly history = new HealthHistory();
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Only what there is something to say of: usually nothing. */
  readonly #targets = new Map<string, Condition>();
  readonly #credentials = new Map<string, Condition>();
  readonly #reservations = new Map<string, Reservation>();

  constructor({ clock, random }: HealthOptions) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * The targets to ask, in order, each looked at when its turn comes: a request that was answered before it came to an
   * ejected target has not used up that target's probe. None: `reservedUntil` says why.
   */
  *order(targets: readonly Target[]): Iterable<Target> {
    if (this.#knowsNothing) return yield* targets;
    const later: Target[] = [];
    let hasAny = false;
    for (const target of targets) {
      const admission = this.#admits(target);
      if (admission === 'later') later.push(target);
      if (admission !== 'yes') continue;
      hasAny = true;
      this.#asked(target);
      yield target;
    }
    for (const target of later) {
      if (this.#admits(target) === 'no') continue;
      hasAny = true;
      yield target;
    }
    if (!hasAny) yield* this.#leastBad(targets);
  }

  /** For whoever chooses. Nothing changes by looking. `returning` also while it waits for a probe. */
  stateOf(target: Named): HealthState {
    if (this.#knowsNothing) return up;
    const now = this.#now();
    const own = this.#targets.get(nameOf(target));
    const credential = this.#credentials.get(keyName(target.credential));
    const states = [own?.state(now), credential?.state(now)];
    const told = {
      failures: Math.max(own?.failures ?? 0, credential?.failures ?? 0),
      errorShare: Math.max(own?.errorShare(now) ?? 0, credential?.errorShare(now) ?? 0),
    };
    if (states.includes('ejected')) {
      const until = [own, credential].map((each) => (each?.state(now) === 'ejected' ? each.until : 0));
      return { state: 'ejected', untilMs: Math.max(...until), ...told };
    }
    const reservation = this.#reservations.get(nameOf(target));
    if (reservation?.holds(now)) return { state: 'reserved', untilMs: reservation.until, ...told };
    return { state: states.includes('returning') ? 'returning' : 'up', ...told };
  }

  /** Monotonic time at which the first of these may be asked again; undefined: one may be asked now. */
  reservedUntil(targets: readonly Target[]): number | undefined {
    const now = this.#now();
    const untils = targets.map((target) => this.#refusing(target, now)?.until);
    const known = untils.filter((until) => until !== undefined);
    return known.length === 0 || known.length < targets.length ? undefined : Math.min(...known);
  }

  succeeded(target: Target): void {
    this.history.succeeded(target.credential.id, this.#clock.nowMs());
    if (this.#knowsNothing) return;
    const now = this.#now();
    const name = nameOf(target);
    heal(this.#targets, name, now);
    heal(this.#credentials, keyName(target.credential), now);
    const reservation = this.#reservations.get(name);
    if (reservation !== undefined && !reservation.refuses(now)) this.#reservations.delete(name);
  }

  /** True: this has ejected it. `tookMs`: how long the failure took to show. */
  failed(target: Target, error: LlmError, tookMs: number): boolean {
    const now = this.#now();
    this.#reserve(target, error, now);
    if (isTold(error)) this.history.failed(target.credential.id, error, this.#clock.nowMs());
    if (!isIllness(error)) {
      this.unproven(target);
      return false;
    }
    const failure = { tookMs, ...limitOf(error) };
    const wasEjected = this.stateOf(target).state === 'ejected';
    // What refuses the credential for one model may take it for another: a success there says so, and counts for both.
    if (concernsCredential(error))
      conditionOf(this.#credentials, keyName(target.credential), now).failed(now, this.#random, failure);
    if (error.unreached !== true) conditionOf(this.#targets, nameOf(target), now).failed(now, this.#random, failure);
    this.unproven(target);
    return !wasEjected && this.stateOf(target).state === 'ejected';
  }

  /** It was asked, or was to be, and nothing was learned about it: the next request may probe it. */
  unproven(target: Target): void {
    this.#targets.get(nameOf(target))?.unproven();
    this.#credentials.get(keyName(target.credential))?.unproven();
  }

  get #knowsNothing(): boolean {
    return this.#targets.size === 0 && this.#credentials.size === 0 && this.#reservations.size === 0;
  }

  #admits(target: Target) {
    const now = this.#now();
    if (this.#reservations.get(nameOf(target))?.holds(now)) return 'no';
    const credential = this.#credentials.get(keyName(target.credential))?.admits(now, this.#random) ?? 'yes';
    if (credential === 'no') return 'no';
    const own = this.#targets.get(nameOf(target))?.admits(now, this.#random) ?? 'yes';
    return own === 'yes' ? credential : own;
  }

  #asked(target: Target): void {
    const now = this.#now();
    this.#targets.get(nameOf(target))?.asked(now);
    this.#credentials.get(keyName(target.credential))?.asked(now);
  }

  /** Never nobody, unless every provider has said when: those that are only limited first, then by when they are back. */
  *#leastBad(targets: readonly Target[]): Iterable<Target> {
    const now = this.#now();
    const open = targets
      .filter((target) => this.#refusing(target, now) === undefined)
      .map((target) => ({ target, state: this.stateOf(target) }))
      .toSorted((a, b) => badness(a.state) - badness(b.state));
    for (const { target } of open) {
      this.#asked(target);
      yield target;
    }
  }

  #refusing(target: Target, now: number): Reservation | undefined {
    const reservation = this.#reservations.get(nameOf(target));
    return reservation?.refuses(now) ? reservation : undefined;
  }

  #reserve(target: Target, { kind, retryAfterMs }: LlmError, now: number): void {
    if (kind !== 'rate-limited' && retryAfterMs === undefined) return;
    const name = nameOf(target);
    if (!this.#reservations.has(name)) forget(this.#reservations, (each) => !each.holds(now));
    const reservation = this.#reservations.get(name) ?? new Reservation();
    this.#reservations.set(name, reservation);
    reservation.extend(now, { retryAfterMs, isLimit: kind === 'rate-limited' });
  }

  #now(): number {
    return this.#clock.monotonicMs();
  }
}

const up: HealthState = Object.freeze({ state: 'up', failures: 0, errorShare: 0 });

function badness({ state, untilMs = 0 }: HealthState): number {
  return state === 'ejected' ? untilMs : 0;
}

function heal(known: Map<string, Condition>, name: string, now: number): void {
  const condition = known.get(name);
  if (condition === undefined) return;
  condition.succeeded(now);
  if (condition.isClean(now)) known.delete(name);
}

function conditionOf(known: Map<string, Condition>, name: string, now: number): Condition {
  const found = known.get(name);
  if (found !== undefined) return found;
  forget(known, (condition) => condition.isClean(now));
  const made = new Condition();
  known.set(name, made);
  return made;
}

/** Makes room for one more, where there is none: what nobody needs, or else what has been there the longest. */
function forget<V>(known: Map<string, V>, isIdle: (value: V) => boolean): void {
  if (known.size < knownMax) return;
  for (const [name, value] of known) if (isIdle(value)) known.delete(name);
  const oldest = known.keys().next().value;
  if (known.size >= knownMax && oldest !== undefined) known.delete(oldest);
}

function isIllness({ kind }: LlmError): boolean {
  return kind === 'upstream' || kind === 'timeout' || kind === 'overloaded' || kind === 'upstream-credential';
}

/** Whoever looks at a credential wants to see its limits too. */
function isTold(error: LlmError): boolean {
  return isIllness(error) || error.kind === 'rate-limited';
}

/** A 403 may be about one model only, and with brokers about what this prompt says. */
function concernsCredential({ kind, unreached, upstreamStatus }: LlmError): boolean {
  return unreached === true || (kind === 'upstream-credential' && upstreamStatus !== 403);
}

function limitOf(error: LlmError): { failuresMax?: number } {
  if (error.kind === 'upstream-credential' && concernsCredential(error)) return { failuresMax: refusalsMax };
  return error.unreached ? { failuresMax: unreachableMax } : {};
}

const nameOf = perObject(({ credential, model }: Named) => `${keyName(credential)} ${model.id}`);
