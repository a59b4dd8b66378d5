/** What becomes of a claim when its request is over. Never two charges for one key, unless the first was refused. */
import type { ErrorKind } from '../../llm/error.ts';
import type { VisitEnding } from '../exchange.ts';

/**
 * `keep`: the answer is given again. `release`: nothing was produced, the next request runs. The others are told to
 * whoever comes next: a provider has worked, and there is no whole answer to give.
 */
export type Fate = 'keep' | 'release' | 'interrupted' | 'too-large';

/** A provider that says so says it again: the same body will not do. */
const lasting: ReadonlySet<ErrorKind> = new Set(['invalid-request', 'too-long', 'body-too-large']);

/** `ending`: undefined where the request ended before anybody could be asked. */
export function fateOf(
  ending: VisitEnding | undefined,
  recording: { readonly ended: boolean; readonly full: boolean },
): Fate {
  if (ending === undefined) return 'release';
  const { status, error, billable } = ending;
  const refused = error?.upstreamStatus !== undefined && lasting.has(error.kind) && !billable;
  if (status !== 'completed' && !refused) return billable ? 'interrupted' : 'release';
  if (recording.full) return 'too-large';
  return recording.ended ? 'keep' : 'interrupted';
}
