/** What a caller is told that a limit holds back: which, whose, how much, when to come back, and what else to do. */
import { LlmFailure } from '../../llm/error.ts';
import type { SlotLimit, WindowLimit } from './chain.ts';

/** When a running request ends is nobody's to say. */
const slotWaitMs = 1_000;

export function windowRefusal(found: WindowLimit, waitMs: number, share: number | undefined): LlmFailure {
  const { limit, unit, per, owner } = found;
  const rule = `The limit of ${limit} ${unit.replace('-', ' ')} per ${per} of ${owner} is reached${ofShare(share)}.`;
  return refusal(`${rule} Try again in ${spell(waitMs)}, or ask the operator for a higher limit.`, waitMs);
}

export function slotRefusal({ limit, owner }: SlotLimit, share: number | undefined): LlmFailure {
  const rule = `The limit of ${limit} concurrent requests of ${owner} is reached${ofShare(share)}.`;
  return refusal(`${rule} Try again when one of them has ended, or ask the operator for a higher limit.`, slotWaitMs);
}

/** The operator reads this too: without it the number would look wrong. */
function ofShare(share: number | undefined): string {
  return share === undefined ? '' : ` (this instance admits ${share} of them while the shared count is away)`;
}

function refusal(message: string, retryAfterMs: number): LlmFailure {
  return new LlmFailure({ kind: 'rate-limited', message, code: 'rate_limit_exceeded', retryAfterMs });
}

function spell(waitMs: number): string {
  const seconds = Math.ceil(waitMs / 1000);
  return seconds < 7_200 ? `${seconds} s` : `${Math.ceil(seconds / 3_600)} h`;
}
