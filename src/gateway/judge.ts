/** What an attempt says of its target: to its health, to its measures, and to the operator where something must be done. */
import { type ErrorKind, errorKinds, type LlmError } from '../llm/error.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Dispatched, Outcome } from './attempt.ts';
import type { Verdict } from './capacity/capacity.ts';
import type { Visit } from './exchange.ts';
import type { GatewayParts } from './parts.ts';

/** A caller who hangs up says nothing about the provider, nor does one who made a mistake. */
export function judge({ id }: Visit, target: Target, { run, outcome }: Dispatched, parts: GatewayParts): void {
  const { health, measures, capacity, clock } = parts;
  const totalMs = clock.monotonicMs() - run.startedAt;
  const firstTokenMs = run.firstShownAt === undefined ? undefined : run.firstShownAt - run.startedAt;
  const { error, tally } = outcome;
  capacity.leave(target, run.startedAt, verdictOf(outcome));
  if (error !== undefined) {
    // It answers others: this one was too many, and its target is not ill.
    const isFull = isForLoad(error) && capacity.isAnswering(target);
    if (isFull) health.unproven(target);
    const isEjected = !isFull && health.failed(target, error, totalMs);
    if (isProviders(error.kind)) measures.observe(target, { firstTokenMs, totalMs, ok: false });
    else measures.left(target);
    tell(id, target, error, isEjected, parts);
  } else if (outcome.type === 'answered' && outcome.status === 'completed') {
    health.succeeded(target);
    const outputTokens = tally.usage?.output || tally.outputTokensSeen;
    measures.observe(target, { firstTokenMs, totalMs, outputTokens, ok: true });
  } else {
    health.unproven(target);
    measures.left(target);
  }
}

function verdictOf({ type, error }: Outcome): Verdict {
  if (error !== undefined) return isForLoad(error) ? 'refused-for-load' : 'other';
  return type === 'answered' ? 'answered' : 'other';
}

/** A provider that asks for more than a moment limits by the minute, not by what it can bear. */
const momentMs = 2_000;

function isForLoad({ kind, upstreamStatus, retryAfterMs = 0 }: LlmError): boolean {
  if (upstreamStatus === undefined || retryAfterMs > momentMs) return false;
  return kind === 'overloaded' || kind === 'rate-limited' || upstreamStatus === 503;
}

/** A rate limit is no failure, and says nothing of how well those are answered that are let in. */
function isProviders(kind: ErrorKind): boolean {
  return errorKinds[kind].retryable && kind !== 'rate-limited' && kind !== 'unavailable';
}

/** Another target may hide it from callers; from the operator nothing does. Not in the provider's words: they may quote the prompt. */
function tell(requestId: string, target: Target, error: LlmError, isEjected: boolean, { log }: GatewayParts): void {
  const { kind, upstreamStatus } = error;
  const fields = { requestId, provider: target.credential.id, target: target.model.id, kind, upstreamStatus };
  if (kind === 'upstream-credential' && target.credential.ownedBy !== undefined)
    log.warn(fields, "a provider refused an organization's own credential");
  else if (kind === 'upstream-credential') log.error(fields, 'a provider refused our credential');
  if (isEjected) log.warn(fields, 'a target fails and is left out for a while');
}
