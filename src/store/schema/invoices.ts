/** Tables of migration 9, as Kysely sees them. What they mean is said there. */
import type { ColumnType, Generated, Selectable } from 'kysely';
import type { Money } from './ledger.ts';

export interface InvoicesSchema {
  readonly invoice_seller: InvoiceSellerTable;
  readonly invoice_buyers: InvoiceBuyerTable;
  readonly invoice_books: InvoiceBookTable;
  readonly invoice_counters: InvoiceCounterTable;
  readonly invoices: InvoiceTable;
  readonly credit_notes: CreditNoteTable;
  readonly alert_rules: AlertRuleTable;
  readonly alert_crossings: AlertCrossingTable;
  readonly alerts: AlertTable;
  readonly webhook_endpoints: WebhookEndpointTable;
  readonly alert_emails: AlertEmailTable;
  readonly alert_deliveries: AlertDeliveryTable;
}

type CreatedAt = ColumnType<Date, Date | undefined, never>;
/** JSON text to write, the value to read. */
type Json<T> = ColumnType<T, string, string>;

/** A party's part of an invoice. All is optional but the seller's name. */
export interface StoredParty {
  readonly name?: string;
  /** Lines. */
  readonly address?: readonly string[];
  readonly taxId?: string;
  readonly email?: string;
}

export interface StoredSeller extends StoredParty {
  /** How the tax is called: VAT, MwSt. */
  readonly taxName?: string;
  readonly invoicePrefix?: string;
  readonly creditNotePrefix?: string;
  /** Where to pay to, and what the law wants said: lines at the foot. */
  readonly footer?: readonly string[];
}

export interface InvoiceSellerTable {
  readonly id: Generated<number>;
  readonly details: Json<StoredSeller>;
  readonly tax_basis_points: Generated<number>;
  readonly payment_days: Generated<number>;
  readonly updated_at: ColumnType<Date, Date | undefined, Date>;
}

export interface InvoiceBuyerTable {
  readonly organization_id: string;
  readonly details: Json<StoredParty>;
  readonly tax_basis_points: number | null;
  readonly reverse_charge: Generated<boolean>;
  readonly updated_at: ColumnType<Date, Date | undefined, Date>;
}

export interface InvoiceBookTable {
  readonly organization_id: string;
  readonly closed_through: Date | null;
}

export interface InvoiceCounterTable {
  readonly series: 'invoice' | 'credit-note';
  readonly last: number;
}

/** A charge on an invoice. Amounts are integer nano-dollars as text. */
export interface StoredLine {
  readonly kind: string;
  /** `provider/model`; of usage alone. */
  readonly model?: string;
  readonly description?: string;
  /** Used before the invoice's month, and heard of after that month was closed. */
  readonly late?: true;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly amountNanoUsd: string;
}

/** A transfer that is no charge: money that came or went, told for information. */
export interface StoredPayment {
  readonly transferId: string;
  readonly kind: string;
  readonly description?: string;
  readonly at: string;
  /** Into the organization's accounts; below zero: out of them. */
  readonly amountNanoUsd: string;
}

export type InvoiceStatus = 'open' | 'paid' | 'void';

/** Immutable but for the last step of its status. */
export interface InvoiceTable {
  readonly id: string;
  readonly organization_id: string;
  readonly serial: number;
  readonly number: string;
  /** `2026-11`. */
  readonly period: string;
  readonly period_start: Date;
  readonly period_end: Date;
  readonly time_zone: string;
  /** It covers the links after this one ... */
  readonly from_link: number;
  /** ... up to this one. */
  readonly to_link: number;
  readonly seller: Json<StoredSeller>;
  readonly buyer: Json<StoredParty>;
  readonly tax_basis_points: number;
  readonly reverse_charge: boolean;
  readonly lines: Json<readonly StoredLine[]>;
  readonly payments: Json<readonly StoredPayment[]>;
  /** The sum of the lines. */
  readonly charges_nano_usd: Money;
  /** Of that, paid by credit, from the wallet, directly (a card), and by the house. */
  readonly credit_nano_usd: Money;
  readonly wallet_nano_usd: Money;
  readonly direct_nano_usd: Money;
  readonly house_nano_usd: Money;
  /** What is left to pay, before tax. */
  readonly net_nano_usd: Money;
  /** When that is below zero: what went to the wallet. */
  readonly returned_nano_usd: Money;
  readonly tax_nano_usd: Money;
  readonly rounding_nano_usd: Money;
  /** Whole cents. */
  readonly due_nano_usd: Money;
  readonly transfer_id: string | null;
  readonly status: InvoiceStatus;
  readonly paid_by: 'operator' | 'stripe' | null;
  readonly due_at: Date;
  readonly settled_at: Date | null;
  readonly created_at: CreatedAt;
}

export interface CreditNoteTable {
  readonly id: string;
  readonly invoice_id: string;
  readonly organization_id: string;
  readonly serial: number;
  readonly number: string;
  readonly amount_nano_usd: Money;
  /** Part of the amount. */
  readonly tax_nano_usd: Money;
  /** `owed`: less of the invoice is to be paid. */
  readonly goes_to: 'owed' | 'wallet';
  readonly reason: string;
  readonly transfer_id: string;
  readonly created_at: CreatedAt;
}

export type AlertRuleKind = 'budget' | 'low-balance' | 'anomaly' | 'ledger-drift' | 'house-overrun';

export interface AlertRuleTable {
  readonly organization_id: string | null;
  readonly kind: AlertRuleKind;
  readonly percents: readonly number[];
  readonly amount_nano_usd: Money | null;
  readonly factor: number | null;
  readonly disabled: Generated<boolean>;
  readonly updated_at: ColumnType<Date, Date | undefined, Date>;
}

/** A crossing that was told and is not over. */
export interface AlertCrossingTable {
  readonly subject: string;
  readonly kind: string;
  readonly fired_at: Generated<Date>;
}

export interface AlertTable {
  readonly id: string;
  /** Null: about the installation. */
  readonly organization_id: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
  readonly details: Json<Readonly<Record<string, string | number>>>;
  readonly created_at: CreatedAt;
}

export interface WebhookEndpointTable {
  readonly id: string;
  readonly organization_id: string | null;
  readonly url: string;
  /** Sealed under the master key; `whsec_…` where that has not come to it yet. */
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_expires_at: Date | null;
  /** An operator made it: it may lie in a private network. */
  readonly allow_private: Generated<boolean>;
  readonly disabled: Generated<boolean>;
  readonly created_at: CreatedAt;
}

export interface AlertEmailTable {
  readonly organization_id: string | null;
  readonly email: string;
}

export interface AlertDeliveryTable {
  readonly id: string;
  readonly alert_id: string;
  readonly channel: 'webhook' | 'email';
  readonly endpoint_id: string | null;
  readonly email: string | null;
  /** A copy of which the customer is told nothing. */
  readonly for_operators: boolean;
  readonly status: Generated<'waiting' | 'delivered' | 'failed'>;
  readonly attempts: Generated<number>;
  readonly error: string | null;
  readonly ended_at: Date | null;
  readonly created_at: CreatedAt;
}

export type InvoiceRow = Selectable<InvoiceTable>;
export type CreditNoteRow = Selectable<CreditNoteTable>;
export type WebhookEndpointRow = Selectable<WebhookEndpointTable>;
