import type { Migration } from './migration.ts';

/** Management keys for each role, beside `organization` of old, which is owner. */
export const roleScopes: Migration = {
  version: 18,
  name: 'role-scopes',
  statements: [
    'ALTER TABLE keys DROP CONSTRAINT keys_scopes_check',
    `ALTER TABLE keys ADD CONSTRAINT keys_scopes_check
      CHECK (scopes <@ '{operator,organization,owner,admin,billing,developer,viewer}' AND cardinality(scopes) > 0)`,
  ],
};
