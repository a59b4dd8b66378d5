/**
 * What a gateway instance knows: immutable, in memory, replaced whole or by entry. A request reads one snapshot from
 * its first line to its last. Entries point up to their owner, so one edit is one delta.
 */
import type { CatalogModel } from '../catalog/catalog.ts';
import type { SaleRule } from '../catalog/sale.ts';
import type { Limits } from '../llm/limits.ts';
import type { Requirements, RouteNode } from './strategy.ts';
import type { Target } from './target.ts';

export type { Limits } from '../llm/limits.ts';
export type { Capacity, Credential, Target, Timeouts } from './target.ts';

/** The longest key: no longer one can be declared, and a caller's longer text is refused without being hashed. */
export const keyLengthMax = 256;

/** How long an answer is kept for whoever of the same organization asks the same: milliseconds, 1 to `cacheTtlMsMax`. */
export interface CacheRule {
  readonly ttlMs: number;
}

export const cacheTtlMsMax = 7 * 24 * 3_600_000;

/** What an organization lets be kept of its prompts and answers, and how. */
export interface ContentRule {
  /** `none`: nothing, whatever anybody asks for. `asked`: where a key or a request asks for it. `all`: what nobody forbids. */
  readonly keep: 'none' | 'asked' | 'all';
  readonly days: number;
  /** Of a request, and of an answer; what is longer is cut. */
  readonly bytesMax: number;
  readonly redact: {
    /** What looks like a key of a vendor. */
    readonly secrets: boolean;
    /** The organization's own patterns (control/content/redaction.ts). */
    readonly patterns: readonly string[];
  };
}

export const contentRuleDefault: ContentRule = Object.freeze({
  keep: 'asked',
  days: 30,
  bytesMax: 256 * 1024,
  redact: Object.freeze({ secrets: true, patterns: Object.freeze([]) }),
});

/** What several keys of an organization belong to together. */
export interface Project {
  readonly id: string;
  readonly name: string;
  readonly limits?: Limits;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly limits?: Limits;
  readonly billing?: 'metered' | 'prepaid' | 'plan';
  /** What pays for its requests: nothing until the bill, credit and then the wallet, or credit alone. Absent: metered. */
  readonly spends?: 'metered' | 'wallet' | 'credit';
  /** Why it may not spend anything now. */
  readonly blockedReason?: string;
  /** What it pays; absent: what the provider charges. */
  readonly sales?: readonly SaleRule[];
  /** What it subscribes to. */
  readonly plan?: { readonly id: string; readonly name: string; readonly sale?: SaleRule };
  /** Patterns that narrow those of each of its keys: its plan's. Absent: all. */
  readonly models?: readonly string[];
  /** Budgets of requests with a tag, by the tag. */
  readonly tagBudgets?: ReadonlyMap<string, readonly Budget[]>;
  /** Absent: `contentRuleDefault`. */
  readonly content?: ContentRule;
}

/** A limit on what may be spent in a window of time. */
export interface Budget {
  /** `bud_…`, or `wallet:org_…`. */
  readonly id: string;
  readonly organizationId: string;
  readonly ownerKind: 'wallet' | 'organization' | 'project' | 'member' | 'key' | 'tag';
  readonly ownerId: string;
  readonly unit: 'usd' | 'tokens' | 'requests';
  readonly window: 'day' | 'week' | 'month' | 'total';
  /** Nano-dollars, tokens or requests. */
  readonly limitUnits: number;
  readonly action: 'refuse' | 'warn' | 'switch';
  /** The route that takes over when it is used up. */
  readonly switchTo?: string;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  /** `call` keys (tg-) may call models; `management` keys (tgm-) may manage. */
  readonly kind: 'call' | 'management';
  readonly organization: Organization;
  /** What a management key may do, as control/api/roles.ts says it. Absent: its own organization only. */
  readonly scopes?: readonly string[];
  /** Patterns of model or route names (`openai/*`); undefined: all. */
  readonly models?: readonly string[];
  readonly expiresAtMs?: number;
  readonly limits?: Limits;
  /** Absent: as its routes say. */
  readonly cache?: CacheRule;
  /** Whether prompts and answers are kept, within what its organization allows. Absent: as that says. */
  readonly content?: 'keep' | 'none';
  /** What its requests are tagged with beside their own tags. */
  readonly tags?: readonly string[];
  readonly projectId?: string;
  /** There where it has limits. */
  readonly project?: Project;
  readonly memberId?: string;
  /** What holds its requests back, the nearest owner first, the wallet last. Absent: nothing. */
  readonly budgets?: readonly Budget[];
}

export interface Hedge {
  /** Silence after which a second target is asked as well. */
  readonly afterMs: number;
  /** Most that the second call may be expected to cost, in nano-dollars. Absent: no matter. */
  readonly nanoUsdMax?: number;
}

export interface Route {
  readonly name: string;
  /** How it chooses. Absent: it has one target, or they are asked as listed. */
  readonly node?: RouteNode;
  /** All of its targets; in a route that was chosen for a request, those that may be asked, the first one first. */
  readonly targets: readonly Target[];
  /** Absent: its answers are kept only where a key or a caller asks for it. */
  readonly cache?: CacheRule;
  readonly requires?: Requirements;
  /** Share of requests that try another target first, so that what is not asked is known; 0 to 1. */
  readonly explore?: number;
  /** `off`: conversations do not return to the target that holds their prompt. */
  readonly sticky?: 'off';
  /** Whether another target is asked beside one that is silent. Absent: no. */
  readonly hedge?: Hedge;
  /** Whether another target goes on with a stream that breaks in the middle of its text. Absent: only for who asks for it. */
  readonly goesOn?: true;
  /** Where the asked model does not exist any more at its provider. Absent: the next target. */
  readonly onModelNotFound?: 'fail';
  /** Where a request is longer than a target takes. Absent: the next target with a larger context. */
  readonly onTooLong?: 'fail';
  readonly limits?: Limits;
  /** The name whose `limits` these are, where it is another: a dated name shares those of its model. */
  readonly limitsOf?: string;
  /** Other names that the request may be answered by: their limits count for it too. */
  readonly besides?: readonly Pick<Route, 'name' | 'limits' | 'limitsOf'>[];
}

/** Why a name resolves to nothing, or to more than one. */
export type Resolution =
  | { readonly route: Route }
  | { readonly missing: true }
  | { readonly ambiguous: readonly string[] };

export interface Snapshot {
  /** Grows with every change; kept on each usage row. */
  readonly version: number;
  /** By hex SHA-256 of the whole key. Revoked keys are not in it. */
  readonly keys: ReadonlyMap<string, Key>;
  /** By id. Absent: those of its keys alone are known. */
  readonly organizations?: ReadonlyMap<string, Organization>;
  /** A route's name, `provider/name`, or a bare name when it is unambiguous. */
  resolve(name: string): Resolution;
  /** For model lists. Names that are not in it (dated ones, those of a self-hosted vendor) may resolve all the same. */
  listModels(): readonly CatalogModel[];
  listRoutes(): readonly Route[];
  /** What can be asked without a model (files, batches). Absent: nothing. */
  listCredentials?(): readonly Pick<Target, 'credential' | 'timeouts'>[];
  /** The same as an organization sees it that has credentials of its own. Absent, or undefined: as everybody does. */
  viewOf?(organization: Organization): Snapshot | undefined;
}

/** What a key's requests are answered from. Free where nobody has credentials of its own. */
export function viewFor(snapshot: Snapshot, { organization }: Pick<Key, 'organization'>): Snapshot {
  return snapshot.viewOf?.(organization) ?? snapshot;
}

/** Holds the snapshot in force. Reading `current` is free; it changes between requests, never within one. */
export interface SnapshotSource {
  readonly current: Snapshot;
}
