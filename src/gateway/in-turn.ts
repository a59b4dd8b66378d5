/**
 * From target to target until one answers. Each target is asked once, in order; one that is full is passed by, and waited
 * for where nobody else answers. If all failed in a way that may pass, they are asked once more after a short pause, as
 * far as the retry budget allows. Once anything was shown to the caller nobody else is asked.
 */
import { type LlmError, LlmFailure } from '../llm/error.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { type Asked, type Asking, costOf, type Next, type Planned } from './asking.ts';
import type { Dispatched } from './attempt.ts';
import { priorityOf } from './capacity/fair-queue.ts';
import { ownHeaders } from './edge/headers.ts';
import type { Visit } from './exchange.ts';
import { isLargeEnough, mayFallOver } from './fall-over.ts';
import { judge } from './judge.ts';
import type { Ending } from './metering/meter.ts';
import { paidBy } from './metering/payer.ts';
import { asTold } from './own-key.ts';
import type { GatewayParts } from './parts.ts';

const roundsMax = 2;
/** A provider that asks for a longer pause before the next try is not tried again for this caller. */
const patienceMs = 2_000;

/** Never rejects: every way to end is an Ending, and the caller has been told. */
export function askInTurn<P extends Planned>(
  visit: Visit,
  targets: readonly Target[],
  parts: GatewayParts,
  asking: Asking<P>,
): Promise<Ending<P>> {
  return new Turns(visit, targets, parts, asking).run();
}

class Turns<P extends Planned> {
  readonly #visit: Visit;
  readonly #targets: readonly Target[];
  readonly #parts: GatewayParts;
  readonly #asking: Asking<P>;
  /** Asked in this round. */
  readonly #taken = new Set<Target>();
  /** Passed by in this round. */
  #full: P[] = [];
  /** Failed in this round, and may do better in a moment. */
  #passing: Asked<P>[] = [];
  #last: Asked<P> | undefined;
  /** Why the first of those that cannot be asked this cannot. */
  #refusal: LlmError | undefined;

  constructor(visit: Visit, targets: readonly Target[], parts: GatewayParts, asking: Asking<P>) {
    this.#visit = visit;
    this.#targets = targets;
    this.#parts = parts;
    this.#asking = asking;
  }

  async run(): Promise<Ending<P>> {
    let candidates = this.#targets;
    for (let round = 0; round < roundsMax; round++) {
      const again = this.#passing;
      if (round > 0 && !(await mayGoRound(again, this.#parts))) break;
      if (round > 0) candidates = again.map(({ plan }) => plan.target);
      this.#passing = [];
      this.#taken.clear();
      const ending = (await this.#round(candidates, round)) ?? (await this.#waitForRoom());
      if (ending !== undefined) return ending;
    }
    const last = this.#last;
    const error = last?.outcome.error ?? this.#refusal ?? nothingToAsk;
    return this.#failed(withReturn(error, last, this.#targets, this.#parts));
  }

  /** Undefined: nobody has answered, and more may be tried. */
  async #round(candidates: readonly Target[], round: number): Promise<Ending<P> | undefined> {
    const { health, capacity } = this.#parts;
    for (const target of health.order(candidates)) {
      if (this.#visit.delivery.gone) return this.#cancelled();
      if (this.#taken.has(target)) continue;
      const plan = this.#isWorthAsking(target, round) ? this.#plan(target) : undefined;
      if (plan === undefined || !capacity.take(target)) {
        health.unproven(target);
        if (plan !== undefined) this.#full.push(plan);
        continue;
      }
      const ending = await this.#ask(plan);
      if (ending !== undefined) return ending;
    }
    return undefined;
  }

  /** The first of the full targets that has room; and so on, while there are any. */
  async #waitForRoom(): Promise<Ending<P> | undefined> {
    while (this.#full.length > 0) {
      const plan = await this.#seat();
      if (plan === undefined) return this.#cancelled();
      if ('error' in plan) return this.#failed(this.#last?.outcome.error ?? plan.error);
      this.#full = this.#full.filter((each) => each !== plan);
      const ending = await this.#ask(plan);
      if (ending !== undefined) return ending;
    }
    return undefined;
  }

  async #seat(): Promise<P | undefined | { error: LlmError }> {
    const { delivery, key } = this.#visit;
    if (delivery.gone) return undefined;
    const applicant = {
      organization: key.organization.id,
      priority: priorityOf(this.#visit.header('x-tollgate-priority')),
      onGone: (leave: () => void) => delivery.onGone(leave),
    };
    try {
      const targets = this.#full.map(({ target }) => target);
      const target = await this.#parts.capacity.wait(targets, applicant);
      return this.#full.find((plan) => plan.target === target);
    } catch (error) {
      return asError(error);
    }
  }

  #isWorthAsking(target: Target, round: number): boolean {
    if (!isLargeEnough(target, this.#last)) return false;
    return round === 0 || this.#passing.length === 0 || mayRetry(this.#parts);
  }

  #plan(target: Target): P | undefined {
    const plan = tryPlan(target, this.#asking);
    if (!('error' in plan)) return plan;
    this.#refusal ??= plan.error;
    return undefined;
  }

  /** A place at the target is taken. Undefined: it failed, and another may be asked. */
  async #ask(plan: P): Promise<Ending<P> | undefined> {
    // That one failed, and somebody else is asked: what it cost is on no customer's bill.
    if (this.#last !== undefined)
      this.#visit.houseCostNanoUsd += this.#asking.lostNanoUsd?.(this.#last) ?? costOf(this.#last);
    this.#taken.add(plan.target);
    this.#last = await this.#attempt(plan);
    const { outcome, plan: asked } = this.#last;
    if (outcome.type === 'answered') return this.#answered(outcome.status);
    const mayGoOn = mayFallOver(outcome.error, this.#visit.policy) && this.#asking.repeatable?.() !== false;
    if (!mayGoOn || isOutOfTime(this.#visit, asked.target, this.#parts)) return this.#failed(outcome.error);
    if (isWorthAgain(outcome.error)) this.#passing.push(this.#last);
    return undefined;
  }

  /** Asks one target, and whoever is asked beside it. Returns the one that counts. */
  async #attempt(plan: P): Promise<Asked<P>> {
    this.#parts.measures.begin(plan.target);
    const startedAt = this.#parts.clock.monotonicMs();
    try {
      const dispatched = await this.#asking.dispatch(plan, this.#next);
      for (const other of dispatched.others ?? []) {
        this.#visit.houseCostNanoUsd += other.lostNanoUsd;
        this.#record(other.plan.target, other);
      }
      const asked = dispatched.plan ?? plan;
      this.#record(asked.target, dispatched);
      return { plan: asked, outcome: dispatched.outcome };
    } catch (error) {
      this.#parts.capacity.leave(plan.target, startedAt, 'other');
      this.#parts.measures.left(plan.target);
      throw error;
    }
  }

  #record(target: Target, dispatched: Dispatched): void {
    const { run, outcome } = dispatched;
    const { clock } = this.#parts;
    const durationMs = Math.round(clock.monotonicMs() - run.startedAt);
    this.#visit.attempts.push({
      id: run.id,
      target: target.model.id,
      credential: target.credential.id,
      startedAtMs: clock.nowMs() - durationMs,
      durationMs,
      status: run.upstreamStatus,
      ...since(run, 'connectedMs', run.sentAt),
      ...since(run, 'firstByteMs', run.answeredAt),
      error: outcome.error?.kind,
      ...paidBy(target),
    });
    judge(this.#visit, target, dispatched, this.#parts);
  }

  readonly #next: Next<P> = (fits) => {
    const { health, measures, capacity } = this.#parts;
    for (const target of this.#targets) {
      if (this.#taken.has(target) || health.stateOf(target).state !== 'up' || !fits(target)) continue;
      const plan = tryPlan(target, this.#asking);
      if ('error' in plan || !capacity.take(target)) continue;
      this.#taken.add(target);
      measures.begin(target);
      return plan;
    }
    return undefined;
  };

  #answered(status: 'completed' | 'failed' | 'cancelled'): Ending<P> {
    const { plan, outcome } = this.#last as Asked<P>;
    return { status, error: outcome.error, plan, tally: outcome.tally, billable: wasWorkedOn(this.#visit) };
  }

  #cancelled(): Ending<P> {
    return { status: 'cancelled', plan: this.#last?.plan, tally: this.#last?.outcome.tally, billable: false };
  }

  #failed(found: LlmError): Ending<P> {
    const error = asTold(found);
    this.#visit.delivery.fail(error, ownHeaders(this.#visit));
    return { status: 'failed', error, plan: this.#last?.plan, tally: this.#last?.outcome.tally, billable: false };
  }
}

function tryPlan<P extends Planned>(target: Target, asking: Asking<P>): P | { error: LlmError } {
  try {
    return asking.plan(target);
  } catch (error) {
    return asError(error);
  }
}

/** What is no refusal is thrown on. */
function asError(error: unknown): { error: LlmError } {
  if (error instanceof LlmFailure) return { error: error.error };
  throw error;
}

/** The same target again: only for what passes in a moment. A rate limit is waited out by the caller, not by us. */
function isWorthAgain({ kind, retryAfterMs = 0 }: LlmError): boolean {
  return (kind === 'upstream' || kind === 'overloaded') && retryAfterMs <= patienceMs;
}

/** The first of them takes its share of the budget here, the others when it is their turn. */
async function mayGoRound(again: readonly Asked<unknown>[], parts: GatewayParts): Promise<boolean> {
  if (again.length === 0 || !mayRetry(parts)) return false;
  const asked = Math.min(...again.map(({ outcome }) => outcome.error?.retryAfterMs ?? 0));
  const pauseMs = Math.max(asked, parts.settings.retryDelayMs * (0.5 + parts.random()));
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return true;
}

function mayRetry({ retries, clock }: GatewayParts): boolean {
  return retries.take(clock.monotonicMs());
}

/** Attempts are part of the caller's wait: another one must not begin when that is over. */
function isOutOfTime({ dispatchedAt }: Visit, { timeouts }: Target, { clock }: GatewayParts): boolean {
  return dispatchedAt !== undefined && clock.monotonicMs() - dispatchedAt > timeouts.totalMs;
}

/** Where all are limited, the caller is told of the first that will not be. */
function withReturn(
  error: LlmError,
  last: Asked<Planned> | undefined,
  targets: readonly Target[],
  parts: GatewayParts,
): LlmError {
  if (last !== undefined && error.kind !== 'rate-limited') return error;
  const until = parts.health.reservedUntil(targets);
  if (until === undefined) return error;
  const retryAfterMs = Math.ceil(until - parts.clock.monotonicMs());
  return last === undefined ? allLimited(retryAfterMs) : { ...error, retryAfterMs };
}

/** A provider that was asked works on the prompt, unless it has refused; whose caller does not wait to hear so. */
function wasWorkedOn({ dispatchedAt, attempts }: Visit): boolean {
  return dispatchedAt !== undefined && (attempts.at(-1)?.status ?? 0) < 300;
}

function allLimited(retryAfterMs: number): LlmError {
  return {
    kind: 'rate-limited',
    message: `The provider limits the rate of requests, and said to come back in ${Math.ceil(retryAfterMs / 1000)} s. Nobody was asked. Wait, or ask another model.`,
    code: 'provider_rate_limited',
    retryAfterMs,
  };
}

const nothingToAsk: LlmError = { kind: 'internal', message: 'The route has no target.' };

/** In whole milliseconds since the attempt's start, where it came so far. */
function since<Name extends string>(
  { startedAt }: Dispatched['run'],
  name: Name,
  at: number | undefined,
): { readonly [N in Name]?: number } {
  return at === undefined
    ? {}
    : ({ [name]: Math.max(0, Math.round(at - startedAt)) } as { readonly [N in Name]?: number });
}
