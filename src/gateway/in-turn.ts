/**
 * From target to target until one answers. Each target is asked once, in order; if all failed in a way that may pass,
 * they are asked once more after a short pause, as far as the retry budget allows. Once anything was shown to the
 * caller nobody else is asked.
 */
import type { OperationPrice } from '../catalog/catalog.ts';
import { chargeNanoUsd } from '../catalog/charge.ts';
import { errorKinds, type LlmError, LlmFailure } from '../llm/error.ts';
import { noUsage } from '../llm/usage.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Outcome } from './attempt.ts';
import { ownHeaders } from './edge/headers.ts';
import type { Visit } from './exchange.ts';
import type { Ending } from './metering/meter.ts';
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
  dispatch(plan: P): Promise<Dispatched>;
  /** False once what was sent cannot be sent again. Absent: it always can. */
  repeatable?(): boolean;
}

export interface Dispatched {
  readonly run: { readonly id: string; readonly startedAt: number; readonly upstreamStatus: number };
  readonly outcome: Outcome;
}

const roundsMax = 2;

/** Never rejects: every way to end is an Ending, and the caller has been told. */
export async function askInTurn<P extends Planned>(
  exchange: Visit,
  targets: readonly Target[],
  parts: GatewayParts,
  asking: Asking<P>,
): Promise<Ending<P>> {
  let refusal: LlmError | undefined;
  let last: Asked<P> | undefined;
  for (let round = 0; round < roundsMax; round++) {
    if (round > 0 && !(await mayGoRound(last, parts))) break;
    for (const target of parts.health.order(targets, () => parts.clock.monotonicMs())) {
      if (exchange.delivery.gone) return cancelled(last);
      if (round > 0 && !worthAgain(last?.outcome)) break;
      const plan = tryPlan(target, asking);
      if ('error' in plan) {
        parts.health.unproven(target);
        refusal ??= plan.error;
        continue;
      }
      // That one failed, and somebody else is asked: what it cost is on no customer's bill.
      if (last !== undefined) exchange.houseCostNanoUsd += costOf(last);
      const outcome = await attempt(exchange, plan, parts, asking);
      last = { plan, outcome };
      if (outcome.type === 'answered') return answered(last, outcome.status, wasWorkedOn(exchange));
      if (!mayFallOver(outcome.error) || asking.repeatable?.() === false) return failed(exchange, outcome.error, last);
    }
    if (last === undefined) break;
  }
  const error = last?.outcome.error ?? refusal ?? nothingToAsk;
  return failed(exchange, error, last);
}

function tryPlan<P extends Planned>(target: Target, asking: Asking<P>): P | { error: LlmError } {
  try {
    return asking.plan(target);
  } catch (error) {
    if (error instanceof LlmFailure) return { error: error.error };
    throw error;
  }
}

async function attempt<P extends Planned>(
  exchange: Visit,
  plan: P,
  parts: GatewayParts,
  asking: Asking<P>,
): Promise<Outcome> {
  const startedAtMs = parts.clock.nowMs();
  const { run, outcome } = await asking.dispatch(plan);
  const now = parts.clock.monotonicMs();
  exchange.attempts.push({
    id: run.id,
    target: plan.target.model.id,
    credential: plan.target.credential.id,
    startedAtMs,
    durationMs: Math.round(now - run.startedAt),
    status: run.upstreamStatus,
    error: outcome.error?.kind,
  });
  judge(plan.target, outcome, parts, now);
  return outcome;
}

/** A caller who hangs up says nothing about the provider. */
function judge(target: Target, outcome: Outcome, parts: GatewayParts, now: number): void {
  if (outcome.error !== undefined) parts.health.failed(target, outcome.error.kind, now);
  else if (outcome.type === 'answered' && outcome.status === 'completed') parts.health.succeeded(target);
  else parts.health.unproven(target);
}

/** Another target may do better; a caller's own mistake is one everywhere, and so is a journal that cannot be written. */
function mayFallOver(error: LlmError): boolean {
  return (errorKinds[error.kind].retryable && error.kind !== 'unavailable') || error.kind === 'model-not-found';
}

/** The same target again: only for what passes in a moment. A rate limit is waited out by the caller, not by us. */
function worthAgain(outcome: Outcome | undefined): boolean {
  const kind = outcome?.error?.kind;
  return kind === 'upstream' || kind === 'overloaded';
}

async function mayGoRound(last: Asked<unknown> | undefined, parts: GatewayParts): Promise<boolean> {
  if (!worthAgain(last?.outcome) || !parts.retries.take(parts.clock.monotonicMs())) return false;
  const pauseMs = parts.settings.retryDelayMs * (0.5 + parts.random());
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return true;
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

function failed<P>(exchange: Visit, error: LlmError, last: Asked<P> | undefined): Ending<P> {
  exchange.delivery.fail(error, ownHeaders(exchange));
  return { status: 'failed', error, plan: last?.plan, tally: last?.outcome.tally, billable: false };
}

/** What the provider itself said that it used. */
function costOf({ plan, outcome }: Asked<Planned>): bigint {
  const { usage } = outcome.tally;
  if (usage === undefined || plan.price === undefined) return 0n;
  return chargeNanoUsd(plan.price, { ...noUsage, ...usage });
}

interface Asked<P> {
  readonly plan: P;
  readonly outcome: Outcome;
}

const nothingToAsk: LlmError = { kind: 'internal', message: 'The route has no target.' };
