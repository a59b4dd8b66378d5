/** Tables of migration 8, as Kysely sees them. What they mean is said there. */
import type { ColumnType, Generated, Selectable } from 'kysely';
import type { Money } from './ledger.ts';
import type { StoredLimits } from './limits.ts';

export interface SellingSchema {
  readonly sale_prices: SalePriceTable;
  readonly plans: PlanTable;
  readonly subscriptions: SubscriptionTable;
}

type CreatedAt = ColumnType<Date, Date | undefined, never>;

/** Decimal dollars as text, by the names of the configuration's prices. */
export type StoredPrice = Readonly<Record<string, string>> & { readonly input: string; readonly output: string };

/** Only `ended_at` ever changes. */
export interface SalePriceTable {
  /** `sp_…`; on the usage rows that it priced. */
  readonly id: string;
  /** Null: everybody. */
  readonly organization_id: string | null;
  /** `provider/name`, or a pattern with `*` at its end; null: every model. */
  readonly model: string | null;
  readonly markup_basis_points: number | null;
  readonly price: StoredPrice | null;
  readonly source: Generated<'created' | 'file'>;
  readonly created_at: CreatedAt;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

export type Overage = 'stop' | 'wallet' | 'invoice';

/** Only `ended_at` ever changes. */
export interface PlanTable {
  readonly id: string;
  readonly name: string;
  readonly monthly_nano_usd: Money;
  /** Credit of each period. */
  readonly allowance_nano_usd: Money;
  readonly overage: Overage;
  readonly limits: ColumnType<StoredLimits | null, StoredLimits | null | undefined>;
  readonly models: readonly string[] | null;
  readonly markup_basis_points: number | null;
  readonly created_at: CreatedAt;
  /** Not sold any more; who has it keeps it. */
  readonly ended_at: Date | null;
}

export type SubscriptionStatus = 'active' | 'past_due' | 'cancelled';
export type Pays = 'wallet' | 'invoice' | 'stripe';

export interface SubscriptionTable {
  readonly id: string;
  readonly organization_id: string;
  readonly plan_id: string;
  /** From the next period on. */
  readonly next_plan_id: string | null;
  readonly status: SubscriptionStatus;
  readonly pays: Pays;
  readonly stripe_subscription_id: string | null;
  readonly anchor: Date;
  readonly period_start: Date;
  readonly period_end: Date;
  readonly allowance_plan_id: string | null;
  /** It ends with its period. */
  readonly cancels: Generated<boolean>;
  readonly past_due_since: Date | null;
  readonly cancelled_at: Date | null;
  readonly created_at: CreatedAt;
}

/** What gateways know of an organization's plan. */
export interface StoredPlanTerms {
  readonly id: string;
  readonly name: string;
  readonly limits?: StoredLimits;
  readonly models?: readonly string[];
  readonly markupBasisPoints?: number;
}

export type SalePriceRow = Selectable<SalePriceTable>;
export type PlanRow = Selectable<PlanTable>;
export type SubscriptionRow = Selectable<SubscriptionTable>;
