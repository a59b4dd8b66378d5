/** How one credential does, as this instance sees it, for the management API. */
import type { Credential } from '../../snapshot/snapshot.ts';
import type { GatewayParts } from '../parts.ts';
import type { LastError } from '../upstream/health-history.ts';

export interface CredentialHealth {
  readonly state: 'up' | 'ejected' | 'returning' | 'reserved';
  /** When it is asked again: Unix milliseconds. */
  readonly untilMs?: number;
  readonly minutes: readonly { readonly ok: number; readonly failed: number }[];
  readonly firstTokenP50Ms?: number;
  readonly lastError?: LastError;
}

export function credentialHealth(
  credential: Credential,
  { clock, health, measures }: Pick<GatewayParts, 'clock' | 'health' | 'measures'>,
): CredentialHealth {
  const asked = [...measures.known()].filter((each) => each.credential.id === credential.id);
  const { firstTokenP50Ms } = measures.together(asked);
  // No model has an empty name: what is said of it is said of all. A provider's limits are said of each model.
  const ofAll = health.stateOf({ credential, model: { id: '' } });
  const reserved = asked.map((target) => health.stateOf(target)).find(({ state }) => state === 'reserved');
  const { state, untilMs } = ofAll.state === 'up' ? (reserved ?? ofAll) : ofAll;
  return {
    state,
    ...(untilMs !== undefined && { untilMs: clock.nowMs() + untilMs - clock.monotonicMs() }),
    ...(firstTokenP50Ms !== undefined && { firstTokenP50Ms }),
    ...health.history.of(credential.id, clock.nowMs()),
  };
}
