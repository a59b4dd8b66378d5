/** Calls that the gateway itself answers count as requests of their key, so that nobody asks them without end. */
import type { Route } from '../../snapshot/snapshot.ts';
import type { Admitted } from '../admit.ts';
import type { Visit } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';

/** As one request, without tokens. Rejects with LlmFailure (rate-limited), or as `work` does. */
export async function withinLimits<T>(
  visit: Pick<Visit, 'id' | 'key' | 'limitStates'>,
  route: Route,
  { limits, clock }: GatewayParts,
  work: () => Promise<T>,
): Promise<T> {
  const { id, key } = visit;
  const counted: Admitted = { id, key, limitStates: [], admission: undefined, ask: { inputTokensEstimate: 0 } };
  try {
    const admitted = limits.admit(counted, route, clock.monotonicMs());
    if (admitted !== undefined) await admitted;
    return await work();
  } finally {
    visit.limitStates = counted.limitStates;
    counted.admission?.end(clock.monotonicMs());
  }
}
