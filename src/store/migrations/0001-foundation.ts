import type { Migration } from './migration.ts';
import { versionTriggers } from './version-triggers.ts';

const tables = [
  `CREATE TABLE organizations (
    id text PRIMARY KEY,
    name text NOT NULL UNIQUE,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    snapshot_version bigint NOT NULL DEFAULT 0
  )`,
  `CREATE TABLE keys (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('call', 'management')),
    hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
    prefix text NOT NULL,
    source text NOT NULL DEFAULT 'created' CHECK (source IN ('created', 'file')),
    models text[],
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    snapshot_version bigint NOT NULL DEFAULT 0
  )`,
  'CREATE INDEX keys_organization ON keys (organization_id)',
  'CREATE INDEX keys_snapshot_version ON keys (snapshot_version)',
  // The file names a key once, so that a literal that changed replaces the old one instead of joining it.
  `CREATE UNIQUE INDEX keys_file_name ON keys (name) WHERE source = 'file'`,
  `CREATE TABLE settings (
    id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    snapshot_version bigint NOT NULL DEFAULT 1,
    reload_version bigint NOT NULL DEFAULT 1
  )`,
  'INSERT INTO settings DEFAULT VALUES',
];

/**
 * No foreign keys: a row of the journal is a fact, and ships even when its key is gone. Token counts are int8, money is
 * in integer nano-dollars.
 */
const usage = [
  `CREATE TABLE usage (
    request_id text PRIMARY KEY,
    instance text NOT NULL,
    started_at timestamptz NOT NULL,
    settled_at timestamptz NOT NULL,
    operation text NOT NULL,
    status text NOT NULL,
    http_status int NOT NULL,
    error_kind text,
    key_id text NOT NULL,
    organization_id text NOT NULL,
    requested_model text NOT NULL,
    served_model text,
    provider text,
    credential text,
    client_dialect text NOT NULL,
    upstream_dialect text,
    stream boolean NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cache_read_tokens bigint NOT NULL,
    cache_write_5m_tokens bigint NOT NULL,
    cache_write_1h_tokens bigint NOT NULL,
    thinking_tokens bigint NOT NULL,
    audio_input_tokens bigint NOT NULL,
    audio_output_tokens bigint NOT NULL,
    web_searches bigint NOT NULL,
    estimated boolean NOT NULL,
    recovered boolean NOT NULL,
    flags text[] NOT NULL,
    price_version text,
    cost_nano_usd bigint NOT NULL,
    first_token_ms double precision,
    total_ms double precision NOT NULL,
    overhead_ms double precision NOT NULL,
    attempts jsonb NOT NULL,
    dropped text[] NOT NULL,
    snapshot_version bigint NOT NULL,
    client_request_id text,
    session_id text,
    end_user text,
    tags text[] NOT NULL
  )`,
  'CREATE INDEX usage_started ON usage (started_at DESC, request_id DESC)',
  'CREATE INDEX usage_key ON usage (key_id, started_at DESC, request_id DESC)',
  'CREATE INDEX usage_organization ON usage (organization_id, started_at DESC, request_id DESC)',
];

/**
 * What a gateway instance must know of carries a version. The one row of `settings` is locked from the bump to the
 * commit, so versions become visible in their order and "everything above the version I know" never misses a row.
 * `SET search_path FROM CURRENT`: the triggers also work for somebody who edits a row by hand.
 */
const versions = [
  `CREATE FUNCTION bump_snapshot() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    UPDATE settings SET snapshot_version = snapshot_version + 1;
    RETURN NULL;
  END $$`,
  `CREATE FUNCTION stamp_snapshot() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    SELECT snapshot_version INTO NEW.snapshot_version FROM settings;
    RETURN NEW;
  END $$`,
  `CREATE FUNCTION reload_snapshot() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    UPDATE settings SET reload_version = snapshot_version;
    RETURN NULL;
  END $$`,
  `CREATE FUNCTION notify_snapshot() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM pg_notify('tollgate_snapshot', TG_TABLE_SCHEMA || ':' || (SELECT snapshot_version FROM settings));
    RETURN NULL;
  END $$`,
  ...versionTriggers('organizations', 'name, disabled'),
  ...versionTriggers('keys', 'organization_id, name, kind, hash, models, expires_at, revoked_at'),
  `CREATE TRIGGER reload_snapshot AFTER UPDATE OF hash ON keys
    FOR EACH STATEMENT EXECUTE FUNCTION reload_snapshot()`,
];

export const foundation: Migration = {
  version: 1,
  name: 'foundation',
  statements: [...tables, ...usage, ...versions],
};
