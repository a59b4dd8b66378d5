/** Entity tags: whoever has read a thing may ask for it only if it changed, and change it only if it did not. */
import { hash } from 'node:crypto';
import { ApiFailure } from './failure.ts';

/** Traffic alone changes these; whoever edits a thing must not lose to its next request. */
const volatile = new Set(['lastUsedAt', 'spent', 'held', 'endsAt', 'health', 'modelCount']);

/** Of an answer as JSON: what people set, a point, and all that it shows. */
export function etagOf(answer: unknown): string {
  return `"${digest(answer, volatile)}.${digest(answer)}"`;
}

function digest(answer: unknown, without?: ReadonlySet<string>): string {
  const text = JSON.stringify(answer, (name, member: unknown) => (without?.has(name) ? undefined : member)) ?? '';
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** `*`, or one of a list, as If-None-Match has it; weak ones are compared as if they were not. */
export function matchesEtag(header: string, etag: string): boolean {
  return tagsIn(header).some((each) => each === '*' || each === etag);
}

/** The same for If-Match: what only traffic has changed still matches. */
function matchesState(header: string, etag: string): boolean {
  return tagsIn(header).some((each) => each === '*' || stateOf(each) === stateOf(etag));
}

function tagsIn(header: string): readonly string[] {
  return header.split(',').map((each) => each.trim().replace(/^W\//, ''));
}

function stateOf(etag: string): string {
  return etag.split('.', 1)[0] ?? '';
}

/** `state`: what is there now; undefined: nothing, which its handler tells. Throws ApiFailure (precondition_failed). */
export function checkMatch(header: string, hasState: boolean, state: unknown): void {
  if (!hasState) {
    throw new ApiFailure('invalid_request', 'What this route changes has no entity tag.', {
      remedy: 'Leave If-Match out.',
      path: 'If-Match',
    });
  }
  if (state === undefined || matchesState(header, etagOf(state))) return;
  throw new ApiFailure('precondition_failed', 'It was changed since it was read; nothing was changed now.', {
    remedy: 'Get it again, look whether the change is still right, and send it with the new ETag.',
    path: 'If-Match',
  });
}
