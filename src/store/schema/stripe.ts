/** Tables of migration 7, as Kysely sees them. */
import type { ColumnType, Generated, Selectable } from 'kysely';
import type { Money } from './ledger.ts';

export interface StripeSchema {
  readonly stripe_customers: StripeCustomerTable;
  readonly stripe_payments: StripePaymentTable;
  readonly stripe_movements: StripeMovementTable;
  readonly stripe_events: StripeEventTable;
  readonly automatic_top_ups: AutomaticTopUpTable;
  readonly payment_alerts: PaymentAlertTable;
  readonly stripe_subscriptions: StripeSubscriptionTable;
  readonly stripe_invoices: StripeInvoiceTable;
  readonly invoice_collections: InvoiceCollectionTable;
}

type CreatedAt = ColumnType<Date, Date | undefined, never>;
type Stamp = ColumnType<Date, Date | undefined, Date>;
type MoneyWithDefault = ColumnType<bigint, bigint | undefined, bigint>;

export interface StripeCustomerTable {
  readonly organization_id: string;
  readonly customer_id: string;
  /** The card that is charged automatically; null: none was saved. */
  readonly card_id: string | null;
  readonly created_at: CreatedAt;
}

/** `card`: only saves one. `plan`: begins a subscription, whose money is its invoices'. `invoice`: pays one of ours. */
export type PaymentKind = 'top-up' | 'automatic' | 'card' | 'plan' | 'invoice';

/** `refused`: Stripe has money that does not fit the order, or that nobody owns any more; `reason` says which. */
export type PaymentState = 'open' | 'processing' | 'paid' | 'failed' | 'expired' | 'refused';

export interface StripePaymentTable {
  readonly id: string;
  readonly organization_id: string;
  readonly kind: PaymentKind;
  readonly state: PaymentState;
  /** What was ordered; only exactly that is credited. */
  readonly amount_nano_usd: Money;
  readonly refunded_nano_usd: MoneyWithDefault;
  readonly disputed_nano_usd: MoneyWithDefault;
  readonly customer_id: string;
  readonly session_id: string | null;
  readonly intent_id: string | null;
  readonly card_id: string | null;
  readonly plan_id: string | null;
  /** Of an automatic one: which time the balance fell below the threshold. */
  readonly crossing: number | null;
  readonly invoice_id: string | null;
  /** Which try to have the invoice paid. */
  readonly attempt: number | null;
  readonly reason: string | null;
  readonly created_at: CreatedAt;
  readonly credited_at: Date | null;
  /** When Stripe was last asked about it. */
  readonly checked_at: Stamp;
}

export interface StripeMovementTable {
  readonly id: string;
  readonly payment_id: string;
  /** `rest`: what an invoice did not need any more. */
  readonly kind: 'credit' | 'rest' | 'refund' | 'dispute';
  /** Positive: it came in. */
  readonly amount_nano_usd: Money;
  readonly transfer_id: string;
  readonly created_at: CreatedAt;
}

export interface StripeEventTable {
  readonly id: string;
  readonly type: string;
  readonly object_id: string;
  /** `parked`: what it is about is not known here yet. `ignored`: it concerns nothing of ours. */
  readonly state: Generated<'received' | 'parked' | 'done' | 'ignored'>;
  readonly tries: Generated<number>;
  readonly next_at: Stamp;
  readonly created_at: Date;
  readonly received_at: CreatedAt;
  readonly ended_at: Date | null;
}

export interface AutomaticTopUpTable {
  readonly organization_id: string;
  readonly enabled: boolean;
  readonly threshold_nano_usd: Money;
  readonly amount_nano_usd: Money;
  /** How often the balance has fallen below the threshold: the number of the last charge. */
  readonly crossings: Generated<number>;
  /** In a row. */
  readonly declines: Generated<number>;
  readonly next_try_at: Stamp;
  readonly disabled_reason: string | null;
  readonly updated_at: Stamp;
}

export interface InvoiceCollectionTable {
  readonly invoice_id: string;
  /** The number of the last one. */
  readonly attempts: Generated<number>;
  /** In a row. */
  readonly declines: Generated<number>;
  readonly next_try_at: Stamp;
  /** Why nothing more is tried. */
  readonly stopped_reason: string | null;
}

export interface PaymentAlertTable {
  readonly id: string;
  readonly organization_id: string;
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
  readonly created_at: CreatedAt;
}

export interface StripeSubscriptionTable {
  readonly id: string;
  readonly organization_id: string;
  readonly plan_id: string;
  /** As Stripe calls it: `active`, `past_due`, `canceled` ... */
  readonly status: string;
  /** It ends with its period. */
  readonly cancels: Generated<boolean>;
  readonly period_start: Date;
  readonly period_end: Date;
  readonly updated_at: Stamp;
}

export interface StripeInvoiceTable {
  readonly id: string;
  readonly subscription_id: string;
  readonly plan_id: string;
  readonly amount_nano_usd: Money;
  readonly created_at: CreatedAt;
}

export type StripePayment = Selectable<StripePaymentTable>;
export type AutomaticTopUpRow = Selectable<AutomaticTopUpTable>;
