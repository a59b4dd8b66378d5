import type { Migration } from './migration.ts';

/**
 * People who sign in. The tables of users are filled by better-auth (https://www.better-auth.com/docs/concepts/database);
 * control/sign-in/tables.ts says which of its fields is which column.
 */
const users = [
  `CREATE TABLE users (
    id text PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    email_verified boolean NOT NULL DEFAULT false,
    image text,
    two_factor_enabled boolean DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE user_sessions (
    id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    address text,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX user_sessions_user ON user_sessions (user_id)',
  `CREATE TABLE user_accounts (
    id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_id text NOT NULL,
    account_id text NOT NULL,
    password text,
    access_token text,
    refresh_token text,
    id_token text,
    access_token_expires_at timestamptz,
    refresh_token_expires_at timestamptz,
    scope text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider_id, account_id)
  )`,
  'CREATE INDEX user_accounts_user ON user_accounts (user_id)',
  `CREATE TABLE user_verifications (
    id text PRIMARY KEY,
    identifier text NOT NULL,
    value text NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX user_verifications_identifier ON user_verifications (identifier)',
  `CREATE TABLE user_two_factors (
    id text PRIMARY KEY,
    user_id text NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    secret text NOT NULL,
    backup_codes text NOT NULL,
    verified boolean DEFAULT true,
    failed_verification_count int DEFAULT 0,
    locked_until timestamptz
  )`,
  `CREATE TABLE user_passkeys (
    id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text,
    public_key text NOT NULL,
    credential_id text NOT NULL UNIQUE,
    counter bigint NOT NULL,
    device_type text NOT NULL,
    backed_up boolean NOT NULL,
    transports text,
    aaguid text,
    created_at timestamptz DEFAULT now()
  )`,
  'CREATE INDEX user_passkeys_user ON user_passkeys (user_id)',
];

/** A member that is a person who signs in has a user and a role; a program that merely has keys has neither. */
const memberships = [
  `ALTER TABLE members
    ADD COLUMN user_id text REFERENCES users (id) ON DELETE SET NULL,
    ADD COLUMN role text CHECK (role IN ('owner', 'admin', 'billing', 'developer', 'viewer'))`,
  'CREATE UNIQUE INDEX members_user ON members (user_id, organization_id) WHERE user_id IS NOT NULL',
  `CREATE TABLE invitations (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    email text NOT NULL CHECK (email = lower(email)),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'developer', 'viewer')),
    token_hash text NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    mailed boolean NOT NULL,
    invited_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz
  )`,
  `CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL`,
];

/** `first-owner`: whoever has it makes the first account. `recovery`: its user may set a new password. */
const links = [
  `CREATE TABLE sign_in_links (
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('first-owner', 'recovery')),
    user_id text REFERENCES users (id) ON DELETE CASCADE,
    token_hash text NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((kind = 'recovery') = (user_id IS NOT NULL))
  )`,
  `CREATE TABLE sign_in_attempts (
    subject text PRIMARY KEY,
    attempts int NOT NULL,
    window_ends_at timestamptz NOT NULL
  )`,
  'CREATE INDEX sign_in_attempts_ends ON sign_in_attempts (window_ends_at)',
  // Of all instances together: it signs cookies, and is sealed under the master key.
  `CREATE TABLE sign_in_secrets (
    id text PRIMARY KEY,
    sealed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
];

export const signIn: Migration = {
  version: 21,
  name: 'sign-in',
  statements: [...users, ...memberships, ...links],
};
