/** Which failures another target may do better at, and which target. */
import { errorKinds, type LlmError } from '../llm/error.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Outcome } from './attempt.ts';
import type { FailurePolicy } from './exchange.ts';

/**
 * A caller's own mistake is one everywhere, and so is a journal that cannot be written. A model that one provider does not
 * have, or whose context is too short, is another matter: the route says.
 */
export function mayFallOver({ kind }: LlmError, policy: FailurePolicy): boolean {
  if (kind === 'model-not-found') return policy.onModelNotFound !== 'fail';
  if (kind === 'too-long') return policy.onTooLong !== 'fail';
  return errorKinds[kind].retryable && kind !== 'unavailable';
}

interface Asked {
  readonly plan: { readonly target: Target };
  readonly outcome: Outcome;
}

/** After a prompt that was too long, only a context that is known to be larger is worth asking. */
export function isLargeEnough({ model }: Target, last: Asked | undefined): boolean {
  if (last?.outcome.error?.kind !== 'too-long') return true;
  return (model.contextTokens ?? 0) > (last.plan.target.model.contextTokens ?? 0);
}
