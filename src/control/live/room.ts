/** How many may look at once. */
import { ApiFailure } from '../api/failure.ts';
import type { Viewer } from './viewer.ts';

export const viewersMax = 300;
/** Of one organization's own requests; operators who look at everybody's count only among all. */
export const viewersPerOrganizationMax = 60;
const retryAfterSeconds = 10;

/** Throws ApiFailure. */
export function checkRoom(viewers: ReadonlySet<Viewer>, organizationId: string | undefined): void {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  if (viewers.size >= viewersMax) {
    throw new ApiFailure('unavailable', `${viewersMax} live views are open at this instance, which is its limit.`, {
      remedy: 'Close one that nobody looks at, or try again later.',
      headers,
    });
  }
  if (organizationId === undefined) return;
  const same = [...viewers].filter(({ facts }) => facts.organizationId === organizationId).length;
  if (same < viewersPerOrganizationMax) return;
  throw new ApiFailure('rate_limited', `${same} live views of this organization are open, which is the limit.`, {
    remedy: 'Close one that nobody looks at, or try again later.',
    headers,
  });
}
