import type { Migration } from './migration.ts';
import { wholeSums } from './usage/narrow-sums.ts';

/** First pages read a sum for each hour instead of one for each model, provider and outcome in it. */
export const wholeUsage: Migration = { version: 33, name: 'whole-sums', statements: wholeSums };
