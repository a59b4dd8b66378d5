import type { Call } from '../providers/provider.ts';
import type { Target } from '../snapshot/snapshot.ts';

/** A call to one target, as paths and quirks of its vendor see it. */
export function callOf({ model, credential }: Target, stream: boolean): Call {
  return { model: model.target.name, stream, settings: credential.settings };
}
