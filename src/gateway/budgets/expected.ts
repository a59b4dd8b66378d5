/** What a request is expected to use, before anybody is asked: what it holds on its budgets to begin with. */
import { type JsonScan, readField } from '../../lib/json.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Exchange } from '../exchange.ts';
import type { Funds } from './funds.ts';

/**
 * The whole input, and of the output a first step: a stream's hold grows with it. An answer in one piece cannot grow,
 * so it holds what answers of this model usually have, or less where the caller asks for less.
 */
export function expectedChat({ ask }: Exchange, funds: Funds): (target: Target | undefined) => Usage {
  return (target) => {
    const contextTokens = target?.model.contextTokens ?? Number.POSITIVE_INFINITY;
    const input = Math.min(ask.inputTokensEstimate, contextTokens);
    const usual = ask.stream ? funds.stepTokens : funds.memory.expected(target?.model.id ?? '');
    return { ...noUsage, input, output: Math.min(usual, askedMax(ask.scan)) };
  };
}

/** The limits of dialects whose limit stands at the top of the body. */
const limitFields = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];

function askedMax(scan: JsonScan): number {
  const limits = limitFields.map((name) => readField(scan, name)).filter((value) => typeof value === 'number');
  return Math.max(1, Math.min(...limits, Number.POSITIVE_INFINITY));
}
