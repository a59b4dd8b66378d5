import { lending } from './ledger/lending.ts';
import { posting } from './ledger/posting.ts';
import { usagePosting } from './ledger/usage-posting.ts';
import type { Migration } from './migration.ts';
import { replaceVersionTriggers, versionTriggers } from './version-triggers.ts';

/**
 * Who spends from what. `spends`: `metered` counts and bills later, `wallet` takes credit and then the wallet, `credit`
 * takes credit alone (a plan that stops when its allowance is used).
 */
const owners = [
  `ALTER TABLE organizations
    ADD COLUMN billing text NOT NULL DEFAULT 'metered' CHECK (billing IN ('metered', 'prepaid', 'plan')),
    ADD COLUMN spends text NOT NULL DEFAULT 'metered' CHECK (spends IN ('metered', 'wallet', 'credit')),
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN blocked_reason text`,
  `CREATE TABLE projects (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, name)
  )`,
  `CREATE TABLE members (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, name)
  )`,
  `ALTER TABLE keys
    ADD COLUMN project_id text REFERENCES projects (id),
    ADD COLUMN member_id text REFERENCES members (id)`,
];

/** Positive: we owe it to the account's owner. Money only moves, by transfers whose entries sum to nothing. */
const books = [
  `CREATE TABLE accounts (
    id text PRIMARY KEY,
    organization_id text,
    kind text NOT NULL,
    posted_nano_usd bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_not_negative CHECK (kind NOT IN ('wallet', 'credit') OR posted_nano_usd >= 0)
  )`,
  'CREATE INDEX accounts_organization ON accounts (organization_id)',
  `CREATE TABLE transfers (
    id text PRIMARY KEY,
    kind text NOT NULL,
    organization_id text,
    idempotency_key text NOT NULL UNIQUE,
    request_id text,
    description text,
    reference jsonb,
    link bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX transfers_organization ON transfers (organization_id, created_at DESC, id DESC)',
  'CREATE INDEX transfers_link ON transfers (link)',
  // Without foreign keys: ledger_post writes both sides, nothing is ever deleted, and the check of the books looks for
  // strays. The keys took as long as all the rest of a posting together.
  `CREATE TABLE entries (
    transfer_id text NOT NULL,
    position smallint NOT NULL,
    account_id text NOT NULL,
    amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd <> 0),
    PRIMARY KEY (transfer_id, position)
  )`,
  'CREATE INDEX entries_account ON entries (account_id)',
  // `digests`: those of the link's transfers, by their ids, 32 bytes each. With them a row that was edited can be named.
  `CREATE TABLE ledger_links (
    seq bigint PRIMARY KEY,
    hash bytea NOT NULL,
    digests bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  // Its one row is locked by whoever posts: postings come one after the other, and so does the chain.
  `CREATE TABLE ledger_head (id int PRIMARY KEY DEFAULT 1 CHECK (id = 1), seq bigint NOT NULL, hash bytea NOT NULL)`,
  `INSERT INTO ledger_head (seq, hash) VALUES (0, sha256('tollgate'))`,
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END $$`,
  ...['transfers', 'entries', 'ledger_links'].map(
    (table) => `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  ),
  // Layers of the account credit:<organization>, spent in the order of their expiry.
  `CREATE TABLE grants (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    kind text NOT NULL CHECK (kind IN ('trial', 'promotional', 'plan')),
    amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd > 0),
    remaining_nano_usd bigint NOT NULL CHECK (remaining_nano_usd >= 0),
    expires_at timestamptz,
    description text,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX grants_left ON grants (organization_id, expires_at) WHERE remaining_nano_usd > 0',
];

/**
 * A pot is what may be spent: one for each wallet, and one for each window of a budget. `granted_units` is the wallet's
 * funds or the budget's limit; what may be lent is granted - spent - held.
 */
const budgets = [
  `CREATE TABLE budgets (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    owner_kind text NOT NULL CHECK (owner_kind IN ('organization', 'project', 'member', 'key', 'tag')),
    owner_id text NOT NULL,
    unit text NOT NULL CHECK (unit IN ('usd', 'tokens', 'requests')),
    time_window text NOT NULL CHECK (time_window IN ('day', 'week', 'month', 'total')),
    limit_units bigint NOT NULL CHECK (limit_units > 0),
    action text NOT NULL DEFAULT 'refuse' CHECK (action IN ('refuse', 'warn', 'switch')),
    switch_to text,
    source text NOT NULL DEFAULT 'created' CHECK (source IN ('created', 'file')),
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    snapshot_version bigint NOT NULL DEFAULT 0,
    CHECK ((action = 'switch') = (switch_to IS NOT NULL))
  )`,
  'CREATE INDEX budgets_owner ON budgets (owner_kind, owner_id)',
  'CREATE INDEX budgets_snapshot_version ON budgets (snapshot_version)',
  `CREATE TABLE pots (
    id text PRIMARY KEY,
    budget_id text REFERENCES budgets (id),
    organization_id text NOT NULL,
    unit text NOT NULL,
    starts_at timestamptz,
    ends_at timestamptz,
    granted_units bigint NOT NULL,
    spent_units bigint NOT NULL DEFAULT 0,
    held_units bigint NOT NULL DEFAULT 0 CHECK (held_units >= 0)
  )`,
  'CREATE INDEX pots_budget ON pots (budget_id, starts_at DESC)',
  'CREATE INDEX pots_organization ON pots (organization_id)',
  `CREATE TABLE instances (
    name text PRIMARY KEY,
    boot text NOT NULL,
    seen_at timestamptz NOT NULL
  )`,
  // The id is the fencing token: a later lease has a larger one.
  `CREATE TABLE leases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pot_id text NOT NULL REFERENCES pots (id),
    instance text NOT NULL,
    boot text NOT NULL,
    amount_units bigint NOT NULL,
    used_units bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    recalled boolean NOT NULL DEFAULT false,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
  )`,
  'CREATE UNIQUE INDEX leases_open ON leases (pot_id, instance, boot) WHERE closed_at IS NULL',
  'CREATE INDEX leases_of_instance ON leases (instance) WHERE closed_at IS NULL',
  // What was used before there was a ledger was charged to nobody, so that every charge has its transfer.
  `ALTER TABLE usage
    ADD COLUMN charge_nano_usd bigint NOT NULL DEFAULT 0,
    ADD COLUMN house_cost_nano_usd bigint NOT NULL DEFAULT 0`,
];

/** What the scheduled check found, for a metric and an alert: the newest row counts. */
const checks = [
  `CREATE TABLE ledger_checks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    checked_at timestamptz NOT NULL DEFAULT now(),
    took_ms double precision NOT NULL,
    drift int NOT NULL,
    warnings int NOT NULL,
    findings jsonb NOT NULL,
    counts jsonb NOT NULL
  )`,
];

export const ledger: Migration = {
  version: 4,
  name: 'ledger',
  statements: [
    ...owners,
    ...books,
    ...budgets,
    ...checks,
    ...posting,
    ...lending,
    ...usagePosting,
    ...replaceVersionTriggers('organizations', 'name, disabled, limits, billing, spends, time_zone, blocked_reason'),
    ...replaceVersionTriggers(
      'keys',
      'organization_id, name, kind, hash, models, limits, expires_at, revoked_at, project_id, member_id',
    ),
    ...versionTriggers('budgets', 'owner_kind, owner_id, unit, time_window, limit_units, action, switch_to, disabled'),
  ],
};
