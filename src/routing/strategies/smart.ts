/** Routine requests to the cheap members, complex ones to the strong: members stand from cheap to strong. */
import type { SmartRule } from '../../snapshot/strategy.ts';
import { chooseTier } from '../smart/tier.ts';
import type { Order } from './option.ts';

export function smart(thresholds: readonly number[] | undefined, rules: readonly SmartRule[]): Order {
  return (options, { ask, facts }) => {
    if (options.length < 2) return options;
    const choice = chooseTier(ask.smartInput(), options.length, { rules, ...(thresholds && { thresholds }) });
    facts.smart = choice;
    // The chosen one; then who is stronger, nearest first: a harder question is answered by them too. Then the rest.
    const able = options.slice(choice.tier);
    facts.able = new Set(able.flatMap(({ candidates }) => candidates));
    return [...able, ...options.slice(0, choice.tier).toReversed()];
  };
}
