/** Entity tags: whoever has read a thing may ask for it only if it changed, and change it only if it did not. */
import { hash } from 'node:crypto';
import { ApiFailure } from './failure.ts';

/** Use alone changes these; whoever edits a key must not lose to its next request. */
const volatile = new Set(['lastUsedAt']);

/** Of an answer as JSON. */
export function etagOf(answer: unknown): string {
  const text = JSON.stringify(answer, (name, member: unknown) => (volatile.has(name) ? undefined : member)) ?? '';
  return `"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
}

/** `*`, or one of a list, as If-Match and If-None-Match have it; weak ones are compared as if they were not. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
}

/** `state`: what is there now; undefined: nothing, which its handler tells. Throws ApiFailure (precondition_failed). */
export function checkMatch(header: string, hasState: boolean, state: unknown): void {
  if (!hasState) {
    throw new ApiFailure('invalid_request', 'What this route changes has no entity tag.', {
      remedy: 'Leave If-Match out.',
      path: 'If-Match',
    });
  }
  if (state === undefined || matchesEtag(header, etagOf(state))) return;
  throw new ApiFailure('precondition_failed', 'It was changed since it was read; nothing was changed now.', {
    remedy: 'Get it again, look whether the change is still right, and send it with the new ETag.',
    path: 'If-Match',
  });
}
