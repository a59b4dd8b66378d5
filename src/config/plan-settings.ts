/** `plans:` of the configuration file. */
import { z } from 'zod';
import { choice, wholeNumber } from './leaves.ts';

export const plans = z.strictObject({
  graceDays: wholeNumber(0, 90, 'days')
    .default(3)
    .describe('How long a plan whose month is not paid goes on, without its allowance.'),
  afterGrace: choice(['free', 'stop']).default('free').describe('Then: the free plan, if one is for sale, or no plan.'),
});
