import type { Migration } from './migration.ts';

/** Which keys were made to try models out, and by whom. */
export const playgroundKeys: Migration = {
  version: 28,
  name: 'playground-keys',
  statements: [
    `CREATE TABLE playground_keys (
      key_id text PRIMARY KEY REFERENCES keys ON DELETE CASCADE,
      organization_id text NOT NULL REFERENCES organizations,
      actor_id text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    'CREATE INDEX playground_keys_actor ON playground_keys (actor_id, organization_id)',
  ],
};
