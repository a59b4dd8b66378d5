/** What a chat is expected to use: what it holds on its budgets to begin with. */
import { type JsonScan, readField } from '../../lib/json.ts';
import { noUsage } from '../../llm/usage.ts';
import type { Exchange } from '../exchange.ts';
import { estimateInput } from '../metering/input-estimate.ts';
import type { Expected } from './expectation.ts';
import type { OutputMemory } from './output-memory.ts';

/**
 * The whole input, and of the output a first step: a stream's hold grows with it. An answer in one piece cannot grow,
 * so it holds what answers of this model usually have, or less where the caller asks for less.
 */
export function expectedChat(exchange: Exchange, stepTokens: number, memory: OutputMemory): Expected {
  const { ask } = exchange;
  return (target, closely) => {
    const contextTokens = target?.model.contextTokens ?? Number.POSITIVE_INFINITY;
    const counted = closely ? Math.min(estimateInput(exchange), ask.inputTokensEstimate) : ask.inputTokensEstimate;
    const input = Math.min(counted, contextTokens);
    const usual = ask.stream ? stepTokens : memory.expected(target?.model.id ?? '');
    const outputMax = askedMax(ask.scan);
    return { usage: { ...noUsage, input, output: Math.min(usual, outputMax) }, outputMax };
  };
}

/** The limits of dialects whose limit stands at the top of the body. */
const limitFields = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];

/** At most as many output tokens does the caller want. */
export function askedMax(scan: JsonScan): number {
  let most = Number.POSITIVE_INFINITY;
  for (const { name } of scan.fields) {
    const value = limitFields.includes(name) ? readField(scan, name) : undefined;
    if (typeof value === 'number') most = Math.min(most, value);
  }
  return Math.max(1, most);
}
