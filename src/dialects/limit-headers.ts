/**
 * A caller's rate limits in the headers that its SDK reads. Of several limits on one unit the tightest is told, be it by
 * minute or by day. How many requests may run at once has no header in any dialect.
 * https://platform.openai.com/docs/guides/rate-limits · https://docs.anthropic.com/en/api/rate-limits
 */
import type { LimitState } from '../llm/limit-state.ts';
import type { LimitUnit } from '../llm/limits.ts';

export type LimitHeaders = (states: readonly LimitState[], nowMs: number) => Record<string, string>;

export const openaiLimitHeaders: LimitHeaders = (states) => {
  const headers: Record<string, string> = {};
  // This dialect knows no tokens of input or output alone.
  for (const [unit, state] of tightest(states, (each) => (each === 'requests' ? each : 'tokens'))) {
    headers[`x-ratelimit-limit-${unit}`] = String(state.limit);
    headers[`x-ratelimit-remaining-${unit}`] = String(state.remaining);
    headers[`x-ratelimit-reset-${unit}`] = `${(state.resetMs / 1000).toFixed(3)}s`;
  }
  return headers;
};

export const anthropicLimitHeaders: LimitHeaders = (states, nowMs) => {
  const headers: Record<string, string> = {};
  for (const [unit, state] of tightest(states)) {
    headers[`anthropic-ratelimit-${unit}-limit`] = String(state.limit);
    headers[`anthropic-ratelimit-${unit}-remaining`] = String(state.remaining);
    headers[`anthropic-ratelimit-${unit}-reset`] = new Date(nowMs + state.resetMs).toISOString();
  }
  return headers;
};

function tightest(
  states: readonly LimitState[],
  toldAs: (unit: LimitUnit) => LimitUnit = (unit) => unit,
): ReadonlyMap<LimitUnit, LimitState> {
  const byUnit = new Map<LimitUnit, LimitState>();
  for (const state of states) {
    const unit = toldAs(state.unit);
    const known = byUnit.get(unit);
    if (known === undefined || state.remaining < known.remaining) byUnit.set(unit, state);
  }
  return byUnit;
}
