import { usagePosting } from './ledger/usage-posting.ts';
import type { Migration } from './migration.ts';
import { usageBatches } from './usage/batches.ts';
import { usagePartitions } from './usage/partitions.ts';

/** Migration 4's own words. Those that have rows of usage in their signature are made again for the new table. */
const ofRows = usagePosting.filter((statement) => /\bu usage\b/.test(statement.slice(0, statement.indexOf('AS $$'))));
const ofIds = usagePosting.filter((statement) => statement.includes('(ids text[]'));

/** All rows of a posting began between `since` and `until`: no other partition is asked for them. */
function byTime(statement: string): string {
  return statement
    .replace('(ids text[]', '(since timestamptz, until timestamptz, ids text[]')
    .replaceAll('(ids, holds)', '(since, until, ids, holds)')
    .replaceAll(
      'charge_usage(ids);',
      'charge_usage(since, until, ids);\n    INSERT INTO usage_batches (since, until, ids) VALUES (since, until, ids);',
    )
    .replaceAll('u.request_id = ANY (ids)', 'u.request_id = ANY (ids) AND u.started_at BETWEEN since AND until');
}

/**
 * A program of before this migration cannot write usage beside it (its ON CONFLICT names the id alone); its journal
 * keeps everything until it is replaced, and the next one ships it.
 */
export const usageByTime: Migration = {
  version: 20,
  name: 'usage-by-time',
  statements: [
    'DROP FUNCTION budgets_of(usage)',
    'DROP FUNCTION units_of(text, usage)',
    'DROP FUNCTION post_usage(text[], jsonb)',
    'DROP FUNCTION count_budgets(text[], jsonb)',
    'DROP FUNCTION release_leases(text[], jsonb)',
    'DROP FUNCTION charge_usage(text[])',
    ...usagePartitions,
    ...usageBatches,
    ...ofRows,
    ...ofIds.map(byTime),
  ],
};
