import type { Migration } from './migration.ts';

/** A change of the column `content` makes a new snapshot version too, beside the triggers for the columns of before. */
function snapshotColumn(table: string): readonly string[] {
  return [
    `CREATE TRIGGER bump_snapshot_of_content BEFORE UPDATE OF content ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION bump_snapshot()`,
    `CREATE TRIGGER stamp_snapshot_of_content BEFORE UPDATE OF content ON ${table}
      FOR EACH ROW EXECUTE FUNCTION stamp_snapshot()`,
    `CREATE TRIGGER notify_snapshot_of_content AFTER UPDATE OF content ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot()`,
  ];
}

/** Prompts and answers that are kept, and what finds the requests of a session and of an end user. */
export const content: Migration = {
  version: 22,
  name: 'content',
  statements: [
    `ALTER TABLE organizations ADD COLUMN content jsonb CHECK (
      content ->> 'keep' IN ('none', 'asked', 'all') AND (content ->> 'days')::int BETWEEN 1 AND 3650
      AND (content ->> 'bytesMax')::int BETWEEN 1024 AND 4194304)`,
    `ALTER TABLE keys ADD COLUMN content text CHECK (content IN ('keep', 'none'))`,
    ...snapshotColumn('organizations'),
    ...snapshotColumn('keys'),
    // One for each organization. Its row is all that reads what lies under it.
    `CREATE TABLE content_keys (
      id text PRIMARY KEY,
      organization_id text NOT NULL UNIQUE REFERENCES organizations,
      sealed text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    // Without a reference to its key: a key goes at once, and what lay under it afterwards, in pieces.
    `CREATE TABLE contents (
      request_id text NOT NULL,
      organization_id text NOT NULL,
      content_key_id text NOT NULL,
      started_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      sealed bytea NOT NULL CHECK (length(sealed) <= 16777216),
      PRIMARY KEY (organization_id, request_id)
    )`,
    // It is compressed already, and what is encrypted cannot be.
    'ALTER TABLE contents ALTER COLUMN sealed SET STORAGE EXTERNAL',
    'CREATE INDEX contents_expiry ON contents (expires_at)',
    'CREATE INDEX contents_key ON contents (content_key_id)',
    `CREATE TABLE end_user_erasures (
      id text PRIMARY KEY,
      organization_id text NOT NULL REFERENCES organizations,
      end_user text,
      pseudonym text NOT NULL,
      state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'cancelled')),
      requests_total bigint NOT NULL CHECK (requests_total >= 0),
      requests_done bigint NOT NULL DEFAULT 0,
      contents_erased bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz
    )`,
    `CREATE UNIQUE INDEX end_user_erasures_running ON end_user_erasures (organization_id, end_user)
      WHERE state = 'running'`,
    'CREATE INDEX usage_session ON usage (session_id, started_at DESC, request_id DESC) WHERE session_id IS NOT NULL',
    'CREATE INDEX usage_end_user ON usage (end_user, started_at DESC, request_id DESC) WHERE end_user IS NOT NULL',
    `CREATE INDEX usage_failed ON usage (started_at DESC, request_id DESC) WHERE status <> 'completed'`,
  ],
};
