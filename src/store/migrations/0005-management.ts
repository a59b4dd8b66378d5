import type { Migration } from './migration.ts';

/**
 * What a management key may do, and the hash that a rotated key had before. `scopes` is null for keys that call; a
 * management key without scopes, which an older version may still make, sees its own organization only.
 */
const keys = [
  `ALTER TABLE keys
    ADD COLUMN scopes text[] CHECK (scopes <@ '{operator,organization}' AND cardinality(scopes) > 0),
    ADD COLUMN previous_hash text CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
    ADD COLUMN previous_expires_at timestamptz,
    ADD CHECK ((previous_hash IS NULL) = (previous_expires_at IS NULL))`,
  // Whoever ran this installation so far did it with a key of the organization that is there from the start.
  `UPDATE keys SET scopes = CASE WHEN organizations.name = 'default' THEN '{operator}'::text[] ELSE '{organization}' END
    FROM organizations WHERE organizations.id = keys.organization_id AND keys.kind = 'management'`,
  'CREATE INDEX keys_previous_hash ON keys (previous_hash) WHERE previous_hash IS NOT NULL',
];

/** Beside those of all other columns of a key: a change of these makes a new snapshot version too. */
const columns = 'scopes, previous_hash, previous_expires_at';
const triggers = [
  `CREATE TRIGGER bump_snapshot_of_scopes BEFORE UPDATE OF ${columns} ON keys
    FOR EACH STATEMENT EXECUTE FUNCTION bump_snapshot()`,
  `CREATE TRIGGER stamp_snapshot_of_scopes BEFORE UPDATE OF ${columns} ON keys
    FOR EACH ROW EXECUTE FUNCTION stamp_snapshot()`,
  `CREATE TRIGGER notify_snapshot_of_scopes AFTER UPDATE OF ${columns} ON keys
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot()`,
  `CREATE TRIGGER reload_snapshot_of_scopes AFTER UPDATE OF previous_hash ON keys
    FOR EACH STATEMENT EXECUTE FUNCTION reload_snapshot()`,
];

/**
 * What writes with an Idempotency-Key answered. `hash` is of the caller's key for it; `claim` tells two runs apart when a
 * first one stopped half-way; `answer` is sealed with the management key, because it may hold a secret that is shown once.
 */
const answers = [
  `CREATE TABLE api_answers (
    organization_id text NOT NULL,
    hash text NOT NULL,
    request_hash text NOT NULL,
    claim text NOT NULL,
    claimed_until timestamptz NOT NULL,
    answer bytea,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, hash)
  )`,
  'CREATE INDEX api_answers_expires ON api_answers (expires_at)',
];

export const management: Migration = {
  version: 5,
  name: 'management',
  statements: [...keys, ...triggers, ...answers],
};
