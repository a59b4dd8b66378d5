import type { Migration } from './migration.ts';

/** No foreign keys to organizations: a payment is a fact, also when its organization is gone. */
const payments = [
  `CREATE TABLE stripe_customers (
    organization_id text PRIMARY KEY,
    customer_id text NOT NULL UNIQUE,
    card_id text,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE stripe_payments (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('top-up', 'automatic', 'card', 'plan')),
    state text NOT NULL CHECK (state IN ('open', 'processing', 'paid', 'failed', 'expired', 'refused')),
    amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd >= 0),
    refunded_nano_usd bigint NOT NULL DEFAULT 0,
    disputed_nano_usd bigint NOT NULL DEFAULT 0,
    customer_id text NOT NULL,
    session_id text UNIQUE,
    intent_id text UNIQUE,
    card_id text,
    plan_id text,
    crossing int,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    credited_at timestamptz,
    checked_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, crossing)
  )`,
  'CREATE INDEX stripe_payments_organization ON stripe_payments (organization_id, id DESC)',
  `CREATE INDEX stripe_payments_open ON stripe_payments (checked_at) WHERE state IN ('open', 'processing')`,
  // One row for each time that a payment moved money; the id is the transfer's idempotency key.
  `CREATE TABLE stripe_movements (
    id text PRIMARY KEY,
    payment_id text NOT NULL REFERENCES stripe_payments (id),
    kind text NOT NULL CHECK (kind IN ('credit', 'refund', 'dispute')),
    amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd <> 0),
    transfer_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX stripe_movements_payment ON stripe_movements (payment_id)',
  // One that pays in for each payment, whatever else is told.
  `CREATE UNIQUE INDEX stripe_movements_credit ON stripe_movements (payment_id) WHERE kind = 'credit'`,
];

/** What an event says is read again from Stripe, so nothing of it is kept but what it is about. */
const events = [
  `CREATE TABLE stripe_events (
    id text PRIMARY KEY,
    type text NOT NULL,
    object_id text NOT NULL,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'parked', 'done', 'ignored')),
    tries int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
  )`,
  `CREATE INDEX stripe_events_waiting ON stripe_events (next_at) WHERE state IN ('received', 'parked')`,
  'CREATE INDEX stripe_events_ended ON stripe_events (ended_at)',
];

const automatic = [
  `CREATE TABLE automatic_top_ups (
    organization_id text PRIMARY KEY,
    enabled boolean NOT NULL,
    threshold_nano_usd bigint NOT NULL CHECK (threshold_nano_usd > 0),
    amount_nano_usd bigint NOT NULL CHECK (amount_nano_usd >= threshold_nano_usd),
    crossings int NOT NULL DEFAULT 0,
    declines int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    disabled_reason text,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  // What an operator or an owner has to look at; once for each thing.
  `CREATE TABLE payment_alerts (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, subject)
  )`,
  'CREATE INDEX payment_alerts_organization ON payment_alerts (organization_id, id DESC)',
];

const plans = [
  `CREATE TABLE stripe_subscriptions (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    plan_id text NOT NULL,
    status text NOT NULL,
    cancels boolean NOT NULL DEFAULT false,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX stripe_subscriptions_organization ON stripe_subscriptions (organization_id)',
  `CREATE TABLE stripe_invoices (
    id text PRIMARY KEY,
    subscription_id text NOT NULL REFERENCES stripe_subscriptions (id),
    plan_id text NOT NULL,
    amount_nano_usd bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
];

export const stripe: Migration = {
  version: 7,
  name: 'stripe',
  statements: [...payments, ...events, ...automatic, ...plans],
};
