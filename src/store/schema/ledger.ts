/** Tables of migration 4, as Kysely sees them. What they mean is said there. */
import type { ColumnType, Generated, Selectable } from 'kysely';
import type { StoredLimits } from './limits.ts';
import type { StoredMemberRole } from './sign-in.ts';

export interface LedgerSchema {
  readonly projects: ProjectTable;
  readonly members: MemberTable;
  readonly accounts: AccountTable;
  readonly transfers: TransferTable;
  readonly entries: EntryTable;
  readonly ledger_links: LinkTable;
  readonly grants: GrantTable;
  readonly budgets: BudgetTable;
  readonly pots: PotTable;
  readonly leases: LeaseTable;
  readonly instances: InstanceTable;
  readonly ledger_checks: LedgerCheckTable;
}

/** Integer nano-dollars; decimal text is taken too. */
export type Money = ColumnType<bigint, bigint | string, bigint | string>;
type CreatedAt = ColumnType<Date, Date | undefined, never>;

/** A project or a member: what keys belong to within their organization. */
export interface OwnerTable {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly created_at: CreatedAt;
}

/** A program that merely has keys is no user, and has no role. */
export interface MemberTable extends OwnerTable {
  readonly user_id: ColumnType<string | null, string | null | undefined>;
  readonly role: ColumnType<StoredMemberRole | null, StoredMemberRole | null | undefined>;
}

export interface ProjectTable extends OwnerTable {
  /** Of all its keys together; null: none. */
  readonly limits: ColumnType<StoredLimits | null, StoredLimits | null | undefined>;
}

export interface AccountTable {
  /** `wallet:org_…`, `credit:org_…`, `metered:org_…`, `receivable:org_…`, `house:revenue` ... */
  readonly id: string;
  readonly organization_id: string | null;
  readonly kind: string;
  /** Positive: we owe it to the owner. */
  readonly posted_nano_usd: Money;
  readonly created_at: CreatedAt;
}

export interface TransferTable {
  readonly id: string;
  readonly kind: string;
  readonly organization_id: string | null;
  readonly idempotency_key: string;
  readonly request_id: string | null;
  readonly description: string | null;
  readonly reference: unknown;
  /** The link of the hash chain that vouches for it. */
  readonly link: number;
  readonly created_at: CreatedAt;
}

export interface EntryTable {
  readonly transfer_id: string;
  readonly position: number;
  readonly account_id: string;
  readonly amount_nano_usd: Money;
}

export interface LinkTable {
  readonly seq: number;
  readonly hash: Buffer;
  /** Of its transfers, by their ids, 32 bytes each. */
  readonly digests: Buffer;
  readonly created_at: CreatedAt;
}

export interface GrantTable {
  readonly id: string;
  readonly organization_id: string;
  readonly kind: 'trial' | 'promotional' | 'plan';
  readonly amount_nano_usd: Money;
  readonly remaining_nano_usd: Money;
  readonly expires_at: Date | null;
  readonly description: string | null;
  readonly created_at: CreatedAt;
}

export type BudgetOwnerKind = 'organization' | 'project' | 'member' | 'key' | 'tag';
export type BudgetUnit = 'usd' | 'tokens' | 'requests';
export type BudgetWindow = 'day' | 'week' | 'month' | 'total';
export type BudgetAction = 'refuse' | 'warn' | 'switch';

export interface BudgetTable {
  readonly id: string;
  readonly organization_id: string;
  readonly owner_kind: BudgetOwnerKind;
  /** Of a tag: the tag itself. */
  readonly owner_id: string;
  readonly unit: BudgetUnit;
  readonly time_window: BudgetWindow;
  /** Nano-dollars, tokens or requests. */
  readonly limit_units: ColumnType<number, bigint | number, bigint | number>;
  readonly action: Generated<BudgetAction>;
  /** The route that takes over. */
  readonly switch_to: string | null;
  readonly source: Generated<'created' | 'file'>;
  readonly disabled: Generated<boolean>;
  readonly created_at: CreatedAt;
  readonly snapshot_version: Generated<number>;
}

export interface PotTable {
  /** `wallet:org_…`, or `bud_…@<start of the window>`. */
  readonly id: string;
  readonly budget_id: string | null;
  readonly organization_id: string;
  readonly unit: BudgetUnit;
  readonly starts_at: Date | null;
  readonly ends_at: Date | null;
  readonly granted_units: number;
  readonly spent_units: Generated<number>;
  readonly held_units: Generated<number>;
}

export interface LeaseTable {
  readonly id: Generated<number>;
  readonly pot_id: string;
  readonly instance: string;
  readonly boot: string;
  readonly amount_units: number;
  readonly used_units: Generated<number>;
  /** One more with every loan and gift. */
  readonly version: Generated<number>;
  readonly recalled: Generated<boolean>;
  readonly expires_at: Date;
  readonly created_at: CreatedAt;
  readonly closed_at: Date | null;
}

export interface InstanceTable {
  readonly name: string;
  readonly boot: string;
  readonly seen_at: Date;
}

/** What a scheduled check of the ledger found. The newest row counts. */
export interface LedgerCheckTable {
  readonly id: Generated<number>;
  readonly checked_at: CreatedAt;
  readonly took_ms: number;
  /** How many rows break a rule; 0 is right. */
  readonly drift: number;
  readonly warnings: number;
  /** JSON text to write, an array to read. */
  readonly findings: ColumnType<unknown, string>;
  readonly counts: ColumnType<unknown, string>;
}

export type BudgetRow = Selectable<BudgetTable>;
export type GrantRow = Selectable<GrantTable>;
