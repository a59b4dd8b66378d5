/** What a target would not get of a request: found by planning the call, which nobody makes. */
import { LlmFailure } from '../../llm/error.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Exchange } from '../exchange.ts';
import { type PlanTools, planCall } from '../plan.ts';

/** Undefined: it takes all of it, as far as is known here. */
export function lossAt(exchange: Exchange, target: Target, tools: PlanTools): string | undefined {
  const notes = [...exchange.notes.list];
  try {
    const lost = planCall(exchange, target, tools).notes.map(({ field, why }) => `${field} (${why})`);
    return lost.length === 0 ? undefined : lost.join(', ');
  } catch (error) {
    if (!(error instanceof LlmFailure)) throw error;
    const { kind, param, message } = error.error;
    // What else speaks against it is told where it is asked.
    return kind === 'invalid-request' ? `${param ?? 'the request'} (${message})` : undefined;
  } finally {
    exchange.replaceNotes(notes);
  }
}
