import type { Migration } from './migration.ts';

const names = [
  'requestsPerMinute',
  'requestsPerDay',
  'tokensPerMinute',
  'tokensPerDay',
  'inputTokensPerMinute',
  'inputTokensPerDay',
  'outputTokensPerMinute',
  'outputTokensPerDay',
  'concurrentRequests',
];

/** As in migration 2, with more names. */
const check = `CHECK (limits IS NULL OR (
  jsonb_typeof(limits) = 'object'
  AND limits <> '{}'
  AND limits - '{${names.join(',')}}'::text[] = '{}'
  AND NOT jsonb_path_exists(
    limits,
    'strict $.* ? (@.type() != "number" || @ < 1 || @ > 1000000000 || @.floor() != @)',
    '{}',
    true
  )
))`;

const widen = (table: string): readonly string[] => [
  `ALTER TABLE ${table} DROP CONSTRAINT ${table}_limits_check`,
  `ALTER TABLE ${table} ADD CONSTRAINT ${table}_limits_check ${check}`,
];

/**
 * Limits by day, of input and of output apart, and of requests at once; and limits of projects. Gateways read a project's
 * limits with its keys, so a change of them is a change of each of its keys.
 */
export const moreLimits: Migration = {
  version: 11,
  name: 'more-limits',
  statements: [
    ...widen('organizations'),
    ...widen('keys'),
    'ALTER TABLE projects ADD COLUMN limits jsonb',
    `ALTER TABLE projects ADD CONSTRAINT projects_limits_check ${check}`,
    `CREATE FUNCTION touch_project_keys() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE keys SET project_id = project_id WHERE project_id = NEW.id;
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER touch_keys AFTER UPDATE OF name, limits ON projects
      FOR EACH ROW EXECUTE FUNCTION touch_project_keys()`,
    'CREATE INDEX IF NOT EXISTS keys_project ON keys (project_id) WHERE project_id IS NOT NULL',
    // Two installations may share a Redis: their keys are told apart by this.
    'ALTER TABLE settings ADD COLUMN installation text NOT NULL DEFAULT gen_random_uuid()::text',
  ],
};
