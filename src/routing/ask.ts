/** What routing must know of a request. */
import type { Target } from '../snapshot/snapshot.ts';
import type { Preferences } from './preferences.ts';
import type { SmartInput } from './smart/input.ts';

/** What a target must be able to do for this request; what is not named is not needed. */
export interface Needs {
  readonly tools?: true;
  readonly image?: true;
  readonly pdf?: true;
  readonly audio?: true;
  readonly video?: true;
  readonly thinking?: true;
}

export interface RoutingAsk {
  readonly keyId: string;
  /** Estimated, rather too many than too few. */
  readonly inputTokens: number;
  /** More output than this the caller does not want. */
  readonly outputTokensMax: number;
  readonly needs: Needs;
  readonly preferences: Preferences;
  /** Whether the caller's key may be answered by this model. */
  readonly mayCall: (modelId: string) => boolean;
  /** Whom an experiment keeps with one arm. */
  readonly subjects: {
    readonly user?: string | undefined;
    readonly session?: string | undefined;
    readonly key: string;
    readonly request: string;
  };
  /** Whether this target can open what another answer of this conversation was sealed with. Absent: nothing is sealed. */
  readonly opens?: ((target: Target) => boolean) | undefined;
  /** What this target would lose or refuse of the request, for whoever asks for none of that; undefined: nothing. */
  readonly loses?: ((target: Target) => string | undefined) | undefined;
  /** Read only where a strategy scores the text. */
  readonly smartInput: () => SmartInput;
}
