/**
 * What a provider says it used, believed as far as it can be. Missing, absurd or lying numbers are replaced by our own
 * count and flagged; they are never zero, and never a reason to charge nothing.
 */
import { unpricedKinds } from '../../catalog/charge.ts';
import type { UsageStatus } from '../../journal/record.ts';
import { leavesCounts } from '../../llm/unpriced.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import type { Tally } from '../answer/tally.ts';
import type { Exchange } from '../exchange.ts';
import type { Plan } from '../plan.ts';
import { estimateInput } from './input-estimate.ts';
import type { JudgedUsage } from './judged-usage.ts';

export function judgeUsage(exchange: Exchange, plan: Plan, tally: Tally, status: UsageStatus): JudgedUsage {
  const flags = [...tally.usageFlags];
  const said = tally.usage ?? {};
  if (tally.usage === undefined) flags.push('usage-missing');
  const input = judgeInput(exchange, plan, said, flags);
  const output = judgeOutput(said, tally, status, flags);
  const usage: Usage = { ...noUsage, ...said, input, output };
  flags.push(...unpricedKinds(plan.price, usage));
  const estimated = flags.some((flag) => !leavesCounts(flag));
  return { usage: bounded(usage), estimated, flags, charged: true };
}

/** A prompt is never empty, and never larger than the model's context. */
function judgeInput(exchange: Exchange, plan: Plan, said: Partial<Usage>, flags: string[]): number {
  const total = (said.input ?? 0) + (said.cacheRead ?? 0) + (said.cacheWrite5m ?? 0) + (said.cacheWrite1h ?? 0);
  const contextTokens = plan.target.model.contextTokens;
  if (said.input !== undefined && total > 0) {
    if (contextTokens === undefined || total <= contextTokens * 4) return said.input;
    flags.push('absurd:input-over-context');
  } else if (said.input !== undefined) {
    flags.push('lying:no-input');
  } else if (!flags.includes('usage-missing')) {
    flags.push('input-missing');
  }
  return estimateInput(exchange);
}

/** Of a broken or cancelled answer the provider's last word may be early: what came counts. */
function judgeOutput(said: Partial<Usage>, tally: Tally, status: UsageStatus, flags: string[]): number {
  const seen = Math.ceil(tally.outputTokensSeen);
  if (status !== 'completed' && !tally.complete) {
    const isMore = said.output !== undefined && said.output > seen;
    flags.push(isMore ? 'output-early' : 'output-counted');
    return isMore ? said.output : seen;
  }
  if (said.output === undefined) {
    if (!flags.includes('usage-missing')) flags.push('output-missing');
    return seen;
  }
  if (said.output === 0 && seen > 0) {
    flags.push('lying:no-output');
    return seen;
  }
  return said.output;
}

/** Parts cannot be larger than their whole. */
function bounded(usage: Usage): Usage {
  return {
    ...usage,
    thinking: Math.min(usage.thinking, usage.output),
    audioInput: Math.min(usage.audioInput, usage.input),
    audioOutput: Math.min(usage.audioOutput, usage.output),
  };
}
