/** What a request to `/api/v1/stats` asks, within what its caller may see. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure } from '../api/failure.ts';
import { type AskedPeriod, periodOf, statsQuery } from './schemas.ts';
import type { Asked } from './sums.ts';

export const tag = 'stats';
export const query = z.strictObject(statsQuery);
export type Query = z.output<typeof query>;

export const isOperator = (caller: Caller) => caller.role === 'operator';

/** Only what the caller may see, whatever it asks for. Throws ApiFailure. */
export function askedOf(
  caller: Caller,
  { period: _, since: __, until: ___, ...filter }: Query,
  within: AskedPeriod,
  nowMs: number,
): Asked {
  const times = periodOf(within, nowMs);
  if (times === undefined) {
    throw new ApiFailure('invalid_request', 'The period ends before it begins, or is longer than five years.', {
      path: 'until',
      remedy: 'Let `since` be before `until`; without `until` it is now.',
    });
  }
  if (filter.organizationId !== undefined)
    checkOwner(caller, filter.organizationId, 'organization', filter.organizationId);
  if (filter.credential !== undefined && !isOperator(caller)) throw operatorsOnly('credential');
  return {
    ...times,
    nowMs,
    filter: { ...filter, organizationId: filter.organizationId ?? visibleOrganization(caller) },
  };
}

export const operatorsOnly = (path: string) =>
  new ApiFailure('forbidden', 'Which credential served a request is for operators of the installation.', {
    path,
    remedy: 'Ask by provider or model instead.',
  });

export const shownPeriod = ({ sinceMs, untilMs }: Asked) => ({ since: sinceMs, until: untilMs });

export const costsOnly = () =>
  new ApiFailure('forbidden', 'What providers take is for operators of the installation.', {
    path: 'metric',
    remedy: 'Ask for `charge` instead.',
  });
