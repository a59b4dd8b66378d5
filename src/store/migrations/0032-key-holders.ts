import type { Migration } from './migration.ts';

/**
 * Who was shown the text of a key when it was made or rotated, and the text before: whoever leaves an organization may have
 * kept it. A key that a management key makes was shown to whoever was shown that one.
 */
export const keyHolders: Migration = {
  version: 32,
  name: 'key-holders',
  statements: [
    'ALTER TABLE keys ADD COLUMN shown_to text, ADD COLUMN previous_shown_to text',
    `UPDATE keys SET shown_to = audit_log.actor_id FROM audit_log
      WHERE audit_log.resource_id = keys.id AND audit_log.action = 'POST /keys' AND audit_log.actor_kind = 'user'`,
    'CREATE INDEX keys_shown_to ON keys (shown_to) WHERE shown_to IS NOT NULL',
    'CREATE INDEX keys_previous_shown_to ON keys (previous_shown_to) WHERE previous_shown_to IS NOT NULL',
  ],
};
