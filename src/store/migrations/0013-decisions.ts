import type { Migration } from './migration.ts';

/**
 * Why a request went where it went, beside its usage; null where there was nothing to choose. And what callers think of
 * the answers: one opinion for each request, the last one given.
 */
export const decisions: Migration = {
  version: 13,
  name: 'decisions',
  statements: [
    'ALTER TABLE usage ADD COLUMN decision jsonb',
    `CREATE TABLE feedback (
      request_id text PRIMARY KEY REFERENCES usage (request_id) ON DELETE CASCADE,
      organization_id text NOT NULL,
      key_id text NOT NULL,
      score float8 NOT NULL CHECK (score >= 0 AND score <= 1),
      label text CHECK (length(label) BETWEEN 1 AND 64),
      given_at timestamptz NOT NULL DEFAULT now()
    )`,
  ],
};
