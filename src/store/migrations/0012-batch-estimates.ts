import type { Migration } from './migration.ts';

/**
 * What a file of requests asks, and what a batch of it may cost, so that no batch is begun that nobody can pay for.
 * `settled`: the batch's answers are charged, or there will be none.
 */
export const batchEstimates: Migration = {
  version: 12,
  name: 'batch-estimates',
  statements: [
    `ALTER TABLE resources
      ADD COLUMN asks jsonb,
      ADD COLUMN estimate_nano_usd bigint CHECK (estimate_nano_usd >= 0),
      ADD COLUMN estimate_tokens bigint CHECK (estimate_tokens >= 0),
      ADD COLUMN settled boolean NOT NULL DEFAULT false`,
    `CREATE INDEX resources_batches ON resources (organization_id, created_at) WHERE estimate_nano_usd IS NOT NULL`,
  ],
};
