/**
 * The tables, as Kysely sees them. Column names are the database's own. Every `bigint` column is read as a number, except
 * those whose name ends in `_usd`: money is read and written as bigint (see numbers.ts).
 */
import type { ColumnType, Generated, Selectable } from 'kysely';
import type { AuditSchema } from './schema/audit.ts';
import type { ContentSchema, StoredContentRule } from './schema/content.ts';
import type { IdempotencySchema } from './schema/idempotency.ts';
import type { InvoicesSchema } from './schema/invoices.ts';
import type { LedgerSchema } from './schema/ledger.ts';
import type { StoredLimits } from './schema/limits.ts';
import type { ManagementSchema } from './schema/management.ts';
import type { ModelsSchema } from './schema/models.ts';
import type { NamingSchema } from './schema/naming.ts';
import type { PlaygroundSchema } from './schema/playground.ts';
import type { ProvidersSchema } from './schema/providers.ts';
import type { SellingSchema, StoredPlanTerms } from './schema/selling.ts';
import type { SignInSchema } from './schema/sign-in.ts';
import type { StripeSchema } from './schema/stripe.ts';

export interface Schema
  extends LedgerSchema,
    ManagementSchema,
    AuditSchema,
    IdempotencySchema,
    StripeSchema,
    SellingSchema,
    NamingSchema,
    ContentSchema,
    PlaygroundSchema,
    ProvidersSchema,
    SignInSchema,
    ModelsSchema,
    InvoicesSchema {
  readonly organizations: OrganizationTable;
  readonly keys: KeyTable;
  readonly settings: SettingsTable;
  readonly usage: UsageTable;
  readonly resources: ResourceTable;
  readonly feedback: FeedbackTable;
}

/** Filled in by the database and never changed. */
type CreatedAt = ColumnType<Date, Date | undefined, never>;

type LimitsColumn = ColumnType<StoredLimits | null, StoredLimits | null | undefined>;

export interface OrganizationTable {
  readonly id: string;
  readonly name: string;
  readonly disabled: Generated<boolean>;
  /** Of all its keys together; null: none. */
  readonly limits: LimitsColumn;
  readonly billing: Generated<'metered' | 'prepaid' | 'plan'>;
  /** `metered` counts and bills later; `wallet` takes credit, then the wallet; `credit` takes credit alone. */
  readonly spends: Generated<'metered' | 'wallet' | 'credit'>;
  /** Of its budgets' windows: a name of the IANA data base. */
  readonly time_zone: Generated<string>;
  /** Why it may not spend anything; null: it may. */
  readonly blocked_reason: string | null;
  /** Of the plan that it subscribes to; null: none. */
  readonly plan: ColumnType<StoredPlanTerms | null, StoredPlanTerms | null | undefined>;
  /** What is kept of its prompts and answers; null: as the product says. Written as JSON text. */
  readonly content: ColumnType<StoredContentRule | null, string | null | undefined, string | null>;
  readonly created_at: CreatedAt;
  /** The snapshot version that this row's last change made. Kept by a trigger. */
  readonly snapshot_version: Generated<number>;
}

export interface KeyTable {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly kind: 'call' | 'management';
  /** Hex SHA-256 of the whole key: the key itself is nowhere. */
  readonly hash: string;
  /** The first characters of the key, to recognize it in a list. */
  readonly prefix: string;
  /** `file`: declared in the configuration file, which owns its name, organization, models and limits. */
  readonly source: Generated<'created' | 'file'>;
  /** Patterns of model or route names; null: all. */
  readonly models: readonly string[] | null;
  /** Null: none. */
  readonly limits: LimitsColumn;
  /** How long answers are kept; null: as its routes say. */
  readonly cache_ttl_ms: number | null;
  /** Whether its prompts and answers are kept; null: as its organization says. */
  readonly content: ColumnType<'keep' | 'none' | null, 'keep' | 'none' | null | undefined, 'keep' | 'none' | null>;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  /** It is refused until somebody resumes it; null: it works. */
  readonly paused_at: Generated<Date | null>;
  /** What its requests are tagged with; null: nothing. */
  readonly tags: Generated<readonly string[] | null>;
  /** What a management key may do; null for keys that call. */
  readonly scopes: readonly string[] | null;
  /** The hash before the last rotation, valid until `previous_expires_at`; null: none. */
  readonly previous_hash: string | null;
  readonly previous_expires_at: Date | null;
  /** The user that was shown its text; null: a program, or nobody knows. */
  readonly shown_to: Generated<string | null>;
  /** The one that was shown the text before. */
  readonly previous_shown_to: Generated<string | null>;
  readonly project_id: string | null;
  readonly member_id: string | null;
  readonly created_at: CreatedAt;
  readonly snapshot_version: Generated<number>;
}

/** One row. */
export interface SettingsTable {
  readonly id: Generated<number>;
  /** Grows by every change of an organization or a key. Its row lock makes versions come in the order of commits. */
  readonly snapshot_version: Generated<number>;
  /** Whoever knows less than this must read everything again: a row was deleted, or a key's hash was replaced. */
  readonly reload_version: Generated<number>;
  /** Tells this installation from others that share a Redis with it. */
  readonly installation: Generated<string>;
  /** Of organizations that are made from now on. */
  readonly default_time_zone: Generated<string>;
}

/** One settled request. */
export interface UsageTable {
  readonly request_id: string;
  readonly instance: string;
  readonly started_at: Date;
  readonly settled_at: Date;
  readonly operation: string;
  readonly status: string;
  /** What the caller saw; 0 when it was gone. */
  readonly http_status: number;
  readonly error_kind: string | null;
  readonly key_id: string;
  readonly organization_id: string;
  readonly requested_model: string;
  readonly served_model: string | null;
  readonly provider: string | null;
  readonly credential: string | null;
  readonly client_dialect: string;
  readonly upstream_dialect: string | null;
  readonly stream: boolean;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_5m_tokens: number;
  readonly cache_write_1h_tokens: number;
  readonly thinking_tokens: number;
  readonly audio_input_tokens: number;
  readonly audio_output_tokens: number;
  readonly web_searches: number;
  readonly image_input_tokens: Generated<number>;
  readonly image_output_tokens: Generated<number>;
  readonly images: Generated<number>;
  readonly audio_seconds: Generated<number>;
  readonly characters: Generated<number>;
  readonly searches: Generated<number>;
  readonly estimated: boolean;
  readonly recovered: boolean;
  readonly flags: readonly string[];
  readonly price_version: string | null;
  /** Integer nano-dollars; decimal text is taken too. */
  readonly cost_nano_usd: ColumnType<bigint, bigint | string, bigint | string>;
  /** What the customer pays for it. */
  readonly charge_nano_usd: ColumnType<bigint, bigint | string | undefined, bigint | string>;
  /** What failed attempts cost that no customer pays. */
  readonly house_cost_nano_usd: ColumnType<bigint, bigint | string | undefined, bigint | string>;
  readonly first_token_ms: number | null;
  readonly total_ms: number;
  readonly overhead_ms: number;
  /** Written as JSON text. */
  readonly attempts: ColumnType<readonly UsageAttempt[], string, string>;
  readonly dropped: readonly string[];
  readonly snapshot_version: number;
  readonly client_request_id: string | null;
  readonly session_id: string | null;
  readonly end_user: string | null;
  readonly tags: readonly string[];
  /** Whose credential the provider was paid by. */
  readonly paid_by: Generated<'platform' | 'organization'>;
  /** Why it went where it went, as src/routing/brief.ts says it; written as JSON text. Null: there was nothing to choose. */
  readonly decision: ColumnType<object | null, string | null | undefined, string | null>;
}

/** What a caller thinks of an answer: one row for each request, the last opinion that was given. */
export interface FeedbackTable {
  readonly request_id: string;
  readonly organization_id: string;
  readonly key_id: string;
  /** 0 bad, 1 good. */
  readonly score: number;
  readonly label: string | null;
  readonly given_at: ColumnType<Date, Date | undefined, Date>;
}

/** A file or a batch that a provider keeps for an organization. */
export interface ResourceTable {
  readonly kind: string;
  readonly id: string;
  readonly credential: string;
  readonly organization_id: string;
  readonly key_id: string;
  readonly created_at: Date;
  /** Models that are named in it; null: unknown. */
  readonly models: readonly string[] | null;
  readonly batch_id: string | null;
  readonly deleted: Generated<boolean>;
}

/** One try at one target, as it lies in `usage.attempts`. */
export interface UsageAttempt {
  readonly id: string;
  readonly target: string;
  readonly credential: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Absent: it never came so far, or the row is of before they were kept. */
  readonly connectedMs?: number;
  readonly firstByteMs?: number;
  readonly status: number;
  readonly error?: string;
  /** Absent: the platform's key. */
  readonly paidBy?: 'organization';
}

export type OrganizationRow = Selectable<OrganizationTable>;
export type KeyRow = Selectable<KeyTable>;
export type UsageRow = Selectable<UsageTable>;
