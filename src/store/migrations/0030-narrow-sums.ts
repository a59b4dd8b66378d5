import type { Migration } from './migration.ts';
import { narrowSums } from './usage/narrow-sums.ts';

/**
 * Groups by key, tag and end user in a few hundred sums instead of one for each model of each. Indexes of usage without
 * the request's id: rows that began in the same millisecond are few, and sorted when they are read.
 */
export const narrowUsage: Migration = {
  version: 30,
  name: 'narrow-sums',
  statements: [
    ...narrowSums,
    ...['started', 'key', 'organization', 'session', 'end_user', 'failed'].map((name) => `DROP INDEX usage_${name}`),
    'CREATE INDEX usage_started ON usage (started_at)',
    'CREATE INDEX usage_key ON usage (key_id, started_at)',
    'CREATE INDEX usage_organization ON usage (organization_id, started_at)',
    'CREATE INDEX usage_session ON usage (session_id, started_at) WHERE session_id IS NOT NULL',
    'CREATE INDEX usage_end_user ON usage (end_user, started_at) WHERE end_user IS NOT NULL',
    `CREATE INDEX usage_failed ON usage (started_at) WHERE status <> 'completed'`,
  ],
};
