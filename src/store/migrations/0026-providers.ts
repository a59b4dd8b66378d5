import type { Migration } from './migration.ts';
import { versionTriggers } from './version-triggers.ts';

/**
 * Providers that are made through the API, and credentials of the installation, several for one provider. A credential
 * names its provider, which may also be one of the configuration file. Rows end and are not deleted, so that a change is
 * a delta for every gateway; what was secret of an ended credential is gone.
 */
export const storedProviders: Migration = {
  version: 26,
  name: 'providers',
  statements: [
    `CREATE TABLE providers (
      id text PRIMARY KEY,
      name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      vendor text NOT NULL,
      enabled boolean NOT NULL DEFAULT true,
      base_url text,
      settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
      models jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(models) = 'array'),
      options jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    'CREATE UNIQUE INDEX providers_name ON providers (name) WHERE ended_at IS NULL',
    'CREATE INDEX providers_snapshot_version ON providers (snapshot_version)',
    ...versionTriggers('providers', 'vendor, enabled, base_url, settings, models, options, ended_at'),
    `CREATE TABLE provider_credentials (
      id text PRIMARY KEY,
      provider text NOT NULL CHECK (provider ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      name text NOT NULL,
      sealed text NOT NULL CHECK (sealed = '' OR ended_at IS NULL),
      hint text,
      base_url text,
      weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
      priority integer NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 1000),
      enabled boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    'CREATE UNIQUE INDEX provider_credentials_name ON provider_credentials (provider, name) WHERE ended_at IS NULL',
    'CREATE INDEX provider_credentials_snapshot_version ON provider_credentials (snapshot_version)',
    ...versionTriggers('provider_credentials', 'sealed, base_url, weight, priority, enabled, ended_at'),
  ],
};
