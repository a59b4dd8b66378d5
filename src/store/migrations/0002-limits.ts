import type { Migration } from './migration.ts';
import { replaceVersionTriggers } from './version-triggers.ts';

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

export const limits: Migration = {
  version: 2,
  name: 'limits',
  statements: [
    `ALTER TABLE organizations ADD COLUMN ${column}`,
    // Nobody wrote it: when a key was last used is in the usage rows.
    `ALTER TABLE keys ADD COLUMN ${column}, DROP COLUMN last_used_at`,
    ...replaceVersionTriggers('organizations', 'name, disabled, limits'),
    ...replaceVersionTriggers('keys', 'organization_id, name, kind, hash, models, limits, expires_at, revoked_at'),
  ],
};
