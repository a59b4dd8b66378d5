/** A provider that is turned on, as the credential that stands for it. */
import type { Credential } from '../snapshot/snapshot.ts';

export interface ActiveProvider extends Credential {
  readonly models: readonly string[];
  /** It has a type: what the environment says of its vendor is not meant for it. */
  readonly typed?: true;
  /** It was made through the API. */
  readonly isStored?: true;
  /** The operator's deployments by the names of their models. */
  readonly deployments?: Readonly<Record<string, string>>;
}
