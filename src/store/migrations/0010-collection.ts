import type { Migration } from './migration.ts';

/**
 * Open invoices are paid by the saved card. Each try is a payment of its own, numbered for ever: the number is part of
 * Stripe's idempotency key. `rest`: what came for an invoice that somebody had paid or credited meanwhile goes to the
 * wallet.
 */
export const collection: Migration = {
  version: 10,
  name: 'collection',
  statements: [
    'ALTER TABLE stripe_payments DROP CONSTRAINT stripe_payments_kind_check',
    `ALTER TABLE stripe_payments ADD CONSTRAINT stripe_payments_kind_check
      CHECK (kind IN ('top-up', 'automatic', 'card', 'plan', 'invoice'))`,
    `ALTER TABLE stripe_payments
      ADD COLUMN invoice_id text,
      ADD COLUMN attempt int,
      ADD CONSTRAINT stripe_payments_invoice CHECK ((kind = 'invoice') = (invoice_id IS NOT NULL)),
      ADD CONSTRAINT stripe_payments_attempt UNIQUE (invoice_id, attempt)`,
    'ALTER TABLE stripe_movements DROP CONSTRAINT stripe_movements_kind_check',
    `ALTER TABLE stripe_movements ADD CONSTRAINT stripe_movements_kind_check
      CHECK (kind IN ('credit', 'rest', 'refund', 'dispute'))`,
    `CREATE TABLE invoice_collections (
      invoice_id text PRIMARY KEY REFERENCES invoices (id),
      attempts int NOT NULL DEFAULT 0,
      declines int NOT NULL DEFAULT 0,
      next_try_at timestamptz NOT NULL DEFAULT now(),
      stopped_reason text
    )`,
    `CREATE INDEX invoices_open ON invoices (due_at) WHERE status = 'open'`,
  ],
};
