/**
 * From target to target until one answers. Each target is asked once, in order; if all failed in a way that may pass,
 * they are asked once more after a short pause, as far as the retry budget allows. Once anything was shown to the
 * caller nobody else is asked.
 */
import { errorKinds, type LlmError, LlmFailure } from '../llm/error.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { AttemptRun, type Outcome } from './attempt.ts';
import { ownHeaders, upstreamHeaders, upstreamQuery, withQuery } from './edge/headers.ts';
import type { Exchange } from './exchange.ts';
import type { Ending } from './metering/meter.ts';
import type { GatewayParts } from './parts.ts';
import { type Plan, planCall } from './plan.ts';
import { withSignature } from './upstream/signers.ts';

const roundsMax = 2;

/** Never rejects: every way to end is an Ending, and the caller has been told. */
export async function forward(exchange: Exchange, targets: readonly Target[], parts: GatewayParts): Promise<Ending> {
  let refusal: LlmError | undefined;
  let last: Asked | undefined;
  for (let round = 0; round < roundsMax; round++) {
    if (round > 0 && !(await mayGoRound(last, parts))) break;
    for (const target of parts.health.order(targets, () => parts.clock.monotonicMs())) {
      if (exchange.delivery.gone) return cancelled(last);
      if (round > 0 && !worthAgain(last?.outcome)) break;
      const plan = tryPlan(exchange, target, parts);
      if ('error' in plan) {
        parts.health.unproven(target);
        refusal ??= plan.error;
        continue;
      }
      const outcome = await attempt(exchange, plan, parts);
      last = { plan, outcome };
      if (outcome.type === 'answered') return answered(last, outcome.status, exchange.dispatchedAt !== undefined);
      if (!mayFallOver(outcome.error)) return failed(exchange, outcome.error, last);
    }
    if (last === undefined) break;
  }
  const error = last?.outcome.error ?? refusal ?? nothingToAsk;
  return failed(exchange, error, last);
}

function tryPlan(exchange: Exchange, target: Target, parts: GatewayParts): Plan | { error: LlmError } {
  try {
    return planCall(exchange, target, parts.clock.nowMs());
  } catch (error) {
    if (error instanceof LlmFailure) return { error: error.error };
    throw error;
  }
}

async function attempt(exchange: Exchange, plan: Plan, parts: GatewayParts): Promise<Outcome> {
  const startedAtMs = parts.clock.nowMs();
  const { run, outcome } = await dispatch(exchange, plan, parts);
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

async function dispatch(
  exchange: Exchange,
  plan: Plan,
  parts: GatewayParts,
): Promise<{ run: AttemptRun; outcome: Outcome }> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const run = new AttemptRun(exchange, plan, parts, resolve);
  parts.active.add(run);
  try {
    const { origin, prefix, pool } = parts.upstreams.of(plan.target);
    const path = withQuery(prefix + plan.path, upstreamQuery(exchange, plan.relayed));
    let headers = upstreamHeaders(exchange, plan.target, plan.endpoint.headers ?? {}, run.id, plan.relayed);
    const { credential } = plan.target;
    // Most vendors take a fixed header: nothing is awaited for them.
    if (credential.provider.auth.signer !== undefined)
      headers = await withSignature({ method: 'POST', url: origin + path, headers, body: plan.body }, credential);
    pool.dispatch({ origin, path, method: 'POST', headers, body: plan.body }, run);
    return { run, outcome: await promise };
  } catch (error) {
    // Nothing to sign with: this target was not asked, another may be.
    if (!(error instanceof LlmFailure)) throw error;
    run.fail(error.error);
    return { run, outcome: await promise };
  } finally {
    parts.active.delete(run);
  }
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

async function mayGoRound(last: Asked | undefined, parts: GatewayParts): Promise<boolean> {
  if (!worthAgain(last?.outcome) || !parts.retries.take(parts.clock.monotonicMs())) return false;
  const pauseMs = parts.settings.retryDelayMs * (0.5 + parts.random());
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return true;
}

function answered({ plan, outcome }: Asked, status: 'completed' | 'failed' | 'cancelled', sent: boolean): Ending {
  return { status, error: outcome.error, plan, tally: outcome.tally, billable: sent };
}

function cancelled(last: Asked | undefined): Ending {
  return { status: 'cancelled', plan: last?.plan, tally: last?.outcome.tally, billable: false };
}

function failed(exchange: Exchange, error: LlmError, last: Asked | undefined): Ending {
  exchange.delivery.fail(error, ownHeaders(exchange));
  return { status: 'failed', error, plan: last?.plan, tally: last?.outcome.tally, billable: false };
}

interface Asked {
  readonly plan: Plan;
  readonly outcome: Outcome;
}

const nothingToAsk: LlmError = { kind: 'internal', message: 'The route has no target.' };
