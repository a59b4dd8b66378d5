import type { Migration } from './migration.ts';

/**
 * How far the scheduled check of the ledger has read, and what every account came to there: it goes on from this row.
 * `full_at`: when everything was read the last time. It is no proof for anybody: whoever rewrites the past can rewrite it.
 */
export const ledgerCheckpoint: Migration = {
  version: 17,
  name: 'ledger-checkpoint',
  statements: [
    `CREATE TABLE ledger_checkpoint (
      id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
      seq bigint NOT NULL,
      hash text NOT NULL,
      sums jsonb NOT NULL,
      transfers bigint NOT NULL,
      entries bigint NOT NULL,
      verified_at timestamptz NOT NULL,
      full_at timestamptz NOT NULL
    )`,
  ],
};
