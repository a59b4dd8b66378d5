import type { Migration } from './migration.ts';
import { replaceVersionTriggers, versionTriggers } from './version-triggers.ts';

const perMillion = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'audioOutput',
  'imageInput',
  'imageOutput',
  'perMillionCharacters',
];
const perPiece = ['perRequest', 'perWebSearch', 'perImage', 'perAudioSecond', 'perSearch'];
const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

/** A row that gateways have read explains charges by its id, so what it says never changes: it ends, and another begins. */
function frozen(table: string, columns: string): string {
  return `CREATE TRIGGER append_only BEFORE UPDATE OF ${columns} ON ${table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`;
}

const salePrices = [
  // Exact in pico-dollars, so that every gateway reads the same integer; half a price is no price.
  `CREATE FUNCTION is_sale_price(p jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(p) <> 'object' THEN false ELSE p ? 'input' AND p ? 'output' AND NOT EXISTS (
      SELECT 1 FROM jsonb_each(p) AS rate(name, amount)
      WHERE jsonb_typeof(amount) <> 'string'
        OR name NOT IN (${listed([...perMillion, ...perPiece])})
        OR (amount #>> '{}') !~ CASE WHEN name IN (${listed(perPiece)})
          THEN '^[0-9]{1,7}([.][0-9]{1,12})?$' ELSE '^[0-9]{1,7}([.][0-9]{1,6})?$' END
    ) END
  $$`,
  `CREATE TABLE sale_prices (
    id text PRIMARY KEY,
    organization_id text REFERENCES organizations (id),
    model text,
    markup_basis_points int CHECK (markup_basis_points BETWEEN 0 AND 100000),
    price jsonb CHECK (is_sale_price(price)),
    source text NOT NULL DEFAULT 'created' CHECK (source IN ('created', 'file')),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    snapshot_version bigint NOT NULL DEFAULT 0,
    CHECK ((markup_basis_points IS NULL) <> (price IS NULL))
  )`,
  `CREATE UNIQUE INDEX sale_prices_in_force ON sale_prices (coalesce(organization_id, ''), coalesce(model, ''))
    WHERE ended_at IS NULL`,
  'CREATE INDEX sale_prices_snapshot_version ON sale_prices (snapshot_version)',
  frozen('sale_prices', 'id, organization_id, model, markup_basis_points, price, created_at'),
  ...versionTriggers('sale_prices', 'ended_at'),
];

/** `overage`: what happens when the allowance is used up: nothing more, the wallet pays, or a bill later. */
const plans = [
  `CREATE TABLE plans (
    id text PRIMARY KEY,
    name text NOT NULL,
    monthly_nano_usd bigint NOT NULL CHECK (monthly_nano_usd >= 0 AND monthly_nano_usd % 10000000 = 0),
    allowance_nano_usd bigint NOT NULL CHECK (allowance_nano_usd >= 0),
    overage text NOT NULL CHECK (overage IN ('stop', 'wallet', 'invoice')),
    limits jsonb,
    models text[],
    markup_basis_points int CHECK (markup_basis_points BETWEEN 0 AND 100000),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
  )`,
  'CREATE UNIQUE INDEX plans_for_sale ON plans (lower(name)) WHERE ended_at IS NULL',
  frozen('plans', 'id, name, monthly_nano_usd, allowance_nano_usd, overage, limits, models, markup_basis_points'),
  `INSERT INTO plans (id, name, monthly_nano_usd, allowance_nano_usd, overage, limits) VALUES
    ('plan_free', 'Free', 0, 500000000, 'stop', '{"requestsPerMinute": 10}'),
    ('plan_starter', 'Starter', 9000000000, 8000000000, 'stop', '{"requestsPerMinute": 60}'),
    ('plan_plus', 'Plus', 29000000000, 27000000000, 'wallet', '{"requestsPerMinute": 300}'),
    ('plan_pro', 'Pro', 99000000000, 95000000000, 'wallet', '{"requestsPerMinute": 1000}')`,
];

/**
 * Months are counted from `anchor`, so that a subscription of the 31st comes back to the 31st after a shorter month.
 * `allowance_plan_id`: the plan whose allowance was given for the present period; null: none yet.
 */
const subscriptions = [
  `CREATE TABLE subscriptions (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    plan_id text NOT NULL REFERENCES plans (id),
    next_plan_id text REFERENCES plans (id),
    status text NOT NULL CHECK (status IN ('active', 'past_due', 'cancelled')),
    pays text NOT NULL CHECK (pays IN ('wallet', 'invoice', 'stripe')),
    stripe_subscription_id text UNIQUE,
    anchor timestamptz NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL CHECK (period_end > period_start),
    allowance_plan_id text REFERENCES plans (id),
    cancels boolean NOT NULL DEFAULT false,
    past_due_since timestamptz,
    cancelled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'past_due') = (past_due_since IS NOT NULL)),
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CHECK ((pays = 'stripe') = (stripe_subscription_id IS NOT NULL))
  )`,
  `CREATE UNIQUE INDEX subscriptions_running ON subscriptions (organization_id) WHERE status <> 'cancelled'`,
  `CREATE INDEX subscriptions_due ON subscriptions (period_end) WHERE status <> 'cancelled'`,
  'CREATE INDEX subscriptions_organization ON subscriptions (organization_id)',
  // What gateways must know of the plan, beside the organization itself: { id, name, limits, models, markupBasisPoints }.
  'ALTER TABLE organizations ADD COLUMN plan jsonb',
  ...replaceVersionTriggers(
    'organizations',
    'name, disabled, limits, billing, spends, time_zone, blocked_reason, plan',
  ),
];

const credits = [
  // A second trial would be a way to live on trials.
  `CREATE UNIQUE INDEX grants_trial ON grants (organization_id) WHERE kind = 'trial'`,
  'CREATE INDEX grants_expiring ON grants (expires_at) WHERE remaining_nano_usd > 0 AND expires_at IS NOT NULL',
];

export const selling: Migration = {
  version: 8,
  name: 'selling',
  statements: [...salePrices, ...plans, ...subscriptions, ...credits],
};
