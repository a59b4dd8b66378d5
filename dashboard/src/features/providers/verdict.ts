/** What a test of a connection found, for showing. */
import type { ConnectionVerdict } from '@tollgate/client';

export type Tested = ConnectionVerdict & { readonly credentialId: string };

export function verdictsOf(tested: readonly Tested[] | undefined): ReadonlyMap<string, ConnectionVerdict> {
  return new Map(tested?.map((each) => [each.credentialId, each]));
}

/** By its kind: what works, what may pass, what somebody has to do something about. */
export function toneOf({ verdict }: Pick<ConnectionVerdict, 'verdict'>): 'good' | 'warning' | 'bad' {
  if (verdict === 'ok') return 'good';
  return verdict === 'reachable' || verdict === 'rate-limited' ? 'warning' : 'bad';
}
