/** Rate limits as people give them, and as the database keeps them. */
import { type Limits, limitMax } from '../snapshot/snapshot.ts';
import { Refusal } from './refusal.ts';

/** For the column: null when nothing is limited. Throws Refusal for anything that is not a whole number in range. */
export function checkLimits(limits: Limits | undefined): Limits | null {
  const { requestsPerMinute, tokensPerMinute } = limits ?? {};
  for (const value of [requestsPerMinute, tokensPerMinute]) {
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= limitMax)) continue;
    throw new Refusal(
      `${value} is not a limit per minute.`,
      `Give a whole number from 1 to ${limitMax.toLocaleString('en-US')}, or leave the limit out for none.`,
    );
  }
  if (requestsPerMinute === undefined && tokensPerMinute === undefined) return null;
  return {
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
  };
}

/** By their numbers: the database gives members back in an order of its own. */
export function sameLimits(one: Limits | null, other: Limits | null): boolean {
  return one?.requestsPerMinute === other?.requestsPerMinute && one?.tokensPerMinute === other?.tokensPerMinute;
}
