import type { Migration } from './migration.ts';
import { versionTriggers } from './version-triggers.ts';

/**
 * What the API says of models beside the file: facts and other names, prices with their times, what changed and by whom,
 * and newer price data for every instance. Rows of the first two end and are not deleted, so that a change is a delta.
 * A price is never changed: another takes its place, and usage names the one that was in force.
 */
export const models: Migration = {
  version: 19,
  name: 'models',
  statements: [
    `CREATE TABLE models (
      id text PRIMARY KEY,
      name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,63}/[^[:space:]]+$' AND length(name) <= 400),
      facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
      aliases text[] NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    'CREATE UNIQUE INDEX models_name ON models (name) WHERE ended_at IS NULL',
    'CREATE INDEX models_snapshot_version ON models (snapshot_version)',
    ...versionTriggers('models', 'facts, aliases, ended_at'),
    `CREATE TABLE model_prices (
      id text PRIMARY KEY,
      model text NOT NULL,
      price jsonb NOT NULL CHECK (jsonb_typeof(price) = 'object' AND price ? 'input' AND price ? 'output'),
      version text NOT NULL,
      starts_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    'CREATE INDEX model_prices_model ON model_prices (model, starts_at) WHERE ended_at IS NULL',
    'CREATE INDEX model_prices_version ON model_prices (version)',
    'CREATE INDEX model_prices_snapshot_version ON model_prices (snapshot_version)',
    ...versionTriggers('model_prices', 'ended_at'),
    `CREATE TABLE model_changes (
      id text PRIMARY KEY,
      model text NOT NULL,
      what text NOT NULL CHECK (what IN ('price', 'facts', 'aliases')),
      source text NOT NULL CHECK (source IN ('api', 'import', 'sync')),
      before jsonb,
      after jsonb,
      price_version text,
      effective_at timestamptz NOT NULL,
      made_by jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    'CREATE INDEX model_changes_model ON model_changes (model, id)',
    `CREATE TABLE price_feeds (
      id text PRIMARY KEY,
      digest text NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      snapshot_version bigint NOT NULL DEFAULT 0
    )`,
    'CREATE INDEX price_feeds_snapshot_version ON price_feeds (snapshot_version)',
    ...versionTriggers('price_feeds', 'ended_at'),
    `CREATE TABLE price_syncs (
      id text PRIMARY KEY,
      state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
      dry_run boolean NOT NULL,
      phase text NOT NULL,
      done integer NOT NULL DEFAULT 0,
      total integer,
      report jsonb,
      error text,
      made_by jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`,
  ],
};
