/** Several credentials of the installation for one provider: what is known of them. */
import type { Credential } from './snapshot.ts';

export interface PoolMember {
  /** Its id is `<something>:<provider>`, or the provider's name. */
  readonly credential: Credential;
  /** Above 0. */
  readonly weight: number;
  /** Lower ones are asked first. */
  readonly priority: number;
}

/** By the provider's name, which is the id of the credential that stands for all of them. Never empty. */
export type Pools = ReadonlyMap<string, readonly PoolMember[]>;
