/**
 * A caller's rate limits in the headers that its SDK reads. Of several limits on one unit the tightest is told.
 * https://platform.openai.com/docs/guides/rate-limits · https://docs.anthropic.com/en/api/rate-limits
 */
import type { LimitState } from '../llm/limit-state.ts';

export type LimitHeaders = (states: readonly LimitState[], nowMs: number) => Record<string, string>;

export const openaiLimitHeaders: LimitHeaders = (states) => {
  const headers: Record<string, string> = {};
  for (const state of tightest(states)) {
    headers[`x-ratelimit-limit-${state.unit}`] = String(state.limit);
    headers[`x-ratelimit-remaining-${state.unit}`] = String(state.remaining);
    headers[`x-ratelimit-reset-${state.unit}`] = `${(state.resetMs / 1000).toFixed(3)}s`;
  }
  return headers;
};

export const anthropicLimitHeaders: LimitHeaders = (states, nowMs) => {
  const headers: Record<string, string> = {};
  for (const state of tightest(states)) {
    headers[`anthropic-ratelimit-${state.unit}-limit`] = String(state.limit);
    headers[`anthropic-ratelimit-${state.unit}-remaining`] = String(state.remaining);
    headers[`anthropic-ratelimit-${state.unit}-reset`] = new Date(nowMs + state.resetMs).toISOString();
  }
  return headers;
};

function tightest(states: readonly LimitState[]): LimitState[] {
  const byUnit = new Map<string, LimitState>();
  for (const state of states) {
    const known = byUnit.get(state.unit);
    if (known === undefined || state.remaining < known.remaining) byUnit.set(state.unit, state);
  }
  return [...byUnit.values()];
}
