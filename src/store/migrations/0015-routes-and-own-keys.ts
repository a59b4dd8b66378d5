import type { Migration } from './migration.ts';
import { versionTriggers } from './version-triggers.ts';

/**
 * Routes that are made through the API, and credentials of organizations. Rows end and are not deleted, so that a change
 * is a delta for every gateway; what was secret of an ended credential is gone. `paid_by`: whose credential paid.
 */
export const routesAndOwnKeys: Migration = {
  version: 15,
  name: 'routes-and-own-keys',
  statements: [
    `CREATE TABLE routes (
      id text PRIMARY KEY,
      name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
      definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    'CREATE UNIQUE INDEX routes_name ON routes (name) WHERE ended_at IS NULL',
    'CREATE INDEX routes_snapshot_version ON routes (snapshot_version)',
    ...versionTriggers('routes', 'definition, ended_at'),
    `CREATE TABLE organization_credentials (
      id text PRIMARY KEY,
      organization_id text NOT NULL REFERENCES organizations (id),
      provider text NOT NULL CHECK (provider ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      sealed text NOT NULL CHECK ((sealed = '') = (ended_at IS NOT NULL)),
      hint text,
      base_url text,
      settings jsonb CHECK (jsonb_typeof(settings) = 'object'),
      fallback boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    `CREATE UNIQUE INDEX organization_credentials_provider ON organization_credentials (organization_id, provider)
      WHERE ended_at IS NULL`,
    'CREATE INDEX organization_credentials_snapshot_version ON organization_credentials (snapshot_version)',
    ...versionTriggers('organization_credentials', 'sealed, base_url, settings, fallback, ended_at'),
    `ALTER TABLE usage ADD COLUMN paid_by text NOT NULL DEFAULT 'platform'
      CHECK (paid_by IN ('platform', 'organization'))`,
  ],
};
