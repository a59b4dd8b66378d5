/**
 * From target to target until one answers. Each target is asked once, in order; if all failed in a way that may pass,
 * they are asked once more after a short pause, as far as the retry budget allows. Once anything was shown to the
 * caller nobody else is asked. What each answer says of its target goes to its health and its measures.
 */
import type { OperationPrice } from '../catalog/catalog.ts';
import { chargeNanoUsd } from '../catalog/charge.ts';
import { type LlmError, LlmFailure } from '../llm/error.ts';
import { noUsage } from '../llm/usage.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Dispatched, Outcome } from './attempt.ts';
import { ownHeaders } from './edge/headers.ts';
import type { Visit } from './exchange.ts';
import { isLargeEnough, mayFallOver } from './fall-over.ts';
import { judge } from './judge.ts';
import type { Ending } from './metering/meter.ts';
import { paidBy } from './metering/payer.ts';
import { asTold } from './own-key.ts';
import type { GatewayParts } from './parts.ts';

/** What is known of every plan. */
export interface Planned {
  readonly target: Target;
  /** Absent: it costs nothing. */
  readonly price?: OperationPrice;
}

/** How one target is asked. */
export interface Asking<P extends Planned> {
  /** Throws LlmFailure when this target cannot be asked this. */
  plan(target: Target): P;
  /** `next`: whom to ask beside it, for one who does not wait. */
  dispatch(plan: P, next: Next<P>): Promise<Reached<P>>;
  /** False once what was sent cannot be sent again. Absent: it always can. */
  repeatable?(): boolean;
}

/** The next target that is well and `fits`, planned; it counts as asked. Undefined: there is none. */
export type Next<P> = (fits: (target: Target) => boolean) => P | undefined;

export interface Reached<P> extends Dispatched {
  /** What was asked in the end, where that is another than was said. */
  readonly plan?: P;
  /** Who was asked beside it, and was not needed. */
  readonly others?: readonly Other<P>[];
}

interface Other<P> extends Dispatched {
  readonly plan: P;
  /** What it has used, and nobody is charged for. */
  readonly lostNanoUsd: bigint;
}

const roundsMax = 2;
/** A provider that asks for a longer pause before the next try is not tried again for this caller. */
const patienceMs = 2_000;

/** Never rejects: every way to end is an Ending, and the caller has been told. */
export async function askInTurn<P extends Planned>(
  exchange: Visit,
  targets: readonly Target[],
  parts: GatewayParts,
  asking: Asking<P>,
): Promise<Ending<P>> {
  let refusal: LlmError | undefined;
  let last: Asked<P> | undefined;
  /** Those that may do better in a moment: nobody but them is asked in the next round. */
  let again: readonly Asked<P>[] = [];
  let candidates = targets;
  const taken = new Set<Target>();
  for (let round = 0; round < roundsMax; round++) {
    if (round > 0 && !(await mayGoRound(again, parts))) break;
    const passing: Asked<P>[] = [];
    for (const target of parts.health.order(candidates)) {
      if (exchange.delivery.gone) return cancelled(last);
      if (taken.has(target)) continue;
      if (!isLargeEnough(target, last) || (passing.length > 0 && round > 0 && !mayRetry(parts))) {
        parts.health.unproven(target);
        continue;
      }
      const plan = tryPlan(target, asking);
      if ('error' in plan) {
        parts.health.unproven(target);
        refusal ??= plan.error;
        continue;
      }
      // That one failed, and somebody else is asked: what it cost is on no customer's bill.
      if (last !== undefined) exchange.houseCostNanoUsd += costOf(last);
      taken.add(target);
      last = await attempt(exchange, plan, nextOf(targets, taken, parts, asking), parts, asking);
      const { outcome } = last;
      if (outcome.type === 'answered') return answered(last, outcome.status, wasWorkedOn(exchange));
      const mayGoOn = mayFallOver(outcome.error, exchange.policy) && asking.repeatable?.() !== false;
      if (!mayGoOn || isOutOfTime(exchange, target, parts)) return failed(exchange, outcome.error, last);
      if (isWorthAgain(outcome.error)) passing.push(last);
    }
    again = passing;
    taken.clear();
    candidates = passing.map(({ plan }) => plan.target);
  }
  const error = last?.outcome.error ?? refusal ?? nothingToAsk;
  return failed(exchange, withReturn(error, last, targets, parts), last);
}

function tryPlan<P extends Planned>(target: Target, asking: Asking<P>): P | { error: LlmError } {
  try {
    return asking.plan(target);
  } catch (error) {
    if (error instanceof LlmFailure) return { error: error.error };
    throw error;
  }
}

/** Asks one target, and whoever is asked beside it. Returns the one that counts. */
async function attempt<P extends Planned>(
  exchange: Visit,
  plan: P,
  next: Next<P>,
  parts: GatewayParts,
  asking: Asking<P>,
): Promise<Asked<P>> {
  parts.measures.begin(plan.target);
  const dispatched = await asking.dispatch(plan, next);
  for (const other of dispatched.others ?? []) {
    exchange.houseCostNanoUsd += other.lostNanoUsd;
    record(exchange, other.plan.target, other, parts);
  }
  const asked = dispatched.plan ?? plan;
  record(exchange, asked.target, dispatched, parts);
  return { plan: asked, outcome: dispatched.outcome };
}

function record(exchange: Visit, target: Target, dispatched: Dispatched, parts: GatewayParts): void {
  const { run, outcome } = dispatched;
  const durationMs = Math.round(parts.clock.monotonicMs() - run.startedAt);
  exchange.attempts.push({
    id: run.id,
    target: target.model.id,
    credential: target.credential.id,
    startedAtMs: parts.clock.nowMs() - durationMs,
    durationMs,
    status: run.upstreamStatus,
    error: outcome.error?.kind,
    ...paidBy(target),
  });
  judge(exchange, target, dispatched, parts);
}

function nextOf<P extends Planned>(
  targets: readonly Target[],
  taken: Set<Target>,
  { health, measures }: GatewayParts,
  asking: Asking<P>,
): Next<P> {
  return (fits) => {
    for (const target of targets) {
      if (taken.has(target) || health.stateOf(target).state !== 'up' || !fits(target)) continue;
      const plan = tryPlan(target, asking);
      if ('error' in plan) continue;
      taken.add(target);
      measures.begin(target);
      return plan;
    }
    return undefined;
  };
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

function answered<P>(
  { plan, outcome }: Asked<P>,
  status: 'completed' | 'failed' | 'cancelled',
  billable: boolean,
): Ending<P> {
  return { status, error: outcome.error, plan, tally: outcome.tally, billable };
}

/** A provider that was asked works on the prompt, unless it has refused; whose caller does not wait to hear so. */
function wasWorkedOn({ dispatchedAt, attempts }: Visit): boolean {
  return dispatchedAt !== undefined && (attempts.at(-1)?.status ?? 0) < 300;
}

function cancelled<P>(last: Asked<P> | undefined): Ending<P> {
  return { status: 'cancelled', plan: last?.plan, tally: last?.outcome.tally, billable: false };
}

function failed<P>(exchange: Visit, found: LlmError, last: Asked<P> | undefined): Ending<P> {
  const error = asTold(found);
  exchange.delivery.fail(error, ownHeaders(exchange));
  return { status: 'failed', error, plan: last?.plan, tally: last?.outcome.tally, billable: false };
}

/** What the provider itself said that it used. */
export function costOf({ plan, outcome }: Asked<Planned>): bigint {
  const { usage } = outcome.tally;
  if (usage === undefined || plan.price === undefined || plan.target.credential.ownedBy !== undefined) return 0n;
  return chargeNanoUsd(plan.price, { ...noUsage, ...usage });
}

interface Asked<P> {
  readonly plan: P;
  readonly outcome: Outcome;
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
