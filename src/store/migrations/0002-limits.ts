import type { Migration } from './migration.ts';

/**
 * Rate limits as an object of whole numbers, null where there is none. Checked here too: a limit that somebody wrote by
 * hand and that no gateway understands would limit nobody.
 */
const column = `limits jsonb CHECK (limits IS NULL OR (
  jsonb_typeof(limits) = 'object'
  AND limits <> '{}'
  AND limits - '{requestsPerMinute,tokensPerMinute}'::text[] = '{}'
  AND NOT jsonb_path_exists(
    limits,
    'strict $.* ? (@.type() != "number" || @ < 1 || @ > 1000000000 || @.floor() != @)',
    '{}',
    true
  )
))`;

/** The triggers of migration 1 name the columns that make a new snapshot version. */
function replaceTriggers(table: string, columns: string): readonly string[] {
  return [
    `DROP TRIGGER bump_snapshot ON ${table}`,
    `DROP TRIGGER stamp_snapshot ON ${table}`,
    `DROP TRIGGER notify_snapshot ON ${table}`,
    `CREATE TRIGGER bump_snapshot BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE OF ${columns} ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION bump_snapshot()`,
    `CREATE TRIGGER stamp_snapshot BEFORE INSERT OR UPDATE OF ${columns} ON ${table}
      FOR EACH ROW EXECUTE FUNCTION stamp_snapshot()`,
    `CREATE TRIGGER notify_snapshot AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF ${columns} ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot()`,
  ];
}

export const limits: Migration = {
  version: 2,
  name: 'limits',
  statements: [
    `ALTER TABLE organizations ADD COLUMN ${column}`,
    // Nobody wrote it: when a key was last used is in the usage rows.
    `ALTER TABLE keys ADD COLUMN ${column}, DROP COLUMN last_used_at`,
    ...replaceTriggers('organizations', 'name, disabled, limits'),
    ...replaceTriggers('keys', 'organization_id, name, kind, hash, models, limits, expires_at, revoked_at'),
  ],
};
