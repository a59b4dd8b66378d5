/** What an attempt says of its target: to its health, to its measures, and to the operator where something must be done. */
import { type ErrorKind, errorKinds, type LlmError } from '../llm/error.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Dispatched } from './attempt.ts';
import type { Visit } from './exchange.ts';
import type { GatewayParts } from './parts.ts';

/** A caller who hangs up says nothing about the provider, nor does one who made a mistake. */
export function judge({ id }: Visit, target: Target, { run, outcome }: Dispatched, parts: GatewayParts): void {
  const { health, measures, clock } = parts;
  const totalMs = clock.monotonicMs() - run.startedAt;
  const firstTokenMs = run.firstShownAt === undefined ? undefined : run.firstShownAt - run.startedAt;
  const { error, tally } = outcome;
  if (error !== undefined) {
    const isEjected = health.failed(target, error, totalMs);
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

/** A rate limit is no failure, and says nothing of how well those are answered that are let in. */
function isProviders(kind: ErrorKind): boolean {
  return errorKinds[kind].retryable && kind !== 'rate-limited' && kind !== 'unavailable';
}

/** Another target may hide it from callers; from the operator nothing does. */
function tell(requestId: string, target: Target, error: LlmError, isEjected: boolean, { log }: GatewayParts): void {
  const { kind, upstreamStatus, internal } = error;
  const fields = { requestId, provider: target.credential.id, target: target.model.id, kind, upstreamStatus };
  if (kind === 'upstream-credential') log.error({ ...fields, why: internal }, 'a provider refused our credential');
  if (isEjected) log.warn(fields, 'a target fails and is left out for a while');
}
