import type { Migration } from './migration.ts';

/**
 * One row for each `Idempotency-Key` in use; its primary key is what makes two requests one. An answer is sealed, so it
 * does not compress.
 */
export const idempotency: Migration = {
  version: 6,
  name: 'idempotency',
  statements: [
    `CREATE TABLE idempotent_requests (
      id text PRIMARY KEY,
      organization_id text NOT NULL,
      key_id text NOT NULL,
      request_id text NOT NULL,
      instance text NOT NULL,
      fingerprint text NOT NULL,
      state text NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'too-large')),
      answer bytea,
      heartbeat_at timestamptz NOT NULL DEFAULT now(),
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
      CHECK ((state = 'done') = (answer IS NOT NULL))
    )`,
    'ALTER TABLE idempotent_requests ALTER COLUMN answer SET STORAGE EXTERNAL',
    'CREATE INDEX idempotent_requests_expires_at ON idempotent_requests (expires_at)',
  ],
};
