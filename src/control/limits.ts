/** Rate limits as people give them, and as the database keeps them. */
import { type LimitName, type Limits, limitMax, limitNames } from '../llm/limits.ts';
import { Refusal } from './refusal.ts';

/** For the column: null when nothing is limited. Throws Refusal for anything that is not a whole number in range. */
export function checkLimits(limits: Limits | undefined): Limits | null {
  const given = limitNames.flatMap((name): [LimitName, number][] => {
    const value = limits?.[name];
    return value === undefined ? [] : [[name, value]];
  });
  for (const [name, value] of given) {
    if (Number.isInteger(value) && value >= 1 && value <= limitMax) continue;
    throw new Refusal(
      `${value} is not a limit (${name}).`,
      `Give a whole number from 1 to ${limitMax.toLocaleString('en-US')}, or leave the limit out for none.`,
    );
  }
  return given.length === 0 ? null : Object.fromEntries(given);
}

/** By their numbers: the database gives members back in an order of its own. */
export function sameLimits(one: Limits | null | undefined, other: Limits | null | undefined): boolean {
  return limitNames.every((name) => one?.[name] === other?.[name]);
}
