import type { Migration } from './migration.ts';

/** Who sells, who buys, and the rate of tax. What an invoice says of them is copied into it. */
const parties = [
  `CREATE TABLE invoice_seller (
    id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    details jsonb NOT NULL,
    tax_basis_points int NOT NULL DEFAULT 0 CHECK (tax_basis_points BETWEEN 0 AND 10000),
    payment_days int NOT NULL DEFAULT 14 CHECK (payment_days BETWEEN 0 AND 365),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  // Without a rate of its own, the seller's.
  `CREATE TABLE invoice_buyers (
    organization_id text PRIMARY KEY REFERENCES organizations (id),
    details jsonb NOT NULL DEFAULT '{}',
    tax_basis_points int CHECK (tax_basis_points BETWEEN 0 AND 10000),
    reverse_charge boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
];

/**
 * An invoice covers the transfers of its organization whose link is in (from_link, to_link]; the next one goes on from
 * there, so each transfer is on exactly one. A row of invoice_counters is locked by whoever takes a number from it until
 * the invoice is committed, so that no number is left out.
 */
const invoiceTables = [
  'CREATE TABLE invoice_counters (series text PRIMARY KEY, last bigint NOT NULL)',
  `INSERT INTO invoice_counters (series, last) VALUES ('invoice', 0), ('credit-note', 0)`,
  // Its lock makes the months of an organization close one after the other.
  `CREATE TABLE invoice_books (
    organization_id text PRIMARY KEY REFERENCES organizations (id),
    closed_through timestamptz
  )`,
  `CREATE TABLE invoices (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    serial bigint NOT NULL UNIQUE CHECK (serial > 0),
    number text NOT NULL UNIQUE,
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL CHECK (period_end > period_start),
    time_zone text NOT NULL,
    from_link bigint NOT NULL,
    to_link bigint NOT NULL CHECK (to_link > from_link),
    seller jsonb NOT NULL,
    buyer jsonb NOT NULL,
    tax_basis_points int NOT NULL,
    reverse_charge boolean NOT NULL,
    lines jsonb NOT NULL,
    payments jsonb NOT NULL,
    charges_nano_usd bigint NOT NULL,
    credit_nano_usd bigint NOT NULL,
    wallet_nano_usd bigint NOT NULL,
    direct_nano_usd bigint NOT NULL,
    house_nano_usd bigint NOT NULL,
    net_nano_usd bigint NOT NULL,
    returned_nano_usd bigint NOT NULL CHECK (returned_nano_usd = greatest(-net_nano_usd, 0)),
    tax_nano_usd bigint NOT NULL CHECK (tax_nano_usd >= 0),
    rounding_nano_usd bigint NOT NULL CHECK (abs(rounding_nano_usd) <= 5000000),
    due_nano_usd bigint NOT NULL CHECK (due_nano_usd >= 0 AND due_nano_usd % 10000000 = 0),
    transfer_id text REFERENCES transfers (id),
    status text NOT NULL CHECK (status IN ('open', 'paid', 'void')),
    paid_by text CHECK (paid_by IN ('operator', 'stripe')),
    due_at timestamptz NOT NULL,
    settled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, period),
    UNIQUE (organization_id, from_link),
    CHECK (charges_nano_usd = credit_nano_usd + wallet_nano_usd + direct_nano_usd + house_nano_usd + net_nano_usd),
    CHECK (due_nano_usd = net_nano_usd + returned_nano_usd + tax_nano_usd + rounding_nano_usd)
  )`,
  `CREATE TABLE credit_notes (
    id text PRIMARY KEY,
    invoice_id text NOT NULL REFERENCES invoices (id),
    organization_id text NOT NULL REFERENCES organizations (id),
    serial bigint NOT NULL UNIQUE CHECK (serial > 0),
    number text NOT NULL UNIQUE,
    amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd > 0),
    tax_nano_usd bigint NOT NULL CHECK (tax_nano_usd BETWEEN 0 AND amount_nano_usd),
    goes_to text NOT NULL CHECK (goes_to IN ('owed', 'wallet')),
    reason text NOT NULL,
    transfer_id text NOT NULL REFERENCES transfers (id),
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX credit_notes_invoice ON credit_notes (invoice_id)',
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_notes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  `CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON invoices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  // An open invoice is paid or void one day, and stays so; nothing else of it ever changes.
  `CREATE FUNCTION keep_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.status <> 'open' OR NEW.status = 'open'
      OR to_jsonb(NEW) - '{status,paid_by,settled_at}'::text[] <> to_jsonb(OLD) - '{status,paid_by,settled_at}'::text[]
    THEN
      RAISE EXCEPTION 'invoice % is immutable', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END $$`,
  `CREATE TRIGGER immutable BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION keep_invoice()`,
  // Beside the ledger's own: an invoice reads one organization's links, whatever others did.
  'CREATE INDEX transfers_organization_link ON transfers (organization_id, link)',
  `CREATE INDEX transfers_top_ups ON transfers (organization_id, created_at DESC) WHERE kind = 'top-up'`,
];

/** `organization_id` null: the operators of the installation, and what holds for every organization without its own. */
const alertTables = [
  `CREATE TABLE alert_rules (
    organization_id text REFERENCES organizations (id),
    kind text NOT NULL CHECK (kind IN ('budget', 'low-balance', 'anomaly', 'ledger-drift', 'house-overrun')),
    percents int[] NOT NULL DEFAULT '{}',
    amount_nano_usd bigint CHECK (amount_nano_usd > 0),
    factor int CHECK (factor BETWEEN 2 AND 1000),
    disabled boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (organization_id, kind),
    CHECK (organization_id IS NULL OR kind NOT IN ('ledger-drift', 'house-overrun'))
  )`,
  `INSERT INTO alert_rules (kind, percents, amount_nano_usd, factor) VALUES
    ('budget', '{50,80,100}', NULL, NULL),
    ('low-balance', '{20}', NULL, NULL),
    ('anomaly', '{}', 1000000000, 8),
    ('ledger-drift', '{}', NULL, NULL),
    ('house-overrun', '{}', 1000000000, NULL)`,
  // The rules of each organization: its own, else those of all.
  `CREATE VIEW alert_rules_in_force AS
    SELECT o.id AS organization_id, d.kind,
      CASE WHEN own.kind IS NULL THEN d.percents ELSE own.percents END AS percents,
      CASE WHEN own.kind IS NULL THEN d.amount_nano_usd ELSE own.amount_nano_usd END AS amount_nano_usd,
      CASE WHEN own.kind IS NULL THEN d.factor ELSE own.factor END AS factor
    FROM organizations o CROSS JOIN alert_rules d
      LEFT JOIN alert_rules own ON own.organization_id = o.id AND own.kind = d.kind
    WHERE d.organization_id IS NULL AND NOT coalesce(own.disabled, d.disabled)`,
  // What was told and is not over yet: a crossing without a row is armed.
  `CREATE TABLE alert_crossings (
    subject text PRIMARY KEY,
    kind text NOT NULL,
    fired_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX alert_crossings_kind ON alert_crossings (kind)',
  `CREATE TABLE alerts (
    id text PRIMARY KEY,
    organization_id text,
    kind text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX alerts_organization ON alerts (organization_id, id DESC)',
  // What was spent, by five minutes, so that a glance at a week reads some thousand rows and not all usage.
  `CREATE TABLE alert_spend (
    organization_id text NOT NULL,
    bucket timestamptz NOT NULL,
    charge_nano_usd bigint NOT NULL,
    overrun_nano_usd bigint NOT NULL,
    PRIMARY KEY (organization_id, bucket)
  )`,
  'CREATE INDEX alert_spend_bucket ON alert_spend (bucket)',
  // One row. Its lock makes evaluations come one after the other; the link is how far alert_spend has read the ledger.
  'CREATE TABLE alert_cursor (id int PRIMARY KEY DEFAULT 1 CHECK (id = 1), link bigint NOT NULL)',
  'INSERT INTO alert_cursor (link) VALUES (0)',
  `CREATE TABLE webhook_endpoints (
    id text PRIMARY KEY,
    organization_id text REFERENCES organizations (id),
    url text NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_expires_at timestamptz,
    allow_private boolean NOT NULL DEFAULT false,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((previous_secret IS NULL) = (previous_expires_at IS NULL))
  )`,
  'CREATE INDEX webhook_endpoints_organization ON webhook_endpoints (organization_id)',
  `CREATE TABLE alert_emails (
    organization_id text REFERENCES organizations (id),
    email text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (organization_id, email)
  )`,
  `CREATE TABLE alert_deliveries (
    id text PRIMARY KEY,
    alert_id text NOT NULL REFERENCES alerts (id),
    channel text NOT NULL CHECK (channel IN ('webhook', 'email')),
    endpoint_id text REFERENCES webhook_endpoints (id) ON DELETE SET NULL,
    email text,
    for_operators boolean NOT NULL,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    error text,
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX alert_deliveries_alert ON alert_deliveries (alert_id)',
];

export const invoices: Migration = {
  version: 9,
  name: 'invoices',
  statements: [...parties, ...invoiceTables, ...alertTables],
};
